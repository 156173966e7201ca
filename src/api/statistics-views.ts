// The shapes in which the API tells what was counted: of everything, of jobs and of destinations.
import { z } from 'zod';
import { rangeNames } from './statistics-span.ts';
import { time } from './times.ts';
import { circuitViewSchema } from './views.ts';

const count = z.number().int();
/** 0 to 1; null where there is nothing to take it of. */
const share = z.number().nullable();
const ms = z.number().nullable();

/** Percentiles of attempts that have ended and were not cancelled; each is wrong by 5 % at most. */
export const latencySchema = z
  .object({ attempts: count, p50Ms: ms, p95Ms: ms, p99Ms: ms })
  .meta({ id: 'Latency' });

/** What was counted. A delivery counts when its first attempt begins, an attempt when it begins. */
export const countsSchema = z
  .object({
    deliveries: count,
    attempts: count,
    /** Attempts that were not the first of their delivery. */
    retries: count,
    /** Attempts that were answered 2xx, and of these those that were the first of their delivery. */
    delivered: count,
    deliveredFirst: count,
    /** Attempts that were answered otherwise, found nobody, or took too long. */
    failures: count,
    timedOut: count,
    /** Failures that were answered 429. */
    answered429: count,
    deadLetters: count,
    /** Failures in attempts that have ended and were not cancelled. */
    errorRate: share,
    /** Deliveries whose first attempt was answered 2xx, of those in which no attempt runs. */
    firstTimeShare: share,
    latency: latencySchema,
  })
  .meta({ id: 'Counts' });

/** Writes by whether their cause is known: a person, a declared system action, or a certain link. By when they arrived. */
const coveredSchema = z
  .object({
    /** Writes that arrived, and those that only the event log has. */
    events: count,
    covered: count,
    share,
  })
  .meta({ id: 'Covered' });

const figuresSchema = countsSchema
  .extend({
    events: count,
    /** Events that a cascade begins with. */
    cascades: count,
    coverage: coveredSchema,
  })
  .meta({ id: 'Figures' });

/** One step of time; the last one is not over. */
const stepSchema = z
  .object({
    from: time,
    deliveries: count,
    attempts: count,
    deliveredFirst: count,
    /** Deliveries that arrived with a retry. */
    deliveredLater: count,
    failures: count,
    deadLetters: count,
    errorRate: share,
    p50Ms: ms,
    p95Ms: ms,
    p99Ms: ms,
  })
  .meta({ id: 'StatisticsStep' });

/** Deliveries for each step of time, the oldest first. */
const deliveriesOverTime = z.array(count);

/**
 * How many runs its platform allows at once, as configured; of a job, of all destinations that it was called at. Null: not
 * known, or not of all of them.
 */
const concurrencyLimit = count.nullable();

const askedSteps = {
  from: time,
  until: time,
  /** How long a step of `overTime` is. The first begins at or before `from`. */
  bucketMs: count,
  /** What came in until then is counted whole; some of what came later may not be counted yet. */
  countedUntil: time,
};
const asked = { range: z.enum(rangeNames), ...askedSteps };

export const statisticsSchema = z
  .object({ ...askedSteps, overTime: z.array(stepSchema) })
  .meta({ id: 'Statistics' });

const jobSummarySchema = countsSchema
  .extend({
    source: z.string(),
    job: z.string(),
    /** How many of its attempts were under way at once, at most; null where it is not among the busiest. */
    peak: count.nullable(),
    deliveriesOverTime,
  })
  .meta({ id: 'JobSummary' });

const triggerSummarySchema = countsSchema
  .extend({
    source: z.string(),
    trigger: z.string(),
    events: count,
    coverage: coveredSchema,
    deliveriesOverTime,
  })
  .meta({ id: 'TriggerSummary' });

/** Something that somebody should look at. */
export const findingSchema = z
  .object({
    kind: z.enum([
      'dead_letters',
      'circuit_open',
      'destination_disabled',
      'loop',
      'gaps',
      'snapshot_old',
      'nothing_arrives',
      'not_counted',
      'circuits_unreachable',
    ]),
    severity: z.enum(['error', 'warning']),
    /** What is so, in one sentence. */
    finding: z.string(),
    /** Why, or since when, in one sentence. */
    reason: z.string(),
    /** How many; null where that means nothing. */
    count: count.nullable(),
    /** When it was so last, or since when. */
    at: time.nullable(),
    source: z.string().nullable(),
    /** A job's, destination's or trigger's name; of which, `kind` says. */
    subject: z.string().nullable(),
    /** A cascade in which it is to be seen. */
    cascadeId: z.string().nullable(),
  })
  .meta({ id: 'Finding' });

