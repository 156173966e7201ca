// The shapes in which the API tells coverage.
import { z } from 'zod';
import { time } from './times.ts';

const count = z.number().int();

/** Events by what is known of their cause. The first three count as covered. */
const coverageShareSchema = z
  .object({
    /** Database events that were recorded, by the edge or by the event log. */
    events: count,
    covered: count,
    /** 0 to 1; null where there were no events. */
    share: z.number().nullable(),
    byKind: z.object({
      user: count,
      declared: count,
      certain: count,
      weak: count,
      pending: count,
      carried: count,
      unattributed: count,
      legacy: count,
      unknown: count,
      /** Only the event log has them. */
      neverArrived: count,
    }),
  })
  .meta({ id: 'CoverageShare' });

const namedCoverageSchema = coverageShareSchema
  .extend({ source: z.string(), name: z.string() })
  .meta({ id: 'NamedCoverage' });

export const coverageViewSchema = coverageShareSchema
  .extend({
    from: time,
    until: time,
    bucketMs: z.number().int().meta({ description: 'How long a step of `overTime` is.' }),
    countedUntil: time.meta({
      description:
        'What came in until then is counted whole; some of what came later may not be counted yet.',
    }),
    countedFrom: time.nullable().meta({
      description:
        'Nothing before this time is counted, though it is asked for: it came in before the release that counts it. The cron counts it, latest first, unless its events are no longer kept. Null: everything is counted.',
    }),
    hoursLeftOut: z.array(time).meta({
      description:
        'Hours of it, by when they begin, that are not counted either: counting them took too long, and the cron tries each again once a day. Latest first, 100 at most.',
    }),
    others: z
      .object({
        writes: count.meta({ description: 'In no line of `tables` and `triggers`.' }),
        ofJobs: count.meta({ description: 'In no line of `jobs`, though a job is known.' }),
      })
      .meta({
        description:
          'Events that are counted above and not told apart below: of each minute, hour and day 300 kinds are, and these are the rarest.',
      }),
    /** Least covered first. */
    tables: z.array(namedCoverageSchema),
    triggers: z.array(namedCoverageSchema),
    /** Of what each job is known to have written. */
    jobs: z.array(namedCoverageSchema),
    /** By the hour up to three days, else by the day; without those in which nothing came in. */
    overTime: z.array(z.object({ from: time, events: count, covered: count })),
    /** What to change, largest gap first. */
    advice: z.array(
      z.object({
        kind: z.enum([
          'never_arrived',
          'job_writes_no_ids',
          'table_not_tracked',
          'unattributed',
          'actor_not_sent',
          'listens_to_itself',
          'not_in_event_log',
          'event_log_unread',
          'events_late',
          'events_again',
          'event_log_grows',
          'clock_ahead',
        ]),
        source: z.string(),
        subject: z.string(),
        finding: z.string(),
        change: z.string(),
        events: count.nullable(),
      }),
    ),
    /** Of the application databases that may be read; empty where none is. */
    eventLogs: z.array(
      z.object({
        source: z.string(),
        checkedAt: time,
        state: z.enum(['ok', 'needs_index', 'unreachable', 'no_event_log']),
        detail: z.string(),
        pending: z.number().nullable(),
        oldestPendingAt: time.nullable(),
        longLocked: z.number().nullable(),
        estimatedRows: z.number().nullable(),
        totalBytes: z.number().nullable(),
        earlier: z
          .object({ at: time, estimatedRows: z.number(), totalBytes: z.number() })
          .nullable(),
      }),
    ),
  })
  .meta({ id: 'Coverage' });

export type CoverageShare = z.infer<typeof coverageShareSchema>;
export type CoverageView = z.infer<typeof coverageViewSchema>;
