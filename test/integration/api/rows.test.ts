// The history of a row, as the API tells it: who and what changed it, and in which cascade.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { type RowHistoryPage, rowHistoryPageSchema } from '../../../src/api/views.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import { createDatabase } from '../../support/database.ts';
import { whatHappened } from '../../support/what-happened.ts';
import { createTestApi, type TestApi } from '../../support/test-api.ts';
import { sampleAttempt, type SampleEvent, sampleEvent, startMs } from '../store/sample-records.ts';

const deps = {
  connect: <T>(work: Parameters<typeof withClient<T>>[1]) => withClient(database.url, work),
  now: () => startMs + 60_000,
  report: () => {},
};
let database: Awaited<ReturnType<typeof createDatabase>>;
let api: TestApi;

beforeAll(async () => {
  database = await createDatabase('rows');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  api = createTestApi(deps);
});
afterAll(() => database.drop());
beforeEach(() => withClient(database.url, (client) => client.query(`truncate ${whatHappened}`)));

async function store(...events: SampleEvent[]): Promise<void> {
  for (const given of events) {
    const { ended } = await sampleAttempt(await sampleEvent(given), {
      job: given.trigger ?? 'job',
      startMs: given.atMs + 100,
      endMs: given.atMs + 200,
    });
    const message = { id: given.id, body: [ended], attempts: 1, ack: () => {}, retry: () => {} };
    await consumeRecords({ queue: 'records', messages: [message] }, deps);
  }
}

const history = async (path: string): Promise<RowHistoryPage> =>
  rowHistoryPageSchema.parse(await api.get(`/api/rows/${path}`));

const ids = async (path: string): Promise<string[]> =>
  (await history(path)).changes.map(({ eventId }) => eventId);

