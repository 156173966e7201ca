import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { RecordMessage } from '../../../src/store/record.ts';
import { createDatabase } from '../../support/database.ts';
import { readable, whatHappened } from '../../support/what-happened.ts';
import { at, sampleAttempt, sampleCascade, sampleEvent } from './sample-records.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
let reports: { message: string; facts: Record<string, unknown> }[] = [];

beforeAll(async () => {
  database = await createDatabase('consume');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(async () => {
  reports = [];
  await empty();
});

const others = ['dead_letters', 'refusals', 'unreadable_records'];
const empty = (): Promise<unknown> =>
  client.query(`truncate ${[whatHappened, ...others].join(', ')}`);

/** Everything as text. */
async function contents(): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const table of [...readable, 'jobs', ...others]) {
    const { rows } = await client.query<{ row: string }>(
      `select to_jsonb(t)::text as row from ${table} t order by 1`,
    );
    all[table] = rows.map(({ row }) => row);
  }
  return all;
}

/** The records of one event. */
const isOf = (id: string) => (record: RecordMessage) =>
  record.type === 'attempt' && record.event.id === id;

type Fate = { acked: boolean; retriedAfterSeconds: number | null };

/** Hands message bodies to the consumer; tells what became of each message. */
async function consume(bodies: unknown[], url = database.url, attempts = 1): Promise<Fate[]> {
  const fates: Fate[] = bodies.map(() => ({ acked: false, retriedAfterSeconds: null }));
  const messages = bodies.map((body, index) => ({
    id: `message-${index}`,
    body,
    attempts,
    ack: () => {
      const fate = fates[index];
      if (fate) fate.acked = true;
    },
    retry: (options?: { delaySeconds?: number }) => {
      const fate = fates[index];
      if (fate) fate.retriedAfterSeconds = options?.delaySeconds ?? 0;
    },
  }));
  await consumeRecords(
    { queue: 'records', messages },
    {
      connect: (work) => withClient(url, work),
      now: () => Date.parse(at(10_000)),
      report: (message, facts) => reports.push({ message, facts }),
    },
  );
  return fates;
}

const linkOf = async (eventId: string): Promise<unknown> => {
  const { rows } = await client.query(
    `select evidence, rule, cause_delivery_id as cause from readable_links where event_id = $1`,
    [eventId],
  );
  return rows[0] ?? null;
};

