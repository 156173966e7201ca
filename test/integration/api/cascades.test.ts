// Cascades made of several traces, as the API tells of them: one line in the list, one answer for all.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import {
  eventViewSchema,
  type TraceDetail,
  traceDetailSchema,
  tracePageSchema,
  type TracePage,
} from '../../../src/api/views.ts';
import { formatSystemId } from '../../../src/correlation/correlation-id.ts';
import { assembleTraceId, hopUuid } from '../../../src/correlation/trace-uuid.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { RecordMessage } from '../../../src/store/record.ts';
import { createDatabase } from '../../support/database.ts';
import { whatHappened } from '../../support/what-happened.ts';
import { sampleAttempt, sampleEvent, startMs } from '../store/sample-records.ts';
import { idleDeps } from '../../support/idle-deps.ts';

const token = 'tl_test_token';
let database: Awaited<ReturnType<typeof createDatabase>>;
let api: ReturnType<typeof createCheckedApi>;

beforeAll(async () => {
  database = await createDatabase('cascades');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
});
afterAll(() => database.drop());

const traceAt = (ms: number): string =>
  assembleTraceId(startMs + ms, new Uint8Array([7, 7, 7, 7, 7]));

/** The earlier trace, what a job without IDs wrote in it 1 s later, and what that led to. */
async function records(): Promise<{ all: RecordMessage[]; first: string; joined: string }> {
  const root = await sampleEvent({ id: 'root', atMs: 0 });
  const refresh = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 2_000 });
  const joined = traceAt(1_000);
  const write = await sampleEvent({
    id: 'write',
    atMs: 1_000,
    trigger: 'refreshed',
    actor: formatSystemId('shop', hopUuid(joined, 'ffffffffff')),
    traceId: joined,
    startsTrace: false,
  });
  const purge = await sampleAttempt(write, {
    job: 'purge',
    startMs: 3_000,
    endMs: 5_000,
    outcome: 'failed',
    retries: { current: 3, max: 3 },
  });
  return { all: [refresh.ended, purge.ended], first: root.traceId, joined };
}

let first = '';
let joined = '';
beforeEach(async () => {
  const deps = {
    connect: <T>(work: Parameters<typeof withClient<T>>[1]) => withClient(database.url, work),
    now: () => startMs + 60_000,
    report: () => {},
  };
  api = createCheckedApi({
    ...deps,
    ...idleDeps,
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
  });
  await withClient(database.url, (client) => client.query(`truncate ${whatHappened}`));
  const sample = await records();
  ({ first, joined } = sample);
  const message = { id: 'm', body: sample.all, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords({ queue: 'records', messages: [message] }, deps);
});

const get = async (path: string): Promise<unknown> => {
  const response = await api.request(path, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return response.json();
};
const list = async (query = ''): Promise<TracePage> =>
  tracePageSchema.parse(await get(`/api/traces${query}`));
const detail = async (id: string, query = ''): Promise<TraceDetail> =>
  traceDetailSchema.parse(await get(`/api/traces/${id}${query}`));
const causes = ({ events }: TraceDetail): unknown[] =>
  events.map(({ id, cause }) => [id, cause && `${cause.evidence} ${cause.rule}`]);

describe('a cascade that a weak link joins together', () => {
  it('is one line of the list, counted and judged as a whole', async () => {
    const { traces } = await list();
    expect(traces).toMatchObject([
      {
        id: first,
        startedAt: '2026-11-24T12:00:00.000123Z',
        endedAt: '2026-11-24T12:00:05.000000Z',
        durationMs: 5_000,
        state: 'failed',
        root: { actor: { name: 'jane@example.com' } },
        events: 2,
        deliveries: 2,
        attempts: 2,
        failed: 1,
        weakLinks: 1,
        shape: [1, 1],
      },
    ]);
  });

  it('is told whole, with causes across traces, under the id of either', async () => {
    const whole = await detail(first);
    expect(causes(whole)).toEqual([
      ['root', null],
      ['write', 'weak row_and_time'],
    ]);
    expect(whole.events[1]?.cause?.deliveryId).toBe(whole.deliveries[0]?.id);
    expect(whole.events.map(({ traceId }) => traceId)).toEqual([first, joined]);
    expect(await detail(joined)).toEqual(whole);
    expect(whole.trace.id).toBe(first);
  });

  it('is two where weak links are left out', async () => {
    const { traces } = await list('?links=certain');
    expect(traces.map(({ id, events, weakLinks }) => [id, events, weakLinks])).toEqual([
      [joined, 1, 0],
      [first, 1, 0],
    ]);
    const alone = await detail(joined, '?links=certain');
    expect(alone.trace.id).toBe(joined);
    expect(causes(alone)).toEqual([['write', null]]);
  });

  it('leaves out the cause that is not among what is shown', async () => {
    // As where the link does not lead back in time, so that it joins nothing.
    await withClient(database.url, (client) => client.query('update traces set joined_to = null'));
    const alone = await detail(joined);
    expect(causes(alone)).toEqual([['write', null]]);
    expect(alone.trace.weakLinks).toBe(0);
  });

  it('shows the cause with the event itself', async () => {
    const event = eventViewSchema.parse(await get('/api/events/write'));
    expect(event.cause).toMatchObject({
      evidence: 'weak',
      rule: 'row_and_time',
      correlationId: null,
    });
  });

  it('takes certain and all for links, and nothing else', async () => {
    const response = await api.request(`/api/traces/${first}?links=weak`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(400);
  });
});
