import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import type { ApiDeps } from '../../../src/api/deps.ts';
import { problemSchema } from '../../../src/api/problem.ts';
import { logsViewSchema } from '../../../src/api/log-views.ts';
import {
  eventPayloadViewSchema,
  eventViewSchema,
  healthViewSchema,
  traceDetailSchema,
  tracePageSchema,
} from '../../../src/api/views.ts';
import type { LogQuery } from '../../../src/logs/log-source.ts';
import { logsFrom, noLogs, noting } from '../../support/no-logs.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { RecordMessage } from '../../../src/store/record.ts';
import { createDatabase } from '../../support/database.ts';
import { idleDeps } from '../../support/idle-deps.ts';
import { whatHappened } from '../../support/what-happened.ts';
import { sampleAttempt, sampleCascade, sampleEvent, startMs } from '../store/sample-records.ts';

const token = 'tl_test_token';
const asReader = { authorization: `Bearer ${token}` };
const apiTokenSha256 = createHash('sha256').update(token).digest('hex');

let database: Awaited<ReturnType<typeof createDatabase>>;
let reports: string[] = [];
let asked: LogQuery[] = [];

function depsWith(given: Partial<ApiDeps> = {}): ApiDeps {
  return {
    ...idleDeps,
    connect: (work) => withClient(database.url, work),
    logs: logsFrom(noting(asked)),
    apiTokenSha256,
    now: () => startMs + 60_000,
    report: (message) => reports.push(message),
    ...given,
  };
}

const get = async (path: string, given: Partial<ApiDeps> = {}): Promise<Response> =>
  createCheckedApi(depsWith(given)).request(path, { headers: asReader });

async function problemOf(response: Response): Promise<z.infer<typeof problemSchema>> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  return problem;
}

async function store(records: RecordMessage[]): Promise<void> {
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords({ queue: 'records', messages: [message] }, depsWith());
}

beforeAll(async () => {
  database = await createDatabase('api');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
});
afterAll(() => database.drop());
beforeEach(async () => {
  reports = [];
  asked = [];
  await withClient(database.url, (client) => client.query(`truncate ${whatHappened}`));
});

