// What is read of a span of time, from days, hours and minutes, against the sum of its minutes.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { mergeHistograms } from '../../../src/store/latency-histogram.ts';
import {
  type Counts,
  readDeliveries,
  readDeliverySeries,
  readPeaks,
  readTotals,
  readTotalsBy,
  type Totals,
} from '../../../src/store/read-rollups.ts';
import type { RollupSpan } from '../../../src/store/rollup-pieces.ts';
import { rollDaysUp } from '../../../src/store/roll-days-up.ts';
import { rollupCounts } from '../../../src/store/rollup-line.ts';
import { sumUp } from '../../../src/store/roll-up.ts';
import { noteDay } from '../../../src/store/stale-days.ts';
import { createRolledStore, type RolledStore } from './rolled-store.ts';
import { randomOf } from './sample-day.ts';
import { expectTotals } from './summed-lines.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const allDays = { most: 100, timeoutMs: 20_000 };
/** Four days that are over. */
const beginsMs = Math.floor(Date.now() / day) * day - 5 * day;
const endsMs = beginsMs + 4 * day;

type Minute = { ms: number; job: number; attempts: number; bucket: number; peak: number };

const text = (ms: number): string => new Date(ms).toISOString();
let store: RolledStore;
let minutes: Minute[];

beforeAll(async () => {
  store = await createRolledStore('read_rollups');
});
afterAll(() => store.drop());
beforeEach(async () => {
  await store.empty();
  const random = randomOf(7);
  minutes = Array.from({ length: 600 }, () => ({
    ms: beginsMs + Math.floor((random() * (endsMs - beginsMs)) / minute) * minute,
    job: 1 + Math.floor(random() * 3),
    attempts: 1 + Math.floor(random() * 9),
    bucket: Math.floor(random() * 151),
    peak: 1 + Math.floor(random() * 9),
  }));
  const byPlace = new Map(minutes.map((one) => [`${one.ms} ${one.job}`, one]));
  minutes = [...byPlace.values()];
  await write(minutes);
  for (let ms = beginsMs; ms < endsMs; ms += hour) await makeHour(ms);
});

/** As lines of minutes alone. */
async function write(lines: readonly Minute[]): Promise<void> {
  await store.client.query(
    `with given as (select to_timestamp(ms / 1000) as at, job, attempts, bucket, peak
       from json_to_recordset($1::json) as g (ms float8, job int, attempts int, bucket int, peak int)),
     peaks as (insert into minute_peaks select at, 1, job, peak from given)
     insert into minute_rollups (at, source, trigger, job, destination, named_by, events, deliveries, delivered_first, attempts,
       delivered, failed, unreachable, timed_out, cancelled, answered_429, dead, latency_buckets, latency_counts)
     select at, 1, 0, job, 0, '-', 0, attempts * 2, 0, attempts, 0, 0, 0, 0, 0, 0, 0, array[bucket], array[attempts] from given`,
    [JSON.stringify(lines)],
  );
}

async function makeHour(ms: number): Promise<void> {
  await sumUp(store.client, 'hour', text(ms));
  await noteDay(store.client, text(ms));
}

async function expectSums(span: RollupSpan, bucketMs: number | null): Promise<void> {
  const within = minutes.filter(({ ms }) => ms >= span.fromMs && ms < span.untilMs);
  const stepOf = (ms: number): number =>
    bucketMs === null ? 0 : Math.floor(ms / bucketMs) * bucketMs;
  const expected = Object.fromEntries(
    [...Map.groupBy(within, ({ ms }) => stepOf(ms))].map(([ms, list]) => {
      const latency: Record<number, number> = {};
      for (const { bucket, attempts } of list) latency[bucket] = (latency[bucket] ?? 0) + attempts;
      const peaks = Map.groupBy(list, ({ job }) => job);
      return [
        ms,
        {
          attempts: list.reduce((sum, { attempts }) => sum + attempts, 0),
          deliveries: list.reduce((sum, { attempts }) => sum + attempts * 2, 0),
          latency,
          peaks: [...peaks.values()]
            .map((of) => Math.max(...of.map(({ peak }) => peak)))
            .toSorted((a, b) => a - b),
        },
      ];
    }),
  );
  const totals = await readTotals(store.client, span, { bucketMs });
  expect(await addedUp(span, bucketMs)).toEqual(totals);
  const peaks = await readPeaks(store.client, span, { bucketMs });
  const deliveries = await deliveriesAt(span, bucketMs);
  const found = Object.fromEntries(
    totals.map(({ at, attempts, latency }) => [
      at === null ? 0 : Date.parse(at),
      {
        attempts,
        deliveries: deliveries.get(at === null ? 0 : Date.parse(at)),
        latency: sparse(latency),
        peaks: peaks
          .filter((one) => one.at === at)
          .map(({ peak }) => peak)
          .toSorted((a, b) => a - b),
      },
    ]),
  );
  expect(found).toEqual(expected);
}

