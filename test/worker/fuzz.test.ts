// What of the API works through Durable Objects, asked as nobody polite would, in workerd. Each answer is as described,
// and never an error of ours. Stops need Postgres beside their object: test/integration/api/fuzz.test.ts asks them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  drawnRequest,
  fixedRequests,
  type OddOperation,
  type OddRequest,
  operationsOf,
} from '../support/odd-requests.ts';
import { type Admin, freshAdmin } from './admin.ts';

const seed = Math.floor(Math.random() * 2 ** 31);
const drawnEach = 15;
/** The rest is asked over a real store: test/integration/api/fuzz.test.ts. */
const here = /^\/api\/(?:admin|circuits|live)(?:\/|$)/;
/** The test's Worker has no feed. */
const noFeed = 'urn:throughline:problem:live_feed_missing';

const document: unknown = (await freshAdmin().ask('GET', '/api/openapi.json')).body;
const operations = operationsOf(document).filter(({ path }) => here.test(path));

/** Says what is replaced, as it is now, so that a change comes as far as to be made. */
async function precondition(
  admin: Admin,
  { parameters }: OddOperation,
  { url, headers }: OddRequest,
): Promise<Record<string, string>> {
  const takesOne = parameters.some(({ name }) => name === 'if-match');
  if (!takesOne || 'if-match' in headers || 'if-none-match' in headers) return {};
  const { status, etag } = await admin.ask('GET', url.replace(/\?.*$/, ''));
  return status === 200 && etag !== null ? { 'if-match': etag } : { 'if-none-match': '*' };
}

/** What is wrong with the answer; null: nothing. */
async function wrongWith(
  admin: Admin,
  operation: OddOperation,
  odd: OddRequest,
): Promise<string | null> {
  const { what, method, url, headers, body } = odd;
  const asked = `${what}: ${method} ${url.slice(0, 200)} ${body?.slice(0, 200) ?? ''}`;
  try {
    const answer = await admin.ask(method, url, {
      headers: { ...headers, ...(await precondition(admin, operation, odd)) },
      ...(body !== null && { body }),
    });
    if (answer.status < 500 || answer.body?.type === noFeed) return null;
    return `${answer.status} ${answer.text}: ${asked}`;
  } catch (error) {
    return `${String(error)}: ${asked}`;
  }
}

describe('whatever is asked', () => {
  test('finds the endpoints', () => {
    expect(operations.length).toBeGreaterThan(20);
  });

  test.each(operations)('$method $path answers as described', async (operation) => {
    let admin = freshAdmin();
    const wrong: string[] = [];
    const drawn = fc.sample(drawnRequest(operation, []), { numRuns: drawnEach, seed });
    for (const odd of [...fixedRequests(operation), ...drawn]) {
      // An object that has just published waits a second before it does so again, as KV asks.
      if (operation.method !== 'GET') admin = freshAdmin();
      const why = await wrongWith(admin, operation, odd);
      if (why !== null) wrong.push(why);
    }
    expect(wrong.slice(0, 5), `${wrong.length} of them; seed ${seed}`).toEqual([]);
  });
});
