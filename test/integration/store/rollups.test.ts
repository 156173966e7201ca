// Rollups against a count of everything, made here in another way: whatever the order, the repetition, the number of
// consumers and the moment of a crash, both are the same in the end.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StoreClient } from '../../../src/store/client.ts';
import { readWritesByTrigger } from '../../../src/store/read-writes.ts';
import { rollUp } from '../../../src/store/roll-up.ts';
import { rollups } from './counted-rollups.ts';
import { writeRollups } from './counted-writes.ts';
import { allStale, createRolledStore, type RolledStore } from './rolled-store.ts';
import { hourMs, randomOf, sampleDay, shuffled } from './sample-day.ts';
import { expectTotals } from './summed-lines.ts';
import { at, sampleAttempt, sampleEvent, startMs } from './sample-records.ts';

const minute = 60_000;

let store: RolledStore;
let client: RolledStore['client'];

beforeAll(async () => {
  store = await createRolledStore('rollups');
  ({ client } = store);
});
afterAll(() => store.drop());
beforeEach(() => store.empty());

function promised(): [Promise<void>, () => void] {
  const { promise, resolve } = Promise.withResolvers<void>();
  return [promise, resolve];
}

/** Loses its connection after so many statements. */
function crashing(inner: StoreClient, after: number): StoreClient {
  let left = after;
  return {
    query: (text, values) => {
      left -= 1;
      if (left < 0) throw new Error('crashed');
      return inner.query(text, values);
    },
  };
}

async function one(id: string, ms: number, given: { job?: string; number?: number } = {}) {
  const event = await sampleEvent({ id, atMs: hourMs });
  return sampleAttempt(event, { job: 'charge-card', startMs: ms, endMs: ms + 50, ...given });
}

const note = (ms: number) =>
  client.query('insert into stale_minutes (minute) values ($1)', [at(ms)]);

async function attemptsCounted(): Promise<number> {
  const { lines } = await rollups(client, 'minute');
  return Object.values(lines).reduce((n, line) => n + line.attempts, 0);
}

/** Whether somebody in this database waits for somebody else's lock. */
async function waits(): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );

test.each([1, 2, 3])(
  'after any order, repetition and crash, beside each other, all is counted once (%i)',
  async (seed) => {
    const random = randomOf(seed);
    const records = await sampleDay(random, 60);
    const told = shuffled([...records, ...records.filter(() => random() < 0.3)], random);
    const queue = chunks(told, 25);
    const consumer = async (): Promise<void> => {
      for (let batch = queue.pop(); batch; batch = queue.pop()) {
        expect(await store.consume(batch)).toEqual([]);
      }
    };
    const over = new AbortController();
    const roller = async (crashes: boolean): Promise<void> => {
      while (!over.signal.aborted) {
        // Both say that they go on; one loses its connection in the middle, time and again.
        await store
          .connect((inner) =>
            rollUp(crashes ? crashing(inner, 3 + Math.floor(random() * 12)) : inner, {
              ...allStale,
              most: 7,
            }),
          )
          .catch((error: unknown) => {
            if (!String(error).includes('crashed')) throw error;
          });
      }
    };
    const rollers = [roller(true), roller(false)];
    await Promise.all([consumer(), consumer(), consumer()]);
    over.abort();
    await Promise.all(rollers);
    await store.settle();
    const { rows } = await client.query(
      `select (select count(*)::int from events where ref in (select root_ref from traces)) as roots,
         (select count(*)::int from traces where joined_to is not null) as joined,
         (select count(*)::int from links where evidence = 'c') as certain`,
    );
    expect(rows[0].roots).toBeGreaterThanOrEqual(60);
    expect(rows[0].joined).toBeGreaterThan(0);
    expect(rows[0].certain).toBeGreaterThan(0);
    await store.expectExact();
    const { rows: left } = await client.query('select from stale_minutes');
    expect(left).toEqual([]);
  },
);

