// Every parameter and body of every endpoint, from the API's own description, with values that nobody polite sends,
// against a real store. Each answer must be as described: a problem of the catalogue, and never an error of ours.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import type { ApiDeps } from '../../../src/api/deps.ts';
import { createApi } from '../../../src/api/create-api.ts';
import { describedRoutes, openApiDocument } from '../../../src/api/openapi-document.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import { createDatabase } from '../../support/database.ts';
import { firstStopId, keptStops } from '../../support/kept-stops.ts';
import { noAdmin } from '../../support/no-admin.ts';
import {
  drawnRequest,
  fixedRequests,
  type OddRequest,
  operationsOf,
} from '../../support/odd-requests.ts';
import { sampleCascade, startMs } from '../store/sample-records.ts';
import { idleDeps } from '../../support/idle-deps.ts';

const token = 'tl_test_token';
const seed = Math.floor(Math.random() * 2 ** 31);
const drawnEach = 30;
/** What works through Durable Objects alone: test/worker/fuzz.test.ts asks it. */
const elsewhere = /^\/api\/(?:admin|circuits|live)(?:\/|$)/;

let pool: pg.Pool;
let database: Awaited<ReturnType<typeof createDatabase>>;
/** Ids that are there. */
let known: readonly string[] = [];
const failures: string[] = [];
const deps: ApiDeps = {
  // Thousands of requests: a connection each would be most of the time.
  connect: async (work) => {
    const client = await pool.connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  },
  ...idleDeps,
  admin: { ...noAdmin, stops: keptStops([], startMs) },
  apiTokenSha256: createHash('sha256').update(token).digest('hex'),
  now: () => startMs + 60_000,
  report: (message, facts) => {
    if (message === 'The API failed.') failures.push(JSON.stringify(facts).slice(0, 600));
  },
};

const api = createCheckedApi(deps);
const document: unknown = JSON.parse(
  JSON.stringify(openApiDocument(describedRoutes(createApi(deps)))),
);
const operations = operationsOf(document).filter(({ path }) => !elsewhere.test(path));

/** What is wrong with the answer; null: nothing. */
async function wrongWith({ what, url, method, headers, body }: OddRequest): Promise<string | null> {
  const asked = `${what}: ${method} ${url.slice(0, 200)} ${body?.slice(0, 200) ?? ''}`;
  try {
    const response = await api.request(url, {
      method,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(body !== null && { body }),
    });
    return response.status < 500
      ? null
      : `${response.status} ${await response.text()} ${failures.at(-1) ?? ''}: ${asked}`;
  } catch (error) {
    return `${String(error)}: ${asked}`;
  }
}

beforeAll(async () => {
  database = await createDatabase('api_fuzz');
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  const { records, traceId, first } = await sampleCascade();
  const [record] = records;
  known = [traceId, first.correlationId, record?.delivery.id ?? '', 'event-1', firstStopId];
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords({ queue: 'records', messages: [message] }, deps);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe('whatever is asked', () => {
  it('finds the endpoints', () => {
    expect(operations.length).toBeGreaterThan(20);
  });

  it.each(operations)('$method $path answers as described', async (operation) => {
    const wrong: string[] = [];
    for (const odd of fixedRequests(operation)) {
      const why = await wrongWith(odd);
      if (why !== null) wrong.push(why);
    }
    const samples = fc.sample(drawnRequest(operation, known), { numRuns: drawnEach, seed });
    for (const odd of samples) {
      const why = await wrongWith(odd);
      if (why !== null) wrong.push(why);
    }
    expect(wrong.slice(0, 5), `${wrong.length} of them; seed ${seed}`).toEqual([]);
  });
});