export const overviewSchema = z
  .object({
    ...asked,
    figures: figuresSchema,
    /** As long, just before. */
    previous: figuresSchema,
    overTime: z.array(stepSchema),
    /** What fails most often first; without those that never failed. Ten at most. */
    topFailing: z.array(jobSummarySchema),
    /** What delivers most first. Ten at most. */
    topTriggers: z.array(triggerSummarySchema),
    /** The gravest first. */
    needsALook: z.array(findingSchema),
  })
  .meta({ id: 'Overview' });

export const jobListSchema = z
  .object({
    ...asked,
    /** What fails most often first, then what delivers most. */
    jobs: z.array(jobSummarySchema.extend({ concurrencyLimit })),
    /** Jobs that were counted together, since there were too many at once; null: none. */
    others: countsSchema.nullable(),
  })
  .meta({ id: 'JobList' });

const attemptSummarySchema = z
  .object({
    deliveryId: z.string(),
    traceId: z.string(),
    correlationId: z.string(),
    destination: z.string(),
    outcome: z.enum(['running', 'delivered', 'failed', 'unreachable', 'timed_out', 'cancelled']),
    status: count.nullable(),
    error: z.string().nullable(),
    startedAt: time,
    /** Null while it runs. */
    durationMs: ms,
  })
  .meta({ id: 'AttemptSummary' });

export const usualSchema = z
  .object({
    /** Over so many days until now. */
    days: count,
    attempts: count,
    medianMs: ms,
    p95Ms: ms,
  })
  .meta({ id: 'UsualDuration' });

const destinationSummarySchema = countsSchema
  .extend({
    destination: z.string(),
    /** Null: it is closed, as that of whatever has not failed lately, or not known (`circuitsAreKnown`). */
    circuit: circuitViewSchema.nullable(),
    concurrencyLimit,
    deliveriesOverTime,
  })
  .meta({ id: 'DestinationSummary' });

export const jobDetailSchema = z
  .object({
    ...asked,
    source: z.string(),
    job: z.string(),
    figures: countsSchema,
    previous: countsSchema,
    /** How many of its attempts were under way at once, at most. */
    peak: count.nullable(),
    concurrencyLimit,
    overTime: z.array(stepSchema.extend({ peak: count.nullable() })),
    /** The triggers whose events are delivered to it; null: a webhook that has none. */
    callers: z.array(countsSchema.extend({ trigger: z.string().nullable(), deliveriesOverTime })),
    /** Who wrote the rows that led to it; null: nothing was written. */
    actors: z.array(
      z.object({
        namedBy: z
          .enum(['user', 'declared', 'hop', 'carried', 'unattributed', 'legacy', 'unknown'])
          .nullable(),
        deliveries: count,
      }),
    ),
    destinations: z.array(destinationSummarySchema),
    circuitsAreKnown: z.boolean(),
    usual: usualSchema,
    /** The following are of its latest deliveries, so many at most. */
    latestDeliveries: count,
    /** Tables whose rows its deliveries wrote, as far as is certain. */
    tables: z.array(z.object({ schema: z.string(), name: z.string(), events: count })),
    /** The longest first. */
    slowest: z.array(attemptSummarySchema),
    /** The latest first. */
    lastFailures: z.array(attemptSummarySchema),
  })
  .meta({ id: 'JobDetail' });

export const destinationListSchema = z
  .object({
    ...asked,
    /** What fails most often first, then what is called most. */
    destinations: z.array(
      destinationSummarySchema.extend({
        jobs: z.array(z.object({ source: z.string(), job: z.string() })),
      }),
    ),
    /** Destinations that were counted together, since there were too many at once; null: none. */
    others: countsSchema.nullable(),
    circuitsAreKnown: z.boolean(),
  })
  .meta({ id: 'DestinationList' });

export type CountsView = z.infer<typeof countsSchema>;
export type Figures = z.infer<typeof figuresSchema>;
export type StepView = z.infer<typeof stepSchema>;
export type JobSummary = z.infer<typeof jobSummarySchema>;
export type TriggerSummary = z.infer<typeof triggerSummarySchema>;
export type Statistics = z.infer<typeof statisticsSchema>;
export type Finding = z.infer<typeof findingSchema>;
export type Overview = z.infer<typeof overviewSchema>;
export type JobList = z.infer<typeof jobListSchema>;
export type UsualDuration = z.infer<typeof usualSchema>;
export type JobDetail = z.infer<typeof jobDetailSchema>;
export type DestinationSummary = z.infer<typeof destinationSummarySchema>;
export type DestinationList = z.infer<typeof destinationListSchema>;
