// Pages read the same figures in several ways, each as little as it needs: all of them tell the same.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateCascades } from '../../../bench/store/generate.ts';
import { rollEverythingUp } from '../../../bench/store/rollups.ts';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { byFailures, countsView, deliveriesOverTime } from '../../../src/api/statistics-view.ts';
import { statisticsSpan } from '../../../src/api/statistics-span.ts';
import {
  destinationListSchema,
  jobDetailSchema,
  jobListSchema,
  type Overview,
  overviewSchema,
} from '../../../src/api/statistics-views.ts';
import { nameOf, type TriggerKey } from '../../../src/api/trigger-summaries.ts';
import { withClient } from '../../../src/store/client.ts';
import { latestDeliveries } from '../../../src/store/read-job.ts';
import { readDeliverySeries, readTotalsBy } from '../../../src/store/read-rollups.ts';
import { createDatabase } from '../../support/database.ts';
import { createTestApi, type TestApi } from '../../support/test-api.ts';

const nowMs = Date.now();
const ranges = ['6h', '24h', '7d', '30d'] as const;
let database: Awaited<ReturnType<typeof createDatabase>>;
let api: TestApi;

beforeAll(async () => {
  database = await createDatabase('agree');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  await withClient(database.url, async (client) => {
    await generateCascades(client, {
      events: 6_000,
      giants: 1,
      giantHops: 200,
      days: 20,
      nowMs,
      payloads: 0,
    });
    await rollEverythingUp(client);
    // So that hours are read in a day's place.
    await client.query(
      `insert into stale_days select date_trunc('day', now(), 'UTC') - interval '3 days'`,
    );
  });
  api = createTestApi({
    connect: (work) => withClient(database.url, work),
    now: () => nowMs,
  });
}, 60_000);
afterAll(() => database.drop());

const sumOf = (list: readonly number[]): number => list.reduce((sum, n) => sum + n, 0);
const overviewOf = async (range: string): Promise<Overview> =>
  overviewSchema.parse(await api.get(`/api/overview?range=${range}`));
const jobsOf = async (range: string) =>
  jobListSchema.parse(await api.get(`/api/jobs?range=${range}`)).jobs;