/** Buckets that are not empty. */
const sparse = (packed: string): Record<number, number> =>
  Object.fromEntries([...mergeHistograms([packed]).entries()].filter(([, count]) => count > 0));

/** Totals by job, added up by the step. */
async function addedUp(span: RollupSpan, bucketMs: number | null): Promise<Totals[]> {
  const byJob = await readTotalsBy(store.client, span, { by: ['job'], bucketMs });
  return [...Map.groupBy(byJob, ({ at }) => at)].map(([at, list]) => {
    const latency = list.reduce((sum, one) => sum + BigInt(one.latency), 0n);
    return {
      ...(Object.fromEntries(
        rollupCounts.map((name) => [name, list.reduce((sum, one) => sum + one[name], 0)]),
      ) as Counts),
      at,
      latency: String(latency),
    };
  });
}

/** Of all jobs, by the beginning of a step, or of everything at 0. */
async function deliveriesAt(span: RollupSpan, bucketMs: number | null) {
  const by = ['job'] as const;
  const counted =
    bucketMs === null
      ? (await readDeliveries(store.client, span, { by })).map(({ deliveries }) => ({
          steps: [0],
          deliveries: [deliveries],
        }))
      : await readDeliverySeries(store.client, span, { by, bucketMs });
  const sums = new Map<number, number>();
  for (const { steps: at, deliveries } of counted) {
    at.forEach((ms, index) => sums.set(ms, (sums.get(ms) ?? 0) + (deliveries[index] ?? 0)));
  }
  return sums;
}

const spans: { what: string; fromMs: number; untilMs: number }[] = [
  { what: 'whole days', fromMs: beginsMs, untilMs: endsMs },
  { what: 'days and hours', fromMs: beginsMs + 5 * hour, untilMs: endsMs - 3 * hour },
  { what: 'days, hours, minutes', fromMs: beginsMs + 90 * minute, untilMs: endsMs - 7 * minute },
  { what: 'minutes', fromMs: beginsMs + 7 * minute, untilMs: beginsMs + 50 * minute },
  { what: 'hours', fromMs: beginsMs + 20 * hour, untilMs: beginsMs + 28 * hour },
];
const steps = [null, 5 * minute, hour, 6 * hour, day];

async function expectAll(): Promise<void> {
  await expectTotals(store.client);
  for (const { fromMs, untilMs } of spans) {
    for (const bucketMs of steps) await expectSums({ fromMs, untilMs, source: null }, bucketMs);
  }
}

test('days, hours and minutes together are the sum of the minutes, before a day is made and after it', async () => {
  await expectAll();
  expect(await rollDaysUp(store.client, allDays)).toBe(4);
  const { rows } = await store.client.query('select distinct at from day_rollups');
  expect(rows).toHaveLength(4);
  await expectAll();
});

test('what comes late is read at once, by the hour, and makes its day anew', async () => {
  await rollDaysUp(store.client, allDays);
  const late = { ms: beginsMs + 30 * hour, job: 4, attempts: 1_000, bucket: 150, peak: 99 };
  minutes.push(late);
  await write([late]);
  await makeHour(late.ms);
  await expectAll();
  expect(await rollDaysUp(store.client, allDays)).toBe(1);
  await expectAll();
  expect(await rollDaysUp(store.client, allDays)).toBe(0);
});

test('a day that is not over is not made', async () => {
  await noteDay(store.client, text(Date.now()));
  expect(await rollDaysUp(store.client, allDays)).toBe(4);
  const { rows } = await store.client.query('select from stale_days');
  expect(rows).toHaveLength(1);
});

test('an hour that is being made while its day is made has the day made again', async () => {
  await rollDaysUp(store.client, allDays);
  const late = { ms: beginsMs + 30 * hour, job: 4, attempts: 1_000, bucket: 150, peak: 99 };
  await noteDay(store.client, text(late.ms));
  // Holds the note that is there, and is not over yet.
  await store.client.query('begin');
  await write([late]);
  await makeHour(late.ms);
  const over = new AbortController();
  const maker = store.connect((other) => rollDaysUp(other, allDays)).finally(() => over.abort());
  await expect
    .poll(async () => over.signal.aborted || (await waits()), { timeout: 20_000 })
    .toBe(true);
  expect(over.signal.aborted).toBe(false);
  await store.client.query('commit');
  expect(await maker).toBe(1);
  minutes.push(late);
  await expectAll();
});

test('hours of one day are noted beside each other', async () => {
  await store.client.query('begin');
  await noteDay(store.client, text(beginsMs));
  await store.connect(async (other) => {
    await other.query(`set lock_timeout = '20s'`);
    await expect(noteDay(other, text(beginsMs + hour))).resolves.toBeUndefined();
  });
  await store.client.query('rollback');
});

/** Whether somebody in this database waits for somebody else's lock: asked outside of what a transaction keeps seeing. */
const waits = (): Promise<boolean> =>
  store.connect(async (other) => {
    const { rows } = await other.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