describe('a minute', () => {
  test('that is written while it is rolled up is rolled up again', async () => {
    await store.consume([(await one('event-1', hourMs)).ended]);
    await store.settle();
    const before = await rollups(client, 'minute');
    const other = new pg.Client(store.url);
    await other.connect();
    try {
      await other.query('begin');
      await other.query(
        `insert into attempts (trace_id, delivery_ref, id, started_at, ended_at, destination, outcome, degraded, works_in_background)
         select trace_id, delivery_ref, gen_random_uuid(), started_at + interval '1 second', ended_at + interval '1 second',
           destination, outcome, degraded, works_in_background from attempts`,
      );
      await client.query(`insert into stale_minutes (minute) values ($1)`, [at(hourMs)]);
      await store.settle();
      expect(await rollups(client, 'minute')).toEqual(before);
      await other.query('commit');
    } finally {
      await other.end();
    }
    await store.settle();
    expect(await rollups(client, 'minute')).not.toEqual(before);
    await store.expectExact();
  });

  test('whose hour cannot be made stays stale', async () => {
    await store.consume([(await one('event-1', hourMs)).ended]);
    await client.query('insert into stale_minutes (minute) values ($1)', [at(hourMs)]);
    const failing = store.connect((inner) =>
      rollUp(
        {
          query: (text, values) =>
            text.includes('insert into hour_rollups')
              ? Promise.reject(new Error('gone'))
              : inner.query(text, values),
        },
        allStale,
      ),
    );
    await expect(failing).rejects.toThrow('gone');
    const { rows } = await client.query('select from stale_minutes');
    expect(rows.length).toBeGreaterThan(0);
    await store.settle();
    await store.expectExact();
  });

  test('that took long waits before a consumer makes it again, and not for the cron', async () => {
    await store.consume([(await one('event-1', hourMs)).ended]);
    await client.query(`update rolled_minutes set next_at = now() + interval '1 hour'`);
    await store.consume([(await one('event-1', hourMs + 1_000, { number: 2 })).ended]);
    expect(await attemptsCounted()).toBe(1);
    await rollUp(client, allStale);
    expect(await attemptsCounted()).toBe(2);
  });

  test('of a busy hour is left to who stores much, and made by who reads where nobody comes', async () => {
    await store.consume([(await one('event-1', hourMs)).ended]);
    await store.settle();
    const overdue = () =>
      client.query(`update rolled_minutes set next_at = now() - interval '5 seconds'`);
    const reading = (hoursAbove: number, forMs: number) =>
      rollUp(client, {
        ...allStale,
        onlyDue: true,
        leaves: { hoursAbove, forMs, longestMs: 10_000 },
      });
    await overdue();
    await note(hourMs);
    // An event and an attempt have been counted.
    expect(await reading(1, 10_000)).toBe(0);
    expect(await reading(2, 10_000)).toBe(1);
    await overdue();
    await note(hourMs);
    expect(await reading(1, 3_000)).toBe(1);
    // One that was never made is due since it was noted.
    await note(hourMs + minute);
    expect(await reading(1, 10_000)).toBe(0);
    await client.query(`update stale_minutes set noted_at = now() - interval '11 seconds'`);
    expect(await reading(1, 10_000)).toBe(1);
    await store.expectExact();
  });

  test('that would take too long is not begun by who reads, however long it has been due', async () => {
    await store.consume([(await one('event-1', hourMs)).ended]);
    await store.settle();
    const reading = () =>
      rollUp(client, {
        ...allStale,
        onlyDue: true,
        leaves: { hoursAbove: 5_000, forMs: 10_000, longestMs: 250 },
      });
    const took = (ms: number) =>
      client.query(
        `update rolled_minutes set next_at = now() - interval '1 day', took_ms = $1::real`,
        [ms],
      );
    await took(251);
    await note(hourMs);
    // What has never been made is expected to take as long as what came before it.
    await note(hourMs + minute);
    expect(await reading()).toBe(0);
    await took(249);
    expect(await reading()).toBe(2);
    const { rows } = await client.query(
      'select took_ms > 0 and took_ms <> 249 as "isNew" from rolled_minutes',
    );
    expect(rows).toEqual([{ isNew: true }, { isNew: true }]);
    await took(251);
    // Before all that is known.
    await note(hourMs - minute);
    expect(await reading()).toBe(1);
    await store.expectExact();
  });

  test('of an event that turns out to have arrived earlier loses it', async () => {
    await store.consume([(await one('event-1', hourMs + 10 * minute)).ended]);
    await store.settle();
    // For another job, so that nothing else is said of the minute in which it was counted.
    await store.consume([(await one('event-1', hourMs + minute, { job: 'send-mail' })).ended]);
    await store.settle();
    await store.expectExact();
    const { lines } = await rollups(client, 'minute');
    expect(Object.values(lines).reduce((n, { events }) => n + events, 0)).toBe(1);
  });

  test('of an attempt that turns out to be a retry counts no delivery for it', async () => {
    // The event has been known from its first minute on, so that it is the earlier attempt alone that changes the later's.
    await store.consume([(await one('event-1', hourMs)).ended]);
    const again = (ms: number, number: number) => one('event-1', ms, { job: 'send-mail', number });
    await store.consume([(await again(hourMs + 10 * minute, 2)).ended]);
    await store.settle();
    await store.consume([(await again(hourMs + 5 * minute, 1)).ended]);
    await store.settle();
    await store.expectExact();
    const lines = Object.values((await rollups(client, 'hour')).lines);
    expect(lines.reduce((n, { deliveries }) => n + deliveries, 0)).toBe(2);
  });

  test('is not made while another of its hour is, since both make the hour', async () => {
    await store.consume([(await one('event-1', hourMs)).ended]);
    await store.consume([(await one('event-2', hourMs + 3 * minute)).ended]);
    await store.settle();
    const [held, hold] = promised();
    const [released, release] = promised();
    await note(hourMs);
    const slow = store.connect((inner) =>
      rollUp(
        {
          async query(text, values) {
            if (text === 'commit') {
              hold();
              await released;
            }
            return inner.query(text, values);
          },
        },
        allStale,
      ),
    );
    await held;
    await note(hourMs + 3 * minute);
    const over = new AbortController();
    const second = store.connect((inner) => rollUp(inner, allStale)).finally(() => over.abort());
    // Without the lock it would wait for the other's lines instead, and fail over them.
    const until = Date.now() + 10_000;
    while (!over.signal.aborted && !(await waits()) && Date.now() < until);
    const hasWaited = await waits();
    // Who has other things to do goes on, and the minute stays stale.
    expect(await store.connect((inner) => rollUp(inner, { ...allStale, onlyDue: true }))).toBe(0);
    release();
    await Promise.all([slow, second]);
    expect(hasWaited).toBe(true);
    await store.settle();
    await store.expectExact();
  });

  test('counts a webhook’s tries as one delivery, though each brings a trace of its own', async () => {
    const tries = await Promise.all(
      [1, 2].map(async (number) => {
        const event = await sampleEvent({
          id: 'webhook-1',
          atMs: hourMs + number * minute,
          kind: 'webhook',
          op: null,
          table: null,
          trigger: null,
          actor: null,
        });
        const beganMs = hourMs + number * minute;
        return sampleAttempt(event, {
          job: 'sync',
          startMs: beganMs,
          endMs: beganMs + 5,
          number,
          outcome: number === 1 ? 'failed' : 'delivered',
        });
      }),
    );
    await Promise.all(tries.map(({ ended }) => store.consume([ended])));
    await store.settle();
    await store.expectExact();
    const lines = Object.values((await rollups(client, 'hour')).lines);
    const sum = (count: 'deliveries' | 'attempts') => lines.reduce((n, line) => n + line[count], 0);
    expect([sum('deliveries'), sum('attempts')]).toEqual([1, 2]);
  });

  test('whose attempt turns out to be told differently by its event is counted under what is known now', async () => {
    // The later arrival comes first, and says that nobody is known.
    const said = await sampleEvent({ id: 'event-1', atMs: hourMs });
    const later = await sampleAttempt(
      { ...said, actor: null },
      { job: 'charge-card', startMs: hourMs + 5 * minute, endMs: hourMs + 5 * minute, number: 2 },
    );
    const first = await sampleAttempt(said, { job: 'charge-card', startMs: hourMs, endMs: hourMs });
    await store.consume([later.ended]);
    await store.settle();
    await store.consume([first.ended]);
    await store.settle();
    await store.expectExact();
    expect(
      Object.keys((await rollups(client, 'minute')).lines).every((key) => key.endsWith(' p')),
    ).toBe(true);
  });
});

