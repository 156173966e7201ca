// The list of cascades by filters: what each finds, what two find together, how pages and counts hold.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { type TracePage, tracePageSchema } from '../../../src/api/views.ts';
import { formatSystemId } from '../../../src/correlation/correlation-id.ts';
import { assembleTraceId, hopUuid } from '../../../src/correlation/trace-uuid.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { RecordMessage } from '../../../src/store/record.ts';
import { createDatabase } from '../../support/database.ts';
import { noAccess } from '../../support/no-access.ts';
import { createTestApi, type TestApi } from '../../support/test-api.ts';
import { sampleAttempt, type SampleEvent, sampleEvent, startMs } from '../store/sample-records.ts';

const hourMs = 3_600_000;
const deps = {
  connect: <T>(work: Parameters<typeof withClient<T>>[1]) => withClient(database.url, work),
  now: () => startMs + 100 * hourMs,
  report: () => {},
};
let database: Awaited<ReturnType<typeof createDatabase>>;
let api: TestApi;

async function consume(...records: RecordMessage[]): Promise<void> {
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords({ queue: 'records', messages: [message] }, deps);
}

/** A cascade of one event and one delivery. */
async function store(
  given: SampleEvent,
  how: Partial<Parameters<typeof sampleAttempt>[1]> & { isRunning?: true } = {},
): Promise<void> {
  const { isRunning, ...attempt } = how;
  const { running, ended } = await sampleAttempt(await sampleEvent(given), {
    job: 'charge-card',
    startMs: given.atMs + 100,
    endMs: given.atMs + 200,
    ...attempt,
  });
  await consume(isRunning ? running : ended);
}

const list = async (query: string): Promise<TracePage> =>
  tracePageSchema.parse(await api.get(`/api/traces?${query}`));
/** Events that began what is found, newest first. */
const found = async (query: string): Promise<string[]> => {
  const { traces } = await list(query);
  return withClient(database.url, async (client) => {
    const { rows } = await client.query<{ id: string; root: string }>(
      'select id, root_event_id as root from readable_traces where id = any ($1::uuid[])',
      [traces.map(({ id }) => id)],
    );
    const roots = new Map(rows.map(({ id, root }) => [id, root]));
    return traces.map(({ id }) => roots.get(id) ?? '');
  });
};

async function maskingEmails(): ReturnType<typeof noAccess.config> {
  const published = await noAccess.config();
  return { ...published, access: { ...published.access, masking: { emails: true, columns: [] } } };
}

beforeAll(async () => {
  database = await createDatabase('filters');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  api = createTestApi(deps);
  await store({ id: 'plain', atMs: 0 });
  await store(
    {
      id: 'stock',
      atMs: hourMs,
      trigger: 'stock_low',
      table: { schema: 'store', name: 'stock' },
      rowKey: '7',
    },
    { job: 'reorder', endMs: hourMs + 60_000 },
  );
  await store({ id: 'ann', atMs: 2 * hourMs, actor: 'ann@example.com', source: 'billing' });
  await store({ id: 'running', atMs: 3 * hourMs, rowKey: '43' }, { isRunning: true });
  await store({ id: 'waiting', atMs: 4 * hourMs, rowKey: '44' }, { outcome: 'failed' });
  await store(
    { id: 'failed', atMs: 5 * hourMs, trigger: 'stock_low', rowKey: '45' },
    { outcome: 'failed', retries: { current: 3, max: 3 } },
  );
  await store({
    id: 'script',
    atMs: 6 * hourMs,
    actor: formatSystemId('nightly', '01890a5d-ac96-774b-bcce-b302099a8057'),
    rowKey: '46',
  });
});
afterAll(() => database.drop());