describe('the history of a row', () => {
  it('tells each write with what it changed, who made it and the delivery that is its cause', async () => {
    const placed = await sampleEvent({
      id: 'placed',
      atMs: 0,
      op: 'INSERT',
      old: null,
      new: { id: 42, status: 'new', updated_by: 'jane@example.com' },
    });
    const charged = await sampleAttempt(placed, { job: 'charge-card', startMs: 100, endMs: 900 });
    const paid = await sampleEvent({
      id: 'paid',
      atMs: 500,
      trigger: 'order_paid',
      actor: charged.correlationId,
      previousActor: 'jane@example.com',
      sessionCorrelationId: charged.correlationId,
      traceId: placed.traceId,
      startsTrace: false,
      old: { id: 42, status: 'new' },
      new: { id: 42, status: 'paid' },
    });
    const mailed = await sampleAttempt(paid, { job: 'send-receipt', startMs: 600, endMs: 700 });
    const message = {
      id: 'm',
      body: [charged.ended, mailed.ended],
      attempts: 1,
      ack: () => {},
      retry: () => {},
    };
    await consumeRecords({ queue: 'records', messages: [message] }, deps);

    const { row, changes, nextCursor } = await history('shop/public/orders/42');
    expect(row).toEqual({ source: 'shop', schema: 'public', table: 'orders', key: '42' });
    expect(nextCursor).toBeNull();
    expect(changes).toMatchObject([
      {
        eventId: 'paid',
        op: 'UPDATE',
        actor: { kind: 'system', name: 'charge-card' },
        changes: [{ column: 'status', old: 'new', new: 'paid' }],
        cause: {
          evidence: 'certain',
          rule: 'session',
          job: 'charge-card',
          correlationId: charged.correlationId,
        },
        traceId: placed.traceId,
        cascadeId: placed.traceId,
      },
      {
        eventId: 'placed',
        op: 'INSERT',
        actor: { kind: 'user', name: 'jane@example.com' },
        cause: null,
      },
    ]);
    expect(changes.map(({ because, unseen }) => ({ because, unseen }))).toEqual([
      {
        because: {
          actor: { kind: 'user', value: 'jane@example.com', name: 'jane@example.com' },
          isWhole: true,
          steps: [
            {
              eventId: 'placed',
              trigger: 'order_placed',
              table: { schema: 'public', name: 'orders' },
              rowKey: '42',
              job: 'charge-card',
              evidence: 'certain',
            },
          ],
        },
        unseen: null,
      },
      { because: null, unseen: null },
    ]);
  });

  it('tells how a change came to be, through every job in between', async () => {
    const messages: object[] = [];
    let before: { traceId: string; correlationId: string } | null = null;
    for (const [index, job] of ['one', 'two', 'three', 'four'].entries()) {
      const event = await sampleEvent({
        id: `e${index}`,
        atMs: index * 1_000 + 500,
        rowKey: String(index),
        trigger: `t${index}`,
        ...(before && {
          actor: before.correlationId,
          sessionCorrelationId: before.correlationId,
          traceId: before.traceId,
          startsTrace: false,
        }),
      });
      const { ended, correlationId } = await sampleAttempt(event, {
        job,
        startMs: index * 1_000 + 600,
        endMs: index * 1_000 + 1_900,
      });
      messages.push(ended);
      before = { traceId: event.traceId, correlationId };
    }
    const message = { id: 'm', body: messages, attempts: 1, ack: () => {}, retry: () => {} };
    await consumeRecords({ queue: 'records', messages: [message] }, deps);
    const [last] = (await history('shop/public/orders/3')).changes;
    expect(last?.because?.actor.name).toBe('jane@example.com');
    expect(last?.because?.isWhole).toBe(true);
    expect(last?.because?.steps.map(({ eventId, rowKey, job }) => [eventId, rowKey, job])).toEqual([
      ['e0', '0', 'one'],
      ['e1', '1', 'two'],
      ['e2', '2', 'three'],
    ]);
  });

  it('tells what must have happened in between, also across the end of a page', async () => {
    await store(
      { id: 'a', atMs: 0, old: { id: 42, status: 'new' }, new: { id: 42, status: 'paid' } },
      { id: 'b', atMs: 9_000, old: { id: 42, status: 'lost' }, new: { id: 42, status: 'found' } },
    );
    const page = await history('shop/public/orders/42?limit=1');
    expect(page.changes[0]?.unseen).toMatchObject({
      op: 'UPDATE',
      changes: [{ column: 'status', old: 'paid', new: 'lost' }],
    });
    expect(Date.parse(page.changes[0]?.unseen?.from ?? '')).toBe(startMs);
  });

  it('tells a write once that several triggers report, with its payload where one kept it', async () => {
    const write = { atMs: 0, createdAt: '2026-11-24T12:00:00.000123' };
    await store(
      { ...write, id: 'a', trigger: 'stock_low' },
      { ...write, id: 'b', trigger: 'order_placed' },
    );
    const { changes } = await history('shop/public/orders/42');
    expect(changes).toHaveLength(1);
    expect(changes[0]?.triggers).toEqual(['order_placed', 'stock_low']);
  });

  it('tells two writes of one transaction apart', async () => {
    const write = { createdAt: '2026-11-24T12:00:00.000123' };
    await store(
      { ...write, atMs: 0, id: 'a', new: { id: 42, status: 'paid' } },
      { ...write, atMs: 0, id: 'b', new: { id: 42, status: 'sent' } },
    );
    expect((await history('shop/public/orders/42')).changes).toHaveLength(2);
  });

  it('knows rows of other tables, keys and sources apart, and hands on no manual event', async () => {
    await store(
      { id: 'a', atMs: 0 },
      { id: 'b', atMs: 1, rowKey: '43' },
      { id: 'c', atMs: 2, table: { schema: 'public', name: 'invoices' } },
      { id: 'd', atMs: 3, source: 'other' },
      { id: 'e', atMs: 4, op: 'MANUAL' },
      { id: 'f', atMs: 5, rowKey: '["de","42"]' },
    );
    expect(await ids('shop/public/orders/42')).toEqual(['a']);
    expect(await ids('shop/public/orders/43')).toEqual(['b']);
    expect(await ids('shop/public/invoices/42')).toEqual(['c']);
    expect(await ids('other/public/orders/42')).toEqual(['d']);
    expect(await ids(`shop/public/orders/${encodeURIComponent('["de","42"]')}`)).toEqual(['f']);
    expect(await ids('shop/public/orders/44')).toEqual([]);
  });

  it('comes page by page, each write on one page', async () => {
    await store(
      ...Array.from({ length: 5 }, (_, index) => ({ id: `e${index}`, atMs: index * 10 })),
    );
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await history(`shop/public/orders/42?limit=2${cursor}`);
      seen.push(...page.changes.map(({ eventId }) => eventId));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor);
    expect(seen).toEqual(['e4', 'e3', 'e2', 'e1', 'e0']);
  });

  it('is read along its index, however large the table', async () => {
    await store({ id: 'a', atMs: 0 });
    const plan = await withClient(database.url, async (client) => {
      await client.query('set enable_seqscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain select e.ref from events e
         where e.row_ref = 1 and e.op in ('I', 'U', 'D') and e.row_ref is not null and e.created_at <= now()
           and (e.created_at, e.ref) < (now(), 1)
         order by e.created_at desc, e.ref desc limit 51`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toMatch(/Index Scan Backward using events_\d+_row_ref_created_at_idx/);
    expect(plan).not.toContain('Seq Scan');
  });
});