test('of many kinds the rarest are counted together, and none is lost', async () => {
  const many = await Promise.all(
    Array.from({ length: 320 }, (_, n) =>
      sampleEvent({ id: `event-${n}`, atMs: hourMs, trigger: `trigger_${n}` }),
    ),
  );
  const records = await Promise.all(
    many.map((event, n) =>
      sampleAttempt(event, { job: `job-${n}`, startMs: hourMs, endMs: hourMs + n }),
    ),
  );
  for (const batch of chunks(records, 100)) await store.consume(batch.map(({ ended }) => ended));
  await store.settle();
  for (const grain of ['minute', 'hour'] as const) {
    const { lines } = await rollups(client, grain);
    expect(Object.keys(lines).length).toBeLessThanOrEqual(301);
    const sums = Object.values(lines).map(({ events, attempts, latency }) => ({
      events,
      attempts,
      timed: Object.values(latency).reduce((n, count) => n + count, 0),
    }));
    const sum = (what: 'events' | 'attempts' | 'timed') =>
      sums.reduce((n, line) => n + line[what], 0);
    expect([sum('events'), sum('attempts'), sum('timed')]).toEqual([320, 320, 320]);
    expect(Object.keys(lines).filter((key) => key.includes(' -1 -1 -1 *'))).toHaveLength(1);
    const writes = await writeRollups(client, grain);
    expect(writes).toHaveLength(301);
    const others = writes.filter(([kind]) => kind.includes(' -1 -1 -1 0 p - * f'));
    expect(others).toEqual([[expect.any(String), expect.stringMatching(/^20 /)]]);
  }
  const writes = await readWritesByTrigger(client, {
    fromMs: startMs + hourMs,
    untilMs: startMs + hourMs + 60 * minute,
    source: null,
  });
  const sumOf = (list: typeof writes): number => list.reduce((n, { events }) => n + events, 0);
  expect(sumOf(writes)).toBe(320);
  expect(writes.filter(({ isOthers }) => isOthers)).toEqual([
    {
      source: 'shop',
      tableSchema: '',
      tableName: '',
      trigger: '',
      namedBy: 'user',
      evidence: null,
      withoutActor: false,
      isOthers: true,
      events: 20,
    },
  ]);
});