describe('consumeRecords', () => {
  it('stores a cascade and links each event to the delivery that wrote it', async () => {
    const { records, first, second } = await sampleCascade();
    expect(await consume([JSON.stringify(records)])).toEqual([
      { acked: true, retriedAfterSeconds: null },
    ]);
    expect(reports).toEqual([]);
    expect(await linkOf('event-1')).toBeNull();
    expect(await linkOf('event-2')).toEqual({
      evidence: 'certain',
      rule: 'session',
      cause: first.ended.delivery.id,
    });
    expect(await linkOf('event-3')).toEqual({
      evidence: 'certain',
      rule: 'value',
      cause: second.ended.delivery.id,
    });
    const { rows } = await client.query('select source, root_event_id from readable_traces');
    expect(rows).toEqual([{ source: 'shop', root_event_id: 'event-1' }]);
    const counts = await client.query(
      `select (select count(*)::int from events) as events, (select count(*)::int from readable_arrivals) as arrivals,
         (select count(*)::int from deliveries) as deliveries, (select count(*)::int from attempts) as attempts`,
    );
    expect(counts.rows).toEqual([{ events: 3, arrivals: 4, deliveries: 3, attempts: 4 }]);
  });

  it('gives the same tables for any order, any packing, repetition and consumers side by side', async () => {
    const { records } = await sampleCascade();
    await consume([records]);
    const expected = await contents();
    const plan = fc.record({
      order: fc.shuffledSubarray(records, { minLength: records.length }),
      again: fc.subarray(records),
      size: fc.integer({ min: 1, max: records.length }),
      consumers: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ order, again, size, consumers }) => {
        await empty();
        const all = [...order, ...again];
        const bodies: RecordMessage[][] = [];
        for (let from = 0; from < all.length; from += size)
          bodies.push(all.slice(from, from + size));
        const shares = Array.from({ length: consumers }, (_, share) =>
          bodies.filter((_body, index) => index % consumers === share),
        );
        const fates = await Promise.all(
          shares.map(async (share) => {
            const own: Fate[] = [];
            for (const body of share) own.push(...(await consume([body])));
            return own;
          }),
        );
        expect(fates.flat().every((fate) => fate.acked)).toBe(true);
        expect(await contents()).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('waits for a named delivery that has not come, and is certain when it comes', async () => {
    const { records, first } = await sampleCascade();
    await consume([records.filter(isOf('event-2'))]);
    expect(await linkOf('event-2')).toEqual({ evidence: 'pending', rule: 'session', cause: null });
    await consume([records.filter(isOf('event-1'))]);
    expect(await linkOf('event-2')).toMatchObject({
      evidence: 'certain',
      cause: first.ended.delivery.id,
    });
  });

  it('takes certainty back when the delivery turns out to have ended before the write', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hop = await sampleAttempt(root, { job: 'charge-card', startMs: 100, endMs: 200 });
    const late = await sampleEvent({
      id: 'late',
      atMs: 5_000,
      actor: hop.correlationId,
      traceId: root.traceId,
      startsTrace: false,
    });
    const other = await sampleAttempt(late, { job: 'other', startMs: 6_000, endMs: 6_100 });
    await consume([[hop.running, other.ended]]);
    expect(await linkOf('late')).toMatchObject({ evidence: 'certain', rule: 'value' });
    await consume([[hop.ended]]);
    expect(await linkOf('late')).toMatchObject({ evidence: 'weak', rule: 'same_or_late_id' });
  });

  describe.each([['in order'], ['in the other order']])('with records %s', (order) => {
    const arranged = <T>(list: T[]): T[] => (order === 'in order' ? list : list.toReversed());

    it('is not certain of IDs where one transaction names two hops, unless the session names one', async () => {
      const root = await sampleEvent({ id: 'root', atMs: 0 });
      const one = await sampleAttempt(root, { job: 'one', startMs: 100, endMs: 9_000 });
      const two = await sampleAttempt(root, { job: 'two', startMs: 100, endMs: 9_000 });
      const write = { atMs: 5_000, traceId: root.traceId, startsTrace: false };
      const events = [
        await sampleEvent({ ...write, id: 'a', actor: one.correlationId }),
        await sampleEvent({ ...write, id: 'b', actor: two.correlationId }),
        await sampleEvent({
          ...write,
          id: 'c',
          actor: two.correlationId,
          sessionCorrelationId: two.correlationId,
        }),
        await sampleEvent({ ...write, id: 'd', atMs: 5_001, actor: two.correlationId }),
      ];
      const samples = await Promise.all(
        events.map((event) => sampleAttempt(event, { job: 'x', startMs: 6_000, endMs: 6_001 })),
      );
      for (const sample of arranged([one, two, ...samples])) await consume([[sample.ended]]);
      expect(await linkOf('a')).toMatchObject({ evidence: 'weak', rule: 'value' });
      expect(await linkOf('b')).toMatchObject({ evidence: 'weak', rule: 'value' });
      expect(await linkOf('c')).toMatchObject({ evidence: 'certain', rule: 'session' });
      expect(await linkOf('d')).toMatchObject({ evidence: 'certain', rule: 'value' });
    });

    it('takes a row that moved between partitions for a row that kept its ID', async () => {
      const root = await sampleEvent({ id: 'root', atMs: 0 });
      const hop = await sampleAttempt(root, { job: 'one', startMs: 100, endMs: 9_000 });
      const made = await sampleEvent({
        id: 'made',
        atMs: 5_000,
        op: 'INSERT',
        actor: hop.correlationId,
        previousActor: null,
        traceId: root.traceId,
        startsTrace: false,
      });
      const gone = await sampleEvent({
        id: 'gone',
        atMs: 5_000,
        op: 'DELETE',
        actor: null,
        previousActor: hop.correlationId,
      });
      const samples = await Promise.all(
        [made, gone].map((event) =>
          sampleAttempt(event, { job: 'x', startMs: 6_000, endMs: 6_001 }),
        ),
      );
      for (const sample of arranged([hop, ...samples])) await consume([[sample.ended]]);
      expect(await linkOf('made')).toMatchObject({ evidence: 'weak', rule: 'same_or_late_id' });
      expect(await linkOf('gone')).toMatchObject({ evidence: 'weak', rule: 'row_and_time' });
    });
  });

  it('keeps what does not fit, with the reason, and stores the rest of the message', async () => {
    const { records } = await sampleCascade();
    const fates = await consume([
      [{ v: 1, type: 'attempt' }, ...records],
      '{"cut',
      { v: 1, type: 'nonsense' },
    ]);
    expect(fates.every((fate) => fate.acked)).toBe(true);
    const kept = await client.query(
      'select message_id, position, reason, body from unreadable_records order by 1, 2',
    );
    expect(kept.rows).toMatchObject([
      { message_id: 'message-0', position: 0, body: '{"v":1,"type":"attempt"}' },
      { message_id: 'message-1', position: 0, body: '{"cut' },
      { message_id: 'message-2', position: 0 },
    ]);
    expect(kept.rows.every((row: { reason: string }) => row.reason.length > 0)).toBe(true);
    expect(reports).toHaveLength(3);
    expect((await contents())['readable_events']).toHaveLength(3);
  });

  it('lets a record that the tables refuse spoil no other', async () => {
    const { records } = await sampleCascade();
    const last = records.at(-1);
    const huge = { ...last, attempt: { ...last?.attempt, status: 2 ** 40 } };
    const fates = await consume([[huge, ...records.slice(0, -1)]]);
    expect(fates).toEqual([{ acked: true, retriedAfterSeconds: null }]);
    const kept = await client.query('select position, reason from unreadable_records');
    expect(kept.rows).toEqual([
      { position: 0, reason: expect.stringMatching(/out of range|integer/) },
    ]);
    expect((await contents())['readable_events']).toHaveLength(3);
  });

  it('lets a record that nests too deep to be walked spoil no other', async () => {
    const { records } = await sampleCascade();
    const tree: unknown = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000));
    const event = await sampleEvent({ id: 'deep', atMs: 0, new: { id: 42, tree } });
    const { ended } = await sampleAttempt(event, { job: 'a', startMs: 1, endMs: 2 });
    const fates = await consume([[ended, ...records]]);
    expect(fates).toEqual([{ acked: true, retriedAfterSeconds: null }]);
    const kept = await client.query('select position, reason from unreadable_records');
    expect(kept.rows).toEqual([{ position: 0, reason: expect.stringContaining('stack') }]);
    expect((await contents())['readable_events']).toHaveLength(3);
  });

  it.each([{ how: 'in one message' }, { how: 'in two batches' }])(
    'keeps what would be stored over another delivery apart: $how',
    async ({ how }) => {
      const { records } = await sampleCascade();
      const first = records.find((record) => record.type === 'attempt');
      if (!first) throw new Error('The cascade has no attempt.');
      const { delivery, attempt } = first;
      const forged: RecordMessage = {
        ...first,
        delivery: {
          ...delivery,
          id: delivery.id.slice(0, 16) + 'f'.repeat(48),
          target: 'elsewhere',
        },
        attempt: { ...attempt, id: '00000000-0000-4000-8000-000000000001' },
      };
      if (how === 'in one message') await consume([[first, forged]]);
      else for (const record of [first, forged]) await consume([[record]]);
      const kept = await client.query('select reason from unreadable_records');
      expect(kept.rows).toEqual([{ reason: expect.stringContaining('same 64 bits of hash') }]);
      const stored = await client.query('select target from readable_deliveries');
      expect(stored.rows).toEqual([{ target: delivery.target }]);
    },
  );

  it('stores text that Postgres has no place for', async () => {
    const event = await sampleEvent({ id: 'odd', atMs: 0, new: { 'a\0b': 'x\ud800y😀' } });
    const { ended } = await sampleAttempt(event, { job: 'a', startMs: 1, endMs: 2 });
    await consume([[{ ...ended, attempt: { ...ended.attempt, answer: '\0' } }]]);
    const { rows } = await client.query('select new_row from readable_events');
    expect(rows).toEqual([{ new_row: { 'a\uFFFDb': 'x\uFFFDy😀' } }]);
    expect(reports).toEqual([]);
  });

  it('tells an attempt whose destination was chosen without its rotation from others', async () => {
    const event = await sampleEvent({ id: 'turns', atMs: 0, new: {} });
    const known = await sampleAttempt(event, { job: 'a', startMs: 1, endMs: 2 });
    const byHash = await sampleAttempt(event, { job: 'b', startMs: 1, endMs: 2 });
    const degraded = { ...byHash.ended, attempt: { ...byHash.ended.attempt, degraded: true } };
    await consume([[known.ended, degraded]]);
    const { rows } = await client.query(
      'select job, degraded from readable_attempts a join readable_deliveries d on d.id = a.delivery_id order by job',
    );
    expect(rows).toEqual([
      { job: 'a', degraded: false },
      { job: 'b', degraded: true },
    ]);
  });

  it('asks for every message again, later each time, while the database is out of reach', async () => {
    const nowhere = 'postgres://nobody:nothing@127.0.0.1:1/none';
    const { records } = await sampleCascade();
    expect(await consume([records, '{"cut'], nowhere, 1)).toEqual([
      { acked: false, retriedAfterSeconds: 2 },
      { acked: false, retriedAfterSeconds: 2 },
    ]);
    expect(await consume([records], nowhere, 30)).toEqual([
      { acked: false, retriedAfterSeconds: 3_600 },
    ]);
    expect(reports.at(-1)?.facts).toMatchObject({ messages: 1, delaySeconds: 3_600 });
  });

  it('gives one change id to the events that several triggers send of one write', async () => {
    const one = await sampleEvent({ id: 'a', atMs: 0, trigger: 'first' });
    const other = await sampleEvent({ id: 'b', atMs: 0, trigger: 'second' });
    const apart = await sampleEvent({ id: 'c', atMs: 0, rowKey: '43', new: { id: 43 } });
    const records = await Promise.all(
      [one, other, apart].map((event) =>
        sampleAttempt(event, { job: 'job', startMs: 5, endMs: 6 }),
      ),
    );
    await consume([records.map((record) => record.ended)]);
    const { rows } = await client.query(
      `select array_agg(id order by id) as ids from readable_events group by change_id order by 1`,
    );
    expect(rows).toEqual([{ ids: ['a', 'b'] }, { ids: ['c'] }]);
  });

  it('keeps the payload that only the first telling of an event carried', async () => {
    const event = await sampleEvent({ id: 'big', atMs: 0 });
    const { running, ended } = await sampleAttempt(event, { job: 'job', startMs: 5, endMs: 6 });
    const without = { ...event, old: null, new: null, payloadKept: false };
    await consume([[{ ...ended, event: without }]]);
    await consume([[running]]);
    const { rows } = await client.query('select new_row, payload_kept from readable_events');
    expect(rows).toEqual([{ new_row: event.new, payload_kept: true }]);
  });
});
