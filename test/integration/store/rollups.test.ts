// Rollups against a count of everything, made here in another way: whatever the order, the repetition, the number of
// consumers and the moment of a crash, both are the same in the end.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { type StoreClient, withClient } from '../../../src/store/client.ts';
import { bucketOf } from '../../../src/store/latency-histogram.ts';
import type { DeadLetterRecord, RecordMessage } from '../../../src/store/record.ts';
import { rollUp, rollupCounts } from '../../../src/store/roll-up.ts';
import { createDatabase } from '../../support/database.ts';
import { at, sampleAttempt, sampleEvent, startMs } from './sample-records.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
const connect = <T>(work: (client: StoreClient) => Promise<T>): Promise<T> =>
  withClient(database.url, work);

/** A whole hour, four hours ago, as the samples count: rollups are made of what is recent. */
const hourMs = Math.floor((Date.now() - 4 * 3_600_000) / 3_600_000) * 3_600_000 - startMs;
const minute = 60_000;

beforeAll(async () => {
  database = await createDatabase('rollups');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  client = new pg.Client(database.url);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(() =>
  client.query(`truncate events, payloads, arrivals, deliveries, attempts, links, traces, webhook_places, dead_letters,
    stale_minutes, rolled_minutes, rolled_hours, minute_rollups, hour_rollups, minute_peaks, hour_peaks`),
);

async function consume(records: readonly RecordMessage[]): Promise<string[]> {
  const reports: string[] = [];
  let isAgain = true;
  while (isAgain) {
    isAgain = false;
    const message = {
      id: 'm',
      body: records,
      attempts: 1,
      ack: () => {},
      retry: () => {
        isAgain = true;
      },
    };
    await consumeRecords(
      { queue: 'records', messages: [message] },
      { connect, now: () => Date.now(), report: (text) => reports.push(text) },
    );
  }
  return reports;
}

const all = { most: 1_000, onlyDue: false, timeoutMs: 20_000 };

async function settle(): Promise<void> {
  while ((await rollUp(client, all)) > 0);
}

type Line = Record<(typeof rollupCounts)[number], number> & { latency: Record<number, number> };

const noLine = (): Line => ({
  events: 0,
  deliveries: 0,
  delivered_first: 0,
  attempts: 0,
  delivered: 0,
  failed: 0,
  unreachable: 0,
  timed_out: 0,
  cancelled: 0,
  answered_429: 0,
  dead: 0,
  latency: {},
});

type Grain = 'minute' | 'hour';
type Rollups = { lines: Record<string, Line>; peaks: Record<string, number> };

async function rollups(grain: Grain): Promise<Rollups> {
  const name = (column: string) =>
    `coalesce((select text from names where id = ${column}), ${column}::text)`;
  const { rows } = await client.query(
    `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI') as at, ${name('source')} as source,
       ${name('trigger')} as trigger, ${name('job')} as job, ${name('destination')} as destination, named_by,
       ${rollupCounts.join(', ')}, latency_buckets, latency_counts from ${grain}_rollups`,
  );
  const lines: Record<string, Line> = {};
  for (const row of rows) {
    const line = noLine();
    for (const count of rollupCounts) line[count] = row[count];
    row.latency_buckets.forEach((bucket: number, index: number) => {
      line.latency[bucket] = row.latency_counts[index];
    });
    lines[[row.at, row.source, row.trigger, row.job, row.destination, row.named_by].join(' ')] =
      line;
  }
  const { rows: peaks } = await client.query(
    `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI') as at, ${name('source')} as source, ${name('job')} as job, peak
     from ${grain}_peaks`,
  );
  return {
    lines,
    peaks: Object.fromEntries(peaks.map((row) => [`${row.at} ${row.source} ${row.job}`, row.peak])),
  };
}

const outcomes: Record<string, (typeof rollupCounts)[number]> = {
  delivered: 'delivered',
  failed: 'failed',
  unreachable: 'unreachable',
  timed_out: 'timed_out',
  cancelled: 'cancelled',
};

/** Of what the tables hold in words, one row after the other. */
async function counted(grain: Grain): Promise<Rollups> {
  const lines: Record<string, Line> = {};
  const truncated = (time: Date): string =>
    grain === 'minute' ? time.toISOString().slice(0, 16) : `${time.toISOString().slice(0, 13)}:00`;
  const lineOf = (time: Date, ...key: string[]): Line =>
    (lines[[truncated(time), ...key].join(' ')] ??= noLine());
  const letter: Record<string, string> = {
    user: 'p',
    declared: 's',
    hop: 'h',
    carried: 'c',
    unattributed: 'n',
    legacy: 'l',
    unknown: 'u',
  };
  const { rows: events } = await client.query('select * from readable_events');
  const byId = new Map(events.map((event) => [event.id, event]));
  const by = (event: { named_by: string | null }): string => letter[event.named_by ?? ''] ?? '-';
  for (const event of events) {
    lineOf(event.arrived_at, event.source, event.trigger ?? '0', '0', '0', by(event)).events += 1;
  }
  const { rows: deliveries } = await client.query('select * from readable_deliveries');
  const { rows: attempts } = await client.query(
    'select * from readable_attempts order by started_at, id',
  );
  const seen = new Set<string>();
  const spans = new Map<string, { from: number; until: number | null }[]>();
  for (const attempt of attempts) {
    const delivery = deliveries.find(({ id }) => id === attempt.delivery_id);
    const event = byId.get(delivery.event_id);
    const { source, job } = delivery;
    const line = lineOf(
      attempt.started_at,
      source,
      event.trigger ?? '0',
      job,
      attempt.destination,
      by(event),
    );
    const isFirst = !seen.has(delivery.id);
    seen.add(delivery.id);
    line.attempts += 1;
    if (isFirst) line.deliveries += 1;
    if (isFirst && attempt.outcome === 'delivered') line.delivered_first += 1;
    const outcome = outcomes[attempt.outcome];
    if (outcome) line[outcome] += 1;
    if (attempt.status === 429) line.answered_429 += 1;
    if (attempt.ended_at && attempt.outcome !== 'cancelled') {
      const ms = attempt.ended_at - attempt.started_at;
      const bucket = bucketOf(ms);
      line.latency[bucket] = (line.latency[bucket] ?? 0) + 1;
    }
    const key = `${source} ${job}`;
    spans.set(key, [
      ...(spans.get(key) ?? []),
      { from: +attempt.started_at, until: attempt.ended_at && +attempt.ended_at },
    ]);
  }
  const { rows: letters } = await client.query(
    `select encode(delivery_id, 'hex') as id, dead_at, destination from dead_letters`,
  );
  for (const { id, dead_at, destination } of letters) {
    const delivery = deliveries.find((one) => one.id === id);
    const event = byId.get(delivery.event_id);
    lineOf(
      dead_at,
      delivery.source,
      event.trigger ?? '0',
      delivery.job,
      destination,
      by(event),
    ).dead += 1;
  }
  return { lines, peaks: peaksOf(spans, truncated) };
}

/** At each moment at which an attempt begins or a minute does, how many are under way. */
function peaksOf(
  spans: ReadonlyMap<string, { from: number; until: number | null }[]>,
  truncated: (time: Date) => string,
): Record<string, number> {
  const peaks: Record<string, number> = {};
  for (const [key, list] of spans) {
    const starts = list.map(({ from }) => from);
    const minutes = list.flatMap(({ from, until }) => {
      const last = Math.min(until ?? from, from + 60 * minute);
      const of: number[] = [];
      for (let ms = Math.floor(from / minute) * minute; ms <= last; ms += minute) of.push(ms);
      return of;
    });
    for (const ms of new Set([...starts, ...minutes])) {
      const running = list.filter(({ from, until }) => {
        const firstEnds = (Math.floor(from / minute) + 1) * minute;
        const ends = until === null ? firstEnds : Math.min(until, from + 60 * minute);
        return from <= ms && (ends > ms || from === ms);
      }).length;
      const at = `${truncated(new Date(ms))} ${key}`;
      if (running > 0) peaks[at] = Math.max(peaks[at] ?? 0, running);
    }
  }
  return peaks;
}

async function expectExact(): Promise<void> {
  for (const grain of ['minute', 'hour'] as const) {
    expect(await rollups(grain)).toEqual(await counted(grain));
  }
}

function promised(): [Promise<void>, () => void] {
  const { promise, resolve } = Promise.withResolvers<void>();
  return [promise, resolve];
}

/** The same numbers each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

async function letterOf(
  record: { event: RecordMessage & object } | Awaited<ReturnType<typeof sampleAttempt>>['ended'],
  deadMs: number,
  toldMs = deadMs,
): Promise<DeadLetterRecord> {
  const { event, arrival, delivery, attempt } = record as Awaited<
    ReturnType<typeof sampleAttempt>
  >['ended'];
  return {
    v: 1,
    type: 'dead_letter',
    event,
    arrival,
    delivery,
    death: {
      at: at(deadMs),
      toldAt: at(toldMs),
      reason: 'attempts_used_up',
      firstAttemptAt: attempt.startedAt,
      status: 500,
      error: 'The destination answered 500.',
    },
    destination: attempt.destination,
    request: { kept: 'here', method: 'POST', headers: [], body: null },
  };
}

/** Events of two triggers, by people and by nobody, with retries minutes apart, ends that are told or not, and deaths. */
async function sampleDay(random: () => number, events: number): Promise<RecordMessage[]> {
  const records: RecordMessage[] = [];
  const pick = <T>(...list: T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let n = 0; n < events; n += 1) {
    const atMs = hourMs + 30 * minute + Math.floor(random() * 60 * minute);
    const isWebhook = random() < 0.2;
    const event = await sampleEvent({
      id: `event-${n}`,
      atMs,
      trigger: pick('order_placed', 'stock_low'),
      actor: pick('jane@example.com', 'legacy-import', null),
      ...(isWebhook && { kind: 'webhook', op: null, table: null, actor: null, trigger: null }),
    });
    for (const job of pick(['charge-card'], ['charge-card', 'send-mail'])) {
      let start = atMs + Math.floor(random() * 2_000);
      const tries = pick(1, 1, 2, 3);
      for (let number = 1; number <= tries; number += 1) {
        const isLast = number === tries;
        const length = pick(0, 1, 40, 900, 70_000, 200_000);
        const outcome = isLast
          ? pick('delivered', 'delivered', 'cancelled')
          : pick('failed', 'timed_out', 'unreachable');
        const { running, ended } = await sampleAttempt(event, {
          job,
          startMs: start,
          endMs: start + length,
          number,
          outcome,
          status: outcome === 'failed' ? pick(500, 429) : outcome === 'delivered' ? 200 : null,
        });
        records.push(running);
        if (random() < 0.9) records.push(ended);
        if (isLast && random() < 0.3) {
          records.push(await letterOf(ended, start + length));
          // It is replayed and dies again.
          if (random() < 0.5) records.push(await letterOf(ended, start + length + 5 * minute));
        }
        start += length + pick(100, minute, 7 * minute);
      }
    }
  }
  return records;
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
    const crashing = (inner: StoreClient, after: number): StoreClient => {
      let left = after;
      return {
        query: (text, values) => {
          left -= 1;
          if (left < 0) throw new Error('crashed');
          return inner.query(text, values);
        },
      };
    };
    const consumer = async (): Promise<void> => {
      for (let batch = queue.pop(); batch; batch = queue.pop()) {
        expect(await consume(batch)).toEqual([]);
      }
    };
    let isOver = false;
    const roller = async (crashes: boolean): Promise<void> => {
      while (!isOver) {
        // Both say that they go on; one loses its connection in the middle, time and again.
        await withClient(database.url, (inner) =>
          rollUp(crashes ? crashing(inner, 3 + Math.floor(random() * 12)) : inner, {
            ...all,
            most: 7,
          }),
        ).catch((error: unknown) => {
          if (!String(error).includes('crashed')) throw error;
        });
      }
    };
    const rollers = [roller(true), roller(false)];
    await Promise.all([consumer(), consumer(), consumer()]);
    isOver = true;
    await Promise.all(rollers);
    await settle();
    const { rows } = await client.query('select count(*)::int as events from events');
    expect(rows).toEqual([{ events: 60 }]);
    await expectExact();
    const { rows: left } = await client.query('select from stale_minutes');
    expect(left).toEqual([]);
  },
);

describe('a minute', () => {
  const one = async (id: string, ms: number, given: { job?: string; number?: number } = {}) => {
    const event = await sampleEvent({ id, atMs: hourMs });
    return sampleAttempt(event, { job: 'charge-card', startMs: ms, endMs: ms + 50, ...given });
  };

  test('that is written while it is rolled up is rolled up again', async () => {
    await consume([(await one('event-1', hourMs)).ended]);
    await settle();
    const before = await rollups('minute');
    const other = new pg.Client(database.url);
    await other.connect();
    try {
      await other.query('begin');
      await other.query(
        `insert into attempts (trace_id, delivery_ref, id, started_at, ended_at, destination, outcome, degraded, works_in_background)
         select trace_id, delivery_ref, gen_random_uuid(), started_at + interval '1 second', ended_at + interval '1 second',
           destination, outcome, degraded, works_in_background from attempts`,
      );
      await client.query(`insert into stale_minutes (minute) values ($1)`, [at(hourMs)]);
      await settle();
      expect(await rollups('minute')).toEqual(before);
      await other.query('commit');
    } finally {
      await other.end();
    }
    await settle();
    expect(await rollups('minute')).not.toEqual(before);
    await expectExact();
  });

  test('whose hour cannot be made stays stale', async () => {
    await consume([(await one('event-1', hourMs)).ended]);
    await client.query('insert into stale_minutes (minute) values ($1)', [at(hourMs)]);
    const failing = connect((inner) =>
      rollUp(
        {
          query: (text, values) =>
            text.includes('insert into hour_rollups')
              ? Promise.reject(new Error('gone'))
              : inner.query(text, values),
        },
        all,
      ),
    );
    await expect(failing).rejects.toThrow('gone');
    const { rows } = await client.query('select from stale_minutes');
    expect(rows.length).toBeGreaterThan(0);
    await settle();
    await expectExact();
  });

  test('that took long waits before a consumer makes it again, and not for the cron', async () => {
    await consume([(await one('event-1', hourMs)).ended]);
    await client.query(`update rolled_minutes set next_at = now() + interval '1 hour'`);
    await consume([(await one('event-1', hourMs + 1_000, { number: 2 })).ended]);
    const attempts = async () =>
      Object.values((await rollups('minute')).lines).reduce((n, line) => n + line.attempts, 0);
    expect(await attempts()).toBe(1);
    await rollUp(client, all);
    expect(await attempts()).toBe(2);
  });

  test('of an event that turns out to have arrived earlier loses it', async () => {
    await consume([(await one('event-1', hourMs + 10 * minute)).ended]);
    await settle();
    // For another job, so that nothing else is said of the minute in which it was counted.
    await consume([(await one('event-1', hourMs + minute, { job: 'send-mail' })).ended]);
    await settle();
    await expectExact();
    const { lines } = await rollups('minute');
    expect(Object.values(lines).reduce((n, { events }) => n + events, 0)).toBe(1);
  });

  test('of an attempt that turns out to be a retry counts no delivery for it', async () => {
    // The event has been known from its first minute on, so that it is the earlier attempt alone that changes the later's.
    await consume([(await one('event-1', hourMs)).ended]);
    const again = (ms: number, number: number) => one('event-1', ms, { job: 'send-mail', number });
    await consume([(await again(hourMs + 10 * minute, 2)).ended]);
    await settle();
    await consume([(await again(hourMs + 5 * minute, 1)).ended]);
    await settle();
    await expectExact();
    const lines = Object.values((await rollups('hour')).lines);
    expect(lines.reduce((n, { deliveries }) => n + deliveries, 0)).toBe(2);
  });

  test('is not made while another of its hour is, since both make the hour', async () => {
    await consume([(await one('event-1', hourMs)).ended]);
    await consume([(await one('event-2', hourMs + 3 * minute)).ended]);
    await settle();
    const note = (ms: number) =>
      client.query('insert into stale_minutes (minute) values ($1)', [at(ms)]);
    const [held, hold] = promised();
    const [released, release] = promised();
    await note(hourMs);
    const slow = withClient(database.url, (inner) =>
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
        all,
      ),
    );
    await held;
    await note(hourMs + 3 * minute);
    let isOver = false;
    const second = connect((inner) => rollUp(inner, all)).finally(() => {
      isOver = true;
    });
    const waits = async (): Promise<boolean> => {
      const { rows } = await client.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    };
    // Without the lock it would wait for the other's lines instead, and fail over them.
    const until = Date.now() + 10_000;
    while (!isOver && !(await waits()) && Date.now() < until);
    const hasWaited = await waits();
    // Who has other things to do goes on, and the minute stays stale.
    expect(await connect((inner) => rollUp(inner, { ...all, onlyDue: true }))).toBe(0);
    release();
    await Promise.all([slow, second]);
    expect(hasWaited).toBe(true);
    await settle();
    await expectExact();
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
        const startMs_ = hourMs + number * minute;
        return sampleAttempt(event, {
          job: 'sync',
          startMs: startMs_,
          endMs: startMs_ + 5,
          number,
          outcome: number === 1 ? 'failed' : 'delivered',
        });
      }),
    );
    await Promise.all(tries.map(({ ended }) => consume([ended])));
    await settle();
    await expectExact();
    const lines = Object.values((await rollups('hour')).lines);
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
    await consume([later.ended]);
    await settle();
    await consume([first.ended]);
    await settle();
    await expectExact();
    expect(Object.keys((await rollups('minute')).lines).every((key) => key.endsWith(' p'))).toBe(
      true,
    );
  });
});