describe.each(ranges)('in %s', (range) => {
  test('the overview’s failing jobs are the first of the list of all', async () => {
    const { topFailing } = await overviewOf(range);
    const jobs = await jobsOf(range);
    const failing = jobs
      .filter(({ failures, deadLetters }) => failures + deadLetters > 0)
      .map((job) => ({ ...job, concurrencyLimit: null }));
    if (range !== '6h' && failing.length <= 10) throw new Error('Too few fail for a list of ten.');
    expect(topFailing.length).toBe(Math.min(10, failing.length));
    const places = new Map(failing.map((job) => [`${job.source} ${job.job}`, job]));
    for (const job of topFailing)
      expect({ ...job, concurrencyLimit: null }).toEqual(places.get(`${job.source} ${job.job}`));
    // Of those that fail as often, any may come first.
    const least = failing[topFailing.length - 1];
    for (const job of topFailing) expect(least && byFailures(job, least)).toBeLessThanOrEqual(0);
  });

  test('the overview’s triggers are told what a reading by trigger tells', async () => {
    const { topTriggers } = await overviewOf(range);
    const spans = statisticsSpan(range, null, nowMs);
    const by = ['source', 'trigger'] as const;
    const [totals, series] = await withClient(database.url, async (client) => [
      await readTotalsBy(client, spans.span, { by }),
      await readDeliverySeries(client, spans.drawn, { by, bucketMs: spans.bucketMs }),
    ]);
    const drawn = deliveriesOverTime<TriggerKey>(spans, series, nameOf);
    expect(topTriggers.length).toBeGreaterThan(0);
    for (const { source, trigger, events, ...told } of topTriggers) {
      const own = totals.filter((one) => nameOf(one) === nameOf({ source, trigger }));
      expect(told).toMatchObject({
        ...countsView(own),
        deliveriesOverTime: drawn({ source, trigger }),
      });
      expect(events).toBe(sumOf(own.map((one) => one.events)));
    }
  });

  test('all jobs, all destinations, all steps and the overview count the same deliveries', async () => {
    const { figures, overTime } = await overviewOf(range);
    const list = destinationListSchema.parse(await api.get(`/api/destinations?range=${range}`));
    for (const count of [
      'deliveries',
      'attempts',
      'delivered',
      'failures',
      'deadLetters',
    ] as const) {
      for (const kinds of [await jobsOf(range), list.destinations]) {
        expect(sumOf(kinds.map((one) => one[count]))).toBe(figures[count]);
      }
    }
    // Steps begin before the range does, with a whole one.
    expect(sumOf(overTime.map(({ deliveries }) => deliveries))).toBeGreaterThanOrEqual(
      figures.deliveries,
    );
  });

  test('a destination’s jobs are told by what was delivered to each, the most first', async () => {
    const list = destinationListSchema.parse(await api.get(`/api/destinations?range=${range}`));
    const delivered = new Map(
      (await jobsOf(range)).map(({ source, job, deliveries }) => [`${source} ${job}`, deliveries]),
    );
    // Each job has one destination.
    const told = list.destinations.map(({ jobs }) =>
      jobs.map(({ source, job }) => delivered.get(`${source} ${job}`) ?? NaN),
    );
    expect(told.some((of) => of.length > 1)).toBe(true);
    for (const of of told) expect(of).toEqual(of.toSorted((a, b) => b - a));
  });

  test('a job is told on its own page what it is in the list, by caller, actor and destination', async () => {
    for (const listed of (await jobsOf(range)).slice(0, 5)) {
      const told = jobDetailSchema.parse(
        await api.get(`/api/jobs/${listed.source}/${listed.job}?range=${range}`),
      );
      const { peak, deliveriesOverTime: steps, ...counts } = listed;
      expect(counts).toMatchObject(told.figures);
      expect(told.peak).toBe(peak);
      expect(told.overTime.map(({ deliveries }) => deliveries)).toEqual(steps);
      for (const parts of [told.callers, told.actors, told.destinations]) {
        expect(sumOf(parts.map(({ deliveries }) => deliveries))).toBe(counts.deliveries);
      }
      expect(sumOf(told.callers.map((one) => one.latency.attempts))).toBe(counts.latency.attempts);
    }
  });
});

test('a job’s slowest attempts and failures are the first ten among its latest', async () => {
  const job = (await jobsOf('30d')).find(({ deliveries }) => deliveries <= latestDeliveries);
  if (!job || job.failures <= 10)
    throw new Error('There is no job whose deliveries are all looked at, and many fail.');
  const told = jobDetailSchema.parse(await api.get(`/api/jobs/${job.source}/${job.job}?range=30d`));
  const { rows } = await withClient(database.url, (client) =>
    client.query<{ ms: number; outcome: string; startedAt: string }>(
      `select (extract(epoch from a.ended_at - a.started_at) * 1000)::float8 as ms, a.outcome, a.started_at::text as "startedAt"
       from deliveries d join attempts a on a.trace_id = d.trace_id and a.delivery_ref = d.ref
       join names s on s.id = d.source join names j on j.id = d.job
       where s.text = $1 and j.text = $2 and a.started_at >= $3::timestamptz and a.ended_at is not null`,
      [job.source, job.job, told.from],
    ),
  );
  const slowest = rows
    .filter(({ outcome }) => outcome !== 'c')
    .map(({ ms }) => ms)
    .toSorted((a, b) => b - a);
  expect(told.slowest.map(({ durationMs }) => durationMs)).toEqual(slowest.slice(0, 10));
  const failed = rows
    .filter(({ outcome }) => ['f', 'u', 't'].includes(outcome))
    .map(({ startedAt }) => Date.parse(startedAt))
    .toSorted((a, b) => b - a);
  expect(told.lastFailures.map(({ startedAt }) => Date.parse(startedAt))).toEqual(
    failed.slice(0, 10),
  );
});