test('what is too old to be counted whole is left as it is', async () => {
  const old = `date_trunc('minute', now() - interval '13 days 1 hour', 'UTC')`;
  await client.query(
    `insert into minute_rollups select ${old}, 1, 0, 0, 0, '-', 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', '{}'`,
  );
  await client.query(`insert into stale_minutes (minute) select ${old}`);
  await store.settle();
  const { rows } = await client.query('select events from minute_rollups');
  expect(rows).toEqual([{ events: 7 }]);
  expect((await client.query('select from stale_minutes')).rows).toEqual([]);
});

test('minutes are kept for two weeks, hours and days for a year', async () => {
  for (const [table, days] of [
    ['minute', 13],
    ['minute', 15],
    ['hour', 364],
    ['hour', 366],
    ['day', 363],
    ['day', 367],
  ] as const) {
    await client.query(
      `insert into ${table}_rollups select date_trunc('hour', now() - make_interval(days => $1)), 1, 0, 0, 0, '-', $1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', '{}'`,
      [days],
    );
    await client.query(
      `insert into write_rollups (at, source, table_schema, table_name, trigger, job, events, ahead, named_by, evidence, rule,
         lacks_actor, grain)
       select at, 1, 0, 0, 0, 0, $2, 0, 'p', '-', '-', false, $1 from ${table}_rollups where events = $2`,
      [table, days],
    );
  }
  for (let step: unknown = ''; step !== null;) {
    step = (await client.query('select maintain_store() as step')).rows[0].step;
  }
  const { rows } = await client.query(
    `select events from minute_rollups union all select events from hour_rollups
     union all select events from day_rollups order by 1`,
  );
  expect(rows.map(({ events }) => events)).toEqual([13, 363, 364]);
  const { rows: writes } = await client.query('select events from write_rollups order by 1');
  expect(writes).toEqual(rows);
  await expectTotals(client);
});
