// The shapes in which the API tells logs.
import { z } from 'zod';
import { time } from './times.ts';

export const logLineSchema = z
  .object({
    /** The same for the same line in every answer, and of no other line. */
    id: z.string(),
    /** Nanoseconds since the epoch, as text: they do not fit a number. */
    timestampNs: z.string(),
    level: z.enum(['error', 'warn', 'info', 'debug', 'unknown']),
    message: z.string(),
    fields: z.record(z.string(), z.string()),
    correlationId: z.string().nullable(),
  })
  .meta({ id: 'LogLine' });

const logPageShape = {
  /** Oldest first. */
  lines: z.array(logLineSchema),
  /** `?cursor=` of the page before this one; null where there is none. */
  olderCursor: z.string().nullable(),
  /** `?cursor=` of what has come since: a tail asks for it again and again. */
  newerCursor: z.string().nullable(),
  /** There is more after the page already. */
  hasNewer: z.boolean(),
  /** Some lines cannot be reached: more share their nanosecond, or more hops are asked for, than can be. */
  isIncomplete: z.boolean(),
  /** When the lines were read; null: for this answer. */
  keptAt: time.nullable(),
};

const logsAskedShape = {
  /** What keeps the logs: "Loki", "Elasticsearch", "CloudWatch". */
  source: z.string(),
  /** In the source's own language, for people to try by hand. */
  query: z.string(),
  from: time,
  to: time,
  /** The same query in Grafana's Explore; null where the source has no such page. */
  exploreUrl: z.string().nullable(),
};

/** A source out of reach is a normal answer: everything but logs works on. */
export const logsViewSchema = z
  .discriminatedUnion('state', [
    z.object({
      state: z.literal('ok'),
      ...logPageShape,
      ...logsAskedShape,
      tookMs: z.number(),
    }),
    z.object({
      state: z.literal('offline'),
      reason: z.enum([
        'not_configured',
        'unreachable',
        'dns',
        'timed_out',
        'refused_token',
        'forbidden',
        'no_data_source',
        'too_many_requests',
        'query_refused',
        'failed',
        'login_page',
        'cut_answer',
        'not_logs',
      ]),
      /** What happened, for people: the status, the limit, what to do. */
      detail: z.string(),
      /** When the first of the failures in a row was. */
      since: time,
      /** Failures in a row. */
      tries: z.number().int(),
      /** Until then every answer is this one, unless `?try=now` asks. */
      nextTryAt: time,
      /** The page as it was read last. */
      kept: z.object(logPageShape).nullable(),
      ...logsAskedShape,
    }),
  ])
  .meta({ id: 'Logs' });

/** Whether the logs of the jobs that ran lately carry their correlation IDs. */
export const logCoverageSchema = z.object({
  /** Deliveries that were looked at ended between these. */
  from: time,
  until: time,
  source: z.string(),
  /** Why there is no answer; null where there is one. */
  offline: z.object({ reason: z.string(), detail: z.string() }).nullable(),
  jobs: z.array(
    z.object({
      source: z.string(),
      name: z.string(),
      /** Its latest deliveries, as many as were looked for. */
      deliveries: z.number().int(),
      /** Of them, those whose ID stands in at least one line. */
      withLines: z.number().int(),
      state: z.enum(['carries', 'partly', 'silent', 'unknown']),
      /** One delivery to look at: without lines where there is such a one. */
      example: z.object({ deliveryId: z.string(), traceId: z.string(), correlationId: z.string() }),
    }),
  ),
});

export type LogLine = z.infer<typeof logLineSchema>;
export type LogsView = z.infer<typeof logsViewSchema>;
export type LogCoverageView = z.infer<typeof logCoverageSchema>;