describe('cascades are found', () => {
  it.each([
    ['trigger=stock_low', ['failed', 'stock']],
    ['trigger=stock', []],
    ['table=stock', ['stock']],
    ['job=reorder', ['stock']],
    ['route=https://jobs.example.com/reorder', ['stock']],
    ['source=billing', ['ann']],
    ['actor=ann@example.com', ['ann']],
    ['actor=nightly', ['script']],
    ['actorKind=system', ['script']],
    ['status=running', ['running']],
    ['status=waiting', ['waiting']],
    ['status=failed', ['failed']],
    ['status=dead', []],
    ['status=delivered', ['script', 'ann', 'stock', 'plain']],
    ['errors=true', ['failed']],
    ['minMs=10000', ['stock']],
    ['maxMs=10000&status=delivered', ['script', 'ann', 'plain']],
    ['row=stock%237', ['stock']],
    ['row=orders%2042', ['ann', 'plain']],
    ['row=shop/public/orders/42', ['plain']],
    ['row=other.orders%2342', []],
    ['text=EORDE', ['stock']],
    ['text=orders%2045', ['failed']],
    ['trigger=stock_low&errors=true', ['failed']],
    ['trigger=stock_low&table=stock', ['stock']],
    ['actor=ann@example.com&trigger=stock_low', []],
    [`from=${new Date(startMs + 5 * hourMs).toISOString()}`, ['script', 'failed']],
    [`until=${new Date(startMs + hourMs).toISOString()}`, ['plain']],
    [
      `trigger=stock_low&until=${encodeURIComponent(new Date(startMs + 2 * hourMs).toISOString().replace('Z', '+00:00'))}`,
      ['stock'],
    ],
  ])('by %s', async (query, ids) => {
    expect(await found(query)).toEqual(ids);
  });

  it('by an ID, whole or from its beginning, and by that of a hop', async () => {
    const { traces } = await list('job=reorder');
    const id = traces[0]?.id ?? '';
    for (const text of [
      id,
      id.slice(0, 13),
      hopUuid(id, '0123456789'),
      `stock_low.reorder.${id}`,
    ]) {
      expect(await found(`text=${text}`)).toEqual(['stock']);
    }
  });

  it('never by a masked address, which could be felt for letter by letter', async () => {
    const masked = createTestApi({ ...deps, access: { ...noAccess, config: maskingEmails } });
    const about = async (path: string): Promise<number> =>
      tracePageSchema.parse(await masked.get(`/api/traces?${path}`)).traces.length;
    expect(await about('text=ann@')).toBe(0);
    expect(await about('text=charge')).toBeGreaterThan(0);
    await expect(masked.get('/api/traces?actor=ann@example.com')).rejects.toThrow('400');
  });

  it('with a count: of all that fit, or as the statistics have it', async () => {
    expect((await list('trigger=stock_low')).count).toEqual({ value: 2, isEstimate: false });
    expect((await list('trigger=unheard_of')).count).toEqual({ value: 0, isEstimate: false });
    await withClient(database.url, (client) => client.query('analyze traces'));
    const { count, nextCursor } = await list('status=delivered&limit=1');
    expect(count?.isEstimate).toBe(true);
    expect(count?.value).toBeGreaterThan(0);
    expect((await list(`status=delivered&limit=1&cursor=${nextCursor}`)).count).toBeNull();
  });

  it('page by page, each once, however many of the newest do not fit', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await list(`status=delivered&limit=1${cursor}`);
      expect(page.searchedUntil).toBeNull();
      seen.push(...page.traces.map(({ startedAt }) => startedAt));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor);
    expect(seen).toHaveLength(4);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });

  it('as far as there is time, with where to go on', async () => {
    let calls = 0;
    const hasty = createTestApi({ ...deps, now: () => deps.now() + 1_000 * calls++ });
    const page = tracePageSchema.parse(await hasty.get('/api/traces?trigger=stock_low'));
    expect(page.traces).toEqual([]);
    expect(page.searchedUntil).not.toBeNull();
    const seen: string[] = [];
    for (let next = page.nextCursor; next !== null;) {
      const { traces, nextCursor } = tracePageSchema.parse(
        await hasty.get(`/api/traces?trigger=stock_low&cursor=${next}`),
      );
      seen.push(...traces.map(({ startedAt }) => startedAt));
      next = nextCursor;
    }
    expect(seen).toHaveLength(2);
  });
});

describe('what a cascade is found by', () => {
  it('is that of its joined traces too, and follows what comes later', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 50 * hourMs, rowKey: '99' });
    const refresh = await sampleAttempt(root, {
      job: 'refresh',
      startMs: 50 * hourMs + 100,
      endMs: 50 * hourMs + 2_000,
    });
    const joined = assembleTraceId(startMs + 50 * hourMs + 1_000, new Uint8Array([7, 7, 7, 7, 7]));
    const write = await sampleEvent({
      id: 'write',
      atMs: 50 * hourMs + 1_000,
      trigger: 'refreshed',
      rowKey: '99',
      actor: formatSystemId('shop', hopUuid(joined, 'ffffffffff')),
      traceId: joined,
      startsTrace: false,
    });
    const purge = await sampleAttempt(write, {
      job: 'purge',
      startMs: 50 * hourMs + 3_000,
      endMs: 50 * hourMs + 5_000,
      outcome: 'failed',
      retries: { current: 3, max: 3 },
    });
    await consume(purge.ended);
    expect(await found('job=purge')).toEqual(['write']);
    await consume(refresh.ended);
    expect(await found('job=purge')).toEqual(['root']);
    expect(await found('job=purge&errors=true&trigger=order_placed')).toEqual(['root']);
    expect(await found('row=orders%2399')).toEqual(['root']);
    const lines = await withClient(database.url, (client) =>
      client.query(
        'select events, deliveries, attempts, weak_links, failed, dead, unexplained from traces where id = $1',
        [root.traceId],
      ),
    );
    expect(lines.rows).toEqual([
      { events: 2, deliveries: 2, attempts: 2, weak_links: 1, failed: 1, dead: 0, unexplained: 0 },
    ]);
    const again = await sampleAttempt(write, {
      job: 'purge',
      startMs: 50 * hourMs + 6_000,
      endMs: 50 * hourMs + 7_000,
      number: 2,
    });
    await consume(again.ended);
    expect(await found('job=purge&errors=true')).toEqual([]);
    expect(await found('job=purge&status=delivered')).toEqual(['root']);
  });

  it('is whether something has not been recorded', async () => {
    const root = await sampleEvent({ id: 'lost', atMs: 60 * hourMs, rowKey: '100' });
    const first = await sampleAttempt(root, {
      job: 'charge-card',
      startMs: 60 * hourMs + 100,
      endMs: 60 * hourMs + 900,
    });
    const effect = await sampleEvent({
      id: 'effect',
      atMs: 60 * hourMs + 500,
      rowKey: '100',
      actor: first.correlationId,
      previousActor: null,
      sessionCorrelationId: first.correlationId,
      traceId: root.traceId,
      startsTrace: false,
    });
    await consume(
      (
        await sampleAttempt(effect, {
          job: 'mail',
          startMs: 60 * hourMs + 600,
          endMs: 60 * hourMs + 700,
        })
      ).ended,
    );
    expect((await list('incomplete=true')).traces.map(({ id }) => id)).toEqual([root.traceId]);
    await consume(first.ended);
    expect(await found('incomplete=true')).toEqual([]);
  });
});