test('of many kinds the rarest are counted together, and none is lost', async () => {
  const events = await Promise.all(
    Array.from({ length: 320 }, (_, n) =>
      sampleEvent({ id: `event-${n}`, atMs: hourMs, trigger: `trigger_${n}` }),
    ),
  );
  const records = await Promise.all(
    events.map((event, n) =>
      sampleAttempt(event, { job: `job-${n}`, startMs: hourMs, endMs: hourMs + n }),
    ),
  );
  for (const batch of chunks(records, 100)) await consume(batch.map(({ ended }) => ended));
  await settle();
  for (const grain of ['minute', 'hour'] as const) {
    const { lines } = await rollups(grain);
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
  }
});

test('what is too old to be counted whole is left as it is', async () => {
  const old = `date_trunc('minute', now() - interval '13 days 1 hour', 'UTC')`;
  await client.query(
    `insert into minute_rollups select ${old}, 1, 0, 0, 0, '-', 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', '{}'`,
  );
  await client.query(`insert into stale_minutes (minute) select ${old}`);
  await settle();
  const { rows } = await client.query('select events from minute_rollups');
  expect(rows).toEqual([{ events: 7 }]);
  expect((await client.query('select from stale_minutes')).rows).toEqual([]);
});

test('minutes are kept for two weeks, hours for a year', async () => {
  for (const [table, days] of [
    ['minute', 13],
    ['minute', 15],
    ['hour', 364],
    ['hour', 366],
  ] as const) {
    await client.query(
      `insert into ${table}_rollups select date_trunc('hour', now() - make_interval(days => $1)), 1, 0, 0, 0, '-', $1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', '{}'`,
      [days],
    );
  }
  for (let step: unknown = ''; step !== null;) {
    step = (await client.query('select maintain_store() as step')).rows[0].step;
  }
  const { rows } = await client.query(
    'select events from minute_rollups union all select events from hour_rollups order by 1',
  );
  expect(rows.map(({ events }) => events)).toEqual([13, 364]);
});
