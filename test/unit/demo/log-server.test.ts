import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLogServer } from '../../../demo/log-server/server.ts';
import type { LogServer, LogServerOptions } from '../../../demo/log-server/server.ts';
import grafana from '../../contracts/loki/grafana.json' with { type: 'json' };
import contract from '../../contracts/loki/push-and-query.json' with { type: 'json' };
import errors from '../../contracts/loki/query-errors.json' with { type: 'json' };

let directory: string;
let server: LogServer;
const rangePath = '/loki/api/v1/query_range';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-server-'));
  server = await start();
});

afterEach(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

function start(options: Partial<LogServerOptions> = {}): Promise<LogServer> {
  return startLogServer({ directory, token: 'glsa_right', uid: 'loki', ...options });
}

function push(body: string): Promise<Response> {
  return fetch(`${server.url}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
}

function query(
  parameters: Record<string, string | undefined>,
  options: { categorize?: boolean; path?: string; token?: string } = {},
): Promise<Response> {
  const url = new URL(options.path ?? rangePath, server.url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const headers = new Headers();
  if (options.categorize) headers.set('X-Loki-Response-Encoding-Flags', 'categorize-labels');
  if (options.token) headers.set('Authorization', `Bearer ${options.token}`);
  return fetch(url, { headers });
}

function pushLines(first: number, count: number): Promise<Response> {
  const values = Array.from({ length: count }, (_, index) => [
    String(first + index),
    `line ${first + index}`,
  ]);
  return push(JSON.stringify({ streams: [{ stream: { a: 'b' }, values }] }));
}

const byStream = (left: { stream: object }, right: { stream: object }): number =>
  JSON.stringify(left.stream) < JSON.stringify(right.stream) ? -1 : 1;

const anyString: unknown = expect.any(String);

/** A `*` in the fixture stands for any text. */
function anyText(value: unknown): unknown {
  if (value === '*') return anyString;
  if (Array.isArray(value)) return value.map(anyText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, anyText(inner)]));
}

describe('the log server, by the contract with Loki', () => {
  it.each(contract.queries)('answers: $name', async ({ parameters, data, ...rest }) => {
    const pushed = await push(JSON.stringify(contract.push.body));
    expect(pushed.status).toBe(contract.push.status);
    const categorize = 'categorize' in rest && rest.categorize;
    const response = await query(parameters, { categorize });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const body = await response.json();
    expect(body.status).toBe('success');
    const { stats, result, ...others } = body.data;
    expect(stats).toHaveProperty('summary.totalEntriesReturned');
    const { result: expected, ...otherExpected } = data;
    expect(others).toEqual(otherExpected);
    expect(result.toSorted(byStream)).toEqual(anyText(expected.toSorted(byStream)));
  });

  it.each(errors.cases)('refuses: $message', async ({ parameters, message }) => {
    const response = await query(parameters);
    expect(response.status).toBe(errors.status);
    expect(response.headers.get('content-type')).toMatch(new RegExp(errors.contentType));
    expect((await response.text()).trim()).toBe(message);
  });

  it.each(contract.badPushes)('refuses a push: $name', async ({ body, status }) => {
    const response = await push(body);
    expect(response.status).toBe(status);
    expect(await response.text()).not.toBe('');
  });

  it('keeps to the limit, newest first by default', async () => {
    const values = Array.from({ length: 150 }, (_, index) => [
      String(1000 + index),
      `line ${index}`,
    ]);
    await push(JSON.stringify({ streams: [{ stream: { a: 'b' }, values }] }));
    const range = { query: '{a="b"}', start: '0', end: '100000000000' };
    const byDefault = (await (await query(range)).json()).data.result[0].values;
    expect(byDefault).toHaveLength(100);
    expect(byDefault[0]).toEqual(['1149', 'line 149']);
    const forward = await query({ ...range, limit: '2', direction: 'forward' });
    expect((await forward.json()).data.result[0].values).toEqual([
      ['1000', 'line 0'],
      ['1001', 'line 1'],
    ]);
  });
});

describe("the log server behind Grafana's data source proxy", () => {
  const path = grafana.path.replace('{uid}', 'loki');
  const asked = { query: '{test="test"}', start: '123456789012345', end: '123456789012347' };

  function answer(when: string): Promise<Response> {
    switch (when) {
      case 'no Authorization header':
        return query(asked, { path });
      case 'a wrong token':
        return query(asked, { path, token: 'glsa_wrong' });
      case 'an unknown data source':
        return query(asked, { path: grafana.path.replace('{uid}', 'other'), token: 'glsa_right' });
      case 'health':
        return query({}, { path: '/api/health' });
      default:
        throw new Error(`the fixture has a case that this test does not know: ${when}`);
    }
  }

  it.each(grafana.answers)('answers $status with $when', async ({ when, status, body }) => {
    const response = await answer(when);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(body);
  });

  it("passes Loki's own answers through", async () => {
    await push(JSON.stringify(contract.push.body));
    const response = await query(asked, { path, token: 'glsa_right' });
    expect(response.status).toBe(200);
    expect((await response.json()).data.result).toHaveLength(2);
    const refused = await query({ ...asked, limit: '9999' }, { path, token: 'glsa_right' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(/^max entries limit/);
  });
});

describe('what the log server keeps', () => {
  const range = { query: '{a="b"}', start: '0', end: '100000000000', direction: 'forward' };

  async function lines(): Promise<string[]> {
    const { data } = await (await query(range)).json();
    return data.result.flatMap(({ values }: { values: [string, string][] }) =>
      values.map(([, line]) => line),
    );
  }

  it('is there again after a restart', async () => {
    await pushLines(1, 2);
    await server.stop();
    server = await start();
    expect(await lines()).toEqual(['line 1', 'line 2']);
  });

  it('is each line once, however many are pushed at the same time', async () => {
    await server.stop();
    server = await start({ maxLines: 40 });
    await Promise.all(Array.from({ length: 20 }, (_, index) => pushLines(1 + index * 10, 10)));
    await server.stop();
    server = await start({ maxLines: 1000 });
    const kept = await lines();
    expect(new Set(kept).size).toBe(kept.length);
    expect(kept.at(-1)).toBe('line 200');
  });

  it('leaves out a line that a crash cut off', async () => {
    await pushLines(1, 2);
    await server.stop();
    await appendFile(join(directory, 'lines.jsonl'), '{"at":"3","li');
    server = await start();
    expect(await lines()).toEqual(['line 1', 'line 2']);
  });

  it('never grows beyond twice its bound, in the file either', async () => {
    await server.stop();
    server = await start({ maxLines: 10 });
    for (let first = 1; first <= 96; first += 5) await pushLines(first, 5);
    expect(await lines()).toEqual(Array.from({ length: 10 }, (_, index) => `line ${91 + index}`));
    const kept = (await readFile(join(directory, 'lines.jsonl'), 'utf8')).trim().split('\n');
    expect(kept.length).toBeLessThanOrEqual(20);
    expect(kept.at(-1)).toContain('line 100');
  });
});