describe('access', () => {
  const paths = [
    '/api/traces',
    `/api/traces/${'0'.repeat(8)}-0000-8000-8000-000000000000`,
    '/api/events/e/logs',
    `/api/deliveries/${'0'.repeat(64)}/logs`,
    '/api/dead-letters',
    '/api/health',
    '/api/nowhere',
  ];

  it.each(paths)('keeps %s closed to those without the token', async (path) => {
    const api = createCheckedApi(depsWith());
    for (const authorization of ['', 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`]) {
      const response = await api.request(path, { headers: { authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="throughline"');
      await problemOf(response);
    }
  });

  it('is closed to everybody while no token is configured', async () => {
    const response = await get('/api/traces', { apiTokenSha256: null });
    expect(response.status).toBe(401);
    expect((await problemOf(response)).detail).toMatch(/API_TOKEN_SHA256/);
  });
});

describe('GET /api/traces', () => {
  it('is an empty page before anything has happened', async () => {
    expect(await (await get('/api/traces')).json()).toEqual({
      traces: [],
      nextCursor: null,
      searchedUntil: null,
      count: { value: 0, isEstimate: false },
    });
  });

  it('tells of a cascade who began it, how it went and how wide it is', async () => {
    const { records, traceId } = await sampleCascade();
    await store(records);
    const response = await get('/api/traces');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const page = tracePageSchema.parse(await response.json());
    expect(page).toEqual({
      traces: [
        {
          id: traceId,
          source: 'shop',
          startedAt: '2026-11-24T12:00:00.000123Z',
          endedAt: '2026-11-24T12:00:04.000000Z',
          durationMs: 4_000,
          state: 'delivered',
          root: {
            actor: { kind: 'user', value: 'jane@example.com', name: 'jane@example.com' },
            kind: 'hasura',
            table: { schema: 'public', name: 'orders' },
            op: 'UPDATE',
            rowKey: '42',
            changes: [{ column: 'status', old: 'pending', new: 'paid' }],
          },
          events: 3,
          deliveries: 3,
          attempts: 4,
          failed: 0,
          dead: 0,
          weakLinks: 0,
          shape: [1, 1, 1],
        },
      ],
      nextCursor: null,
      searchedUntil: null,
      count: { value: 1, isEstimate: false },
    });
  });

  it('pages newest first without a gap or a double, also where traces share a time', async () => {
    const records: RecordMessage[] = [];
    for (let index = 0; index < 25; index += 1) {
      const event = await sampleEvent({
        id: `e${index}`,
        atMs: Math.floor(index / 3) * 1_000,
        actor: `p${index}@example.com`,
      });
      records.push((await sampleAttempt(event, { job: 'j', startMs: 1, endMs: 2 })).ended);
    }
    await store(records);
    const seen: { startedAt: string; id: string }[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = tracePageSchema.parse(
        await (await get(`/api/traces?limit=7${cursor && `&cursor=${cursor}`}`)).json(),
      );
      seen.push(...page.traces);
      cursor = page.nextCursor;
    }
    const keys = seen.map((trace) => `${trace.startedAt} ${trace.id}`);
    expect(new Set(keys).size).toBe(25);
    expect(keys).toEqual(keys.toSorted().toReversed());
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=ten', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['cursor=WyIyMDI2Il0', 'cursor'],
    [`cursor=${btoa('["2026-11-24T12:00:00.000000Z","x"]')}`, 'cursor'],
    [`cursor=${btoa(`["2026-99-24T12:00:00.000000Z","${crypto.randomUUID()}"]`)}`, 'cursor'],
  ])('says what to change about ?%s', async (query, name) => {
    const response = await get(`/api/traces?${query}`);
    expect(response.status).toBe(400);
    expect((await problemOf(response)).errors).toMatchObject([{ in: 'query', name }]);
  });

  it.each([
    ['running', { outcome: 'running' as const, ended: false }],
    ['waiting', { outcome: 'failed' as const, ended: true, retries: { current: 0, max: 3 } }],
    ['failed', { outcome: 'failed' as const, ended: true, retries: { current: 3, max: 3 } }],
  ])('shows a trace that is %s', async (state, { outcome, ended, ...more }) => {
    const event = await sampleEvent({ id: 'e', atMs: 0 });
    const sample = await sampleAttempt(event, { job: 'j', startMs: 1, endMs: 2, outcome, ...more });
    await store([ended ? sample.ended : sample.running]);
    const { traces } = tracePageSchema.parse(await (await get('/api/traces')).json());
    expect(traces).toMatchObject([{ state, failed: state === 'failed' ? 1 : 0 }]);
  });
});

describe('GET /api/traces/{id}', () => {
  it('gives events with their causes and deliveries with their attempts, in the order of time', async () => {
    const { records, traceId, first, second } = await sampleCascade();
    await store(records.toReversed());
    const response = await get(`/api/traces/${traceId.toUpperCase()}`);
    const detail = traceDetailSchema.parse(await response.json());
    expect(detail.trace.deliveries).toBe(3);
    expect(detail.events.map((event) => [event.id, event.actor.name, event.cause])).toEqual([
      ['event-1', 'jane@example.com', null],
      [
        'event-2',
        'charge-card',
        expect.objectContaining({
          evidence: 'certain',
          rule: 'session',
          deliveryId: first.ended.delivery.id,
          correlationId: first.correlationId,
        }),
      ],
      [
        'event-3',
        'send-receipt',
        expect.objectContaining({ rule: 'value', deliveryId: second.ended.delivery.id }),
      ],
    ]);
    expect(detail.events.map((event) => event.arrivals)).toEqual([2, 1, 1]);
    expect(detail.events[1]?.changes).toEqual([
      { column: 'amount', old: null, new: 12.5 },
      { column: 'id', old: null, new: 7 },
    ]);
    expect(detail.deliveries.map((delivery) => delivery.job)).toEqual([
      'charge-card',
      'send-receipt',
      'refresh-search',
    ]);
    expect(detail.deliveries[0]).toMatchObject({
      state: 'delivered',
      durationMs: 1_900,
      attempts: [
        { outcome: 'failed', status: 500, durationMs: 100 },
        { outcome: 'delivered', status: 200, durationMs: 1_000, answer: 'done' },
      ],
    });
  });

  it('says 404 for a trace that nobody knows, and 400 for what is no trace id', async () => {
    const unknown = await get(`/api/traces/${crypto.randomUUID()}`);
    expect(unknown.status).toBe(404);
    await problemOf(unknown);
    const malformed = await get('/api/traces/42');
    expect(malformed.status).toBe(400);
    expect((await problemOf(malformed)).errors).toMatchObject([{ in: 'param', name: 'id' }]);
  });
});

describe('a delivery', () => {
  it.each([true, false])('tells which side of a rollout it took: %s', async (isRollout) => {
    const event = await sampleEvent({ id: 'rolled', atMs: 0 });
    const { ended } = await sampleAttempt(event, { job: 'j', startMs: 1, endMs: 2 });
    const delivery = { ...ended.delivery, route: 'orders', isRollout };
    const attempt = { ...ended.attempt, worksInBackground: true };
    await store([{ ...ended, delivery, attempt }]);
    const response = await get(`/api/traces/${event.traceId}`);
    expect(traceDetailSchema.parse(await response.json()).deliveries).toMatchObject([
      { isRollout, attempts: [{ worksInBackground: true }] },
    ]);
  });
});

describe('GET /api/events/{id}', () => {
  it('gives one event, whatever characters its id is made of', async () => {
    const event = await sampleEvent({ id: 'msg/1?x=ü', atMs: 0 });
    await store([(await sampleAttempt(event, { job: 'j', startMs: 1, endMs: 2 })).ended]);
    const response = await get(`/api/events/${encodeURIComponent(event.id)}`);
    expect(eventViewSchema.parse(await response.json()).id).toBe(event.id);
  });

  it('asks which source is meant where two know the id', async () => {
    for (const source of ['shop', 'stock']) {
      const event = await sampleEvent({ id: 'same', atMs: 0, source });
      await store([(await sampleAttempt(event, { job: 'j', startMs: 1, endMs: 2 })).ended]);
    }
    const response = await get('/api/events/same');
    expect(response.status).toBe(409);
    expect((await problemOf(response)).detail).toMatch(/shop, stock/);
    const named = await get('/api/events/same?source=stock');
    expect(eventViewSchema.parse(await named.json()).source).toBe('stock');
  });

  it('tells what its sender sent with whole rows, and why where it does not', async () => {
    const event = await sampleEvent({ id: 'sent', atMs: 0 });
    const unread = { ...(await sampleEvent({ id: 'unread', atMs: 1 })), old: null, new: null };
    for (const each of [event, { ...unread, payloadKept: false }]) {
      await store([(await sampleAttempt(each, { job: 'j', startMs: 2, endMs: 3 })).ended]);
    }
    const sent = eventPayloadViewSchema.parse(await (await get('/api/events/sent/payload')).json());
    expect(sent.state).toBe('kept');
    expect(sent.payload).toMatchObject({
      id: 'sent',
      trigger: { name: event.trigger },
      table: event.table,
      event: { op: event.op, data: { old: event.old, new: event.new } },
    });
    const other = eventPayloadViewSchema.parse(
      await (await get('/api/events/unread/payload')).json(),
    );
    expect(other).toMatchObject({ state: 'not_kept', payload: null });
    expect((await get('/api/events/none/payload')).status).toBe(404);
  });

  it('says 404 for an event that nobody knows', async () => {
    expect((await get('/api/events/none')).status).toBe(404);
    expect((await get('/api/events/none/logs')).status).toBe(404);
  });
});

const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n;

describe('logs', () => {
  it('are asked for by the hop’s correlation ID, from 2 s before it to 30 s after', async () => {
    const { records, first } = await sampleCascade();
    await store(records);
    const response = await get(`/api/deliveries/${first.ended.delivery.id}/logs`);
    expect(logsViewSchema.parse(await response.json()).state).toBe('ok');
    expect(asked).toEqual([
      {
        correlationIds: [first.correlationId],
        fromNs: ns(startMs + 100 - 2_000),
        toNs: ns(startMs + 2_000 + 30_000),
        direction: 'backward',
        limit: 1_000,
      },
    ]);
  });

  it('of an event are those of all hops it caused', async () => {
    const event = await sampleEvent({ id: 'e', atMs: 0 });
    const one = await sampleAttempt(event, { job: 'one', startMs: 1_000, endMs: 2_000 });
    const two = await sampleAttempt(event, { job: 'two', startMs: 1_500, endMs: 5_000 });
    await store([one.ended, two.ended]);
    await get('/api/events/e/logs');
    expect(asked).toEqual([
      {
        correlationIds: expect.arrayContaining([one.correlationId, two.correlationId]),
        fromNs: ns(startMs - 1_000),
        toNs: ns(startMs + 35_000),
        direction: 'backward',
        limit: 1_000,
      },
    ]);
  });

  it('that are not to be had are an answer, not an error', async () => {
    const { records, first } = await sampleCascade();
    await store(records);
    const response = await get(`/api/deliveries/${first.ended.delivery.id}/logs`, {
      logs: noLogs,
    });
    expect(response.status).toBe(200);
    expect(logsViewSchema.parse(await response.json())).toMatchObject({
      state: 'offline',
      reason: 'not_configured',
    });
  });

  it('need a delivery that is known', async () => {
    expect((await get(`/api/deliveries/${'0'.repeat(64)}/logs`)).status).toBe(404);
    expect((await get('/api/deliveries/42/logs')).status).toBe(400);
  });
});

describe('when things fail', () => {
  const nowhere: Partial<ApiDeps> = {
    connect: (work) => withClient('postgres://nobody:secret@127.0.0.1:1/none', work),
  };

  it('says 503 and what it means while the database is out of reach', async () => {
    const response = await get('/api/traces', nowhere);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    const problem = await problemOf(response);
    expect(problem.detail).toMatch(/database is out of reach/);
    expect(JSON.stringify(problem)).not.toMatch(/127\.0\.0\.1|secret/);
    expect(reports).toHaveLength(1);
  });

  it('tells by health which of its dependencies are well, and never fails itself', async () => {
    expect(healthViewSchema.parse(await (await get('/api/health')).json())).toEqual({
      database: { state: 'ok' },
      grafana: { state: 'ok' },
      eventEngine: {
        state: 'unknown',
        since: null,
        detail: expect.stringMatching(/No event log has been looked at yet/),
      },
      configuration: { state: 'offline', detail: expect.stringContaining('edge works on') },
      edge: { state: 'ok', version: 0, publishedAt: null, ageSeconds: null },
    });
    const ill = await get('/api/health', { ...nowhere, logs: noLogs });
    expect(ill.status).toBe(200);
    expect(healthViewSchema.parse(await ill.json())).toMatchObject({
      database: { state: 'offline' },
      grafana: { state: 'offline', reason: 'not_configured' },
      eventEngine: { state: 'unknown', since: null },
    });
  });

  it('keeps our own faults to itself and reports them', async () => {
    const response = await get('/api/traces', {
      connect: () => Promise.reject(new Error('inner secret')),
    });
    expect(response.status).toBe(500);
    expect(JSON.stringify(await problemOf(response))).not.toMatch(/inner secret/);
    expect(reports).toEqual(['The API failed.']);
  });

  it('answers unknown paths and methods with a problem document', async () => {
    const response = await get('/api/nowhere');
    expect(response.status).toBe(404);
    expect((await problemOf(response)).detail).toMatch(/GET \/api\/nowhere/);
  });
});
