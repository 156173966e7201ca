// GET /api/jobs, /api/jobs/{source}/{job} and /usual: how jobs fare.
import { Hono } from 'hono';
import type { StoreClient } from '../store/client.ts';
import {
  findLatestDeliveries,
  isKnownJob,
  latestDeliveries,
  readJobAttempts,
  readTablesWritten,
} from '../store/read-job.ts';
import {
  readDeliveries,
  readDeliverySeries,
  readPeaks,
  readTotalsBy,
} from '../store/read-rollups.ts';
import type { RollupSpan } from '../store/rollup-pieces.ts';
import { type ConcurrencyLimits, readConcurrencyLimits } from './concurrency-limits.ts';
import type { ApiDeps } from './deps.ts';
import { destinationSummaries, readCircuits } from './destination-summaries.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { type JobKey, keyOf, readJobSummaries } from './job-summaries.ts';
import { notFound } from './problem.ts';
import { jobParam } from './job-param.ts';
import { reading } from './reading.ts';
import { readingStatistics } from './reading-statistics.ts';
import { statisticsQuery, statisticsSpan, type StatisticsSpan } from './statistics-span.ts';
import { byFailures, countsView, deliveriesOverTime, overTime } from './statistics-view.ts';
import {
  type JobDetail,
  jobDetailSchema,
  type JobList,
  jobListSchema,
  type UsualDuration,
  usualSchema,
} from './statistics-views.ts';

/** A week has all the days that differ from each other. */
const usualDays = 7;
const dayMs = 86_400_000;
const minuteMs = 60_000;

export function jobRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List jobs with what was delivered to them',
        description:
          'Those to which something was delivered in the range, what fails most often first.',
        tag: 'Statistics',
        query: statisticsQuery,
        answers: { 200: { description: 'All of them.', schema: jobListSchema } },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const { range, source = null } = context.req.valid('query');
        const spans = statisticsSpan(range, source, deps.now());
        const limits = await readConcurrencyLimits(deps);
        const list: JobList = await readingStatistics(deps, spans, async (client) => ({
          ...(await readJobs(client, spans, limits)),
        }));
        return context.json(list, 200);
      },
    )
    .get(
      '/:source/:job',
      endpoint({
        summary: 'Tell how a job fares',
        tag: 'Statistics',
        param: jobParam,
        query: statisticsQuery.omit({ source: true }),
        answers: { 200: { description: 'The job.', schema: jobDetailSchema } },
        problems: ['not_found', 'database_unreachable'],
      }),
      async (context) => {
        const { source, job } = context.req.valid('param');
        const { range } = context.req.valid('query');
        const nowMs = deps.now();
        const spans = statisticsSpan(range, source, nowMs);
        const known = Promise.all([readCircuits(deps), readConcurrencyLimits(deps)]);
        const { destinations, ...detail } = await readingStatistics(deps, spans, async (client) => {
          await mustKnow(client, source, job);
          return {
            ...(await readFigures(client, spans, job)),
            ...(await readLatest(client, spans.span, job, nowMs)),
            usual: await readUsual(client, { source, job }, nowMs),
          };
        });
        const [circuits, limits] = await known;
        const view: JobDetail = {
          ...detail,
          source,
          job,
          concurrencyLimit: limits.of(calledIn(destinations.totals)),
          destinations: destinationSummaries(destinations, { circuits, limits }, spans),
          circuitsAreKnown: circuits !== null,
        };
        return context.json(view, 200);
      },
    )
    .get(
      '/:source/:job/usual',
      endpoint({
        summary: 'Tell how long a job’s attempts usually take',
        description: `Median and 95 % of the attempts of the last ${usualDays} days.`,
        tag: 'Statistics',
        param: jobParam,
        answers: { 200: { description: 'What is usual.', schema: usualSchema } },
        problems: ['not_found', 'database_unreachable'],
      }),
      async (context) => {
        const { source, job } = context.req.valid('param');
        const nowMs = deps.now();
        const usual = await reading(deps, async (client) => {
          await mustKnow(client, source, job);
          return readUsual(client, { source, job }, nowMs);
        });
        return context.json(usual, 200);
      },
    );
}

/** @throws ApiProblem 404 */
async function mustKnow(client: StoreClient, source: string, job: string): Promise<void> {
  if (!(await isKnownJob(client, source, job))) throw notFound(`Job ${job} of ${source}`);
}

/** Jobs, each with the limit of the destinations that it was called at. */
async function readJobs(
  client: StoreClient,
  spans: StatisticsSpan,
  limits: ConcurrencyLimits,
): Promise<Pick<JobList, 'jobs' | 'others'>> {
  const { span, drawn, bucketMs } = spans;
  const by = ['source', 'job'] as const;
  const totals = await readTotalsBy(client, span, { by });
  const series = await readDeliverySeries(client, drawn, { by, bucketMs });
  const jobs = await readJobSummaries(client, spans, { totals, series });
  const folded = totals.filter(({ isOthers }) => isOthers);
  const limitOf = limits.areAny ? await readLimits(client, span, limits) : () => null;
  return {
    jobs: jobs.map((job) => ({ ...job, concurrencyLimit: limitOf(job) })),
    others: folded.length === 0 ? null : countsView(folded),
  };
}

async function readLimits(
  client: StoreClient,
  span: RollupSpan,
  limits: ConcurrencyLimits,
): Promise<(job: JobKey) => number | null> {
  const called = await readDeliveries(client, span, { by: ['source', 'job', 'destination'] });
  const byJob = Map.groupBy(called, keyOf);
  return (job) => limits.of(calledIn(byJob.get(keyOf(job)) ?? []));
}

const calledIn = (totals: readonly { destination: string | null }[]): string[] =>
  totals.flatMap(({ destination }) => destination ?? []);

async function readUsual(
  client: StoreClient,
  { source, job }: { source: string; job: string },
  nowMs: number,
): Promise<UsualDuration> {
  const untilMs = Math.floor(nowMs / minuteMs) * minuteMs + minuteMs;
  const span = { fromMs: untilMs - usualDays * dayMs, untilMs, source };
  const { latency } = countsView(await readTotalsBy(client, span, { by: [], only: { job } }));
  return {
    days: usualDays,
    attempts: latency.attempts,
    medianMs: latency.p50Ms,
    p95Ms: latency.p95Ms,
  };
}

async function readFigures(client: StoreClient, spans: StatisticsSpan, job: string) {
  const { span, previous, drawn, bucketMs } = spans;
  const only = { job };
  const totals = await readTotalsBy(client, span, {
    by: ['trigger', 'destination', 'namedBy'],
    only,
  });
  const series = await readDeliverySeries(client, drawn, {
    by: ['trigger', 'destination'],
    bucketMs,
    only,
  });
  const steps = await readTotalsBy(client, drawn, { by: [], bucketMs, only });
  const [peak] = await readPeaks(client, span, { job });
  const peaks = new Map(
    (await readPeaks(client, drawn, { job, bucketMs })).map(({ at, peak: most }) => [at, most]),
  );
  const drawnOf = deliveriesOverTime<{ trigger: string | null }>(
    spans,
    series,
    ({ trigger }) => trigger,
  );
  return {
    figures: countsView(totals),
    previous: countsView(await readTotalsBy(client, previous, { by: [], only })),
    peak: peak?.peak ?? null,
    overTime: overTime(spans, steps).map((step) => ({
      ...step,
      peak: peaks.get(step.from) ?? null,
    })),
    callers: [...Map.groupBy(totals, ({ trigger }) => trigger)]
      .map(([trigger, ofOne]) => ({
        ...countsView(ofOne),
        trigger,
        deliveriesOverTime: drawnOf({ trigger }),
      }))
      .toSorted(byFailures),
    actors: [...Map.groupBy(totals, ({ namedBy }) => namedBy)]
      .map(([namedBy, ofOne]) => ({
        namedBy,
        deliveries: ofOne.reduce((sum, { deliveries }) => sum + deliveries, 0),
      }))
      .toSorted((a, b) => b.deliveries - a.deliveries),
    destinations: { totals, series },
  };
}

/** What is told of single deliveries. */
async function readLatest(
  client: StoreClient,
  { fromMs, untilMs, source }: RollupSpan,
  job: string,
  nowMs: number,
) {
  const latest = await findLatestDeliveries(client, { source: source ?? '', job });
  if (latest === null) return { latestDeliveries, tables: [], slowest: [], lastFailures: [] };
  return {
    latestDeliveries,
    tables: await readTablesWritten(client, latest, nowMs),
    ...(await readJobAttempts(client, latest, {
      from: new Date(fromMs).toISOString(),
      until: new Date(untilMs).toISOString(),
    })),
  };
}
