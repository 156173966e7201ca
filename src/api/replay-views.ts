// The shapes of replay runs and reruns that the API answers with.
import { z } from 'zod';
import { time } from './times.ts';
import { deadLetterViewSchema } from './views.ts';

/** How many dead letters a selection finds now. */
export const letterCountViewSchema = z.object({ found: z.number().int() });

export const replayRunSummarySchema = z
  .object({
    id: z.string(),
    createdAt: time,
    /**
     * `judging`: the canaries are on their way. `paused`: until somebody continues. `stopped`: by itself, since a canary
     * failed. `completed`: every letter has been handed over; what becomes of them goes on in the progress.
     */
    state: z.enum(['running', 'judging', 'paused', 'stopped', 'cancelled', 'completed']),
    /** Why, where it came into this state by itself. */
    because: z.string().nullable(),
    ratePerSecond: z.number(),
    /** How many letters go first; 0: none. */
    canary: z.number().int(),
    canaryPassed: z.boolean(),
    /** What the letters had in common; null where they were named. */
    filter: z
      .object({
        from: time.nullable(),
        to: time.nullable(),
        sources: z.array(z.string()).nullable(),
        triggers: z.array(z.string()).nullable(),
        jobs: z.array(z.string()).nullable(),
        destinations: z.array(z.string()).nullable(),
        reasons: z.array(deadLetterViewSchema.shape.reason).nullable(),
        /** 0: no answer came. */
        statuses: z.array(z.number().int()).nullable(),
        errors: z.array(z.string()).nullable(),
        q: z.string().nullable(),
      })
      .nullable(),
    /** How many were named; null where there was a filter. */
    deliveryIds: z.number().int().nullable(),
  })
  .meta({ id: 'ReplayRunSummary' });

export const replayRunPageSchema = z
  .object({
    runs: z.array(replayRunSummarySchema),
    /** Opaque; give it back as `?cursor=`. Null on the last page. */
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'ReplayRunPage' });

export const replayRunViewSchema = replayRunSummarySchema
  .extend({
    progress: z.object({
      found: z.number().int(),
      waiting: z.number().int(),
      /** Handed over, and neither arrived nor dead again. */
      underWay: z.number().int(),
      delivered: z.number().int(),
      failedAgain: z.number().int(),
      /** The Worker ended while they were handed over, and nothing has been heard of them: dead letters still. */
      uncertain: z.number().int(),
      /** By reason. */
      skipped: z.record(z.string(), z.number().int()),
    }),
    /** Of those handed over; one failed attempt is enough to fail. Null where there are none. */
    canaries: z
      .object({ delivered: z.number().int(), failed: z.number().int(), open: z.number().int() })
      .nullable(),
    /** Who did what, oldest first; `throughline` is the run itself. */
    actions: z.array(
      z.object({
        at: time,
        who: z.string(),
        /** What the caller says of itself; not verified. */
        onBehalfOf: z.string().nullable(),
        action: z.string(),
        because: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ReplayRun' });

/** Another delivery of the same event, with ids of its own. It is in the trace once it has been attempted. */
export const rerunViewSchema = z
  .object({
    deliveryId: z.string(),
    rerunOf: z.string(),
    correlationId: z.string(),
    /** `rebuilt`: made of what is stored, equal in meaning; the sender's own headers are not kept. */
    body: z.enum(['as_sent', 'rebuilt']),
    queuedAt: time,
  })
  .meta({ id: 'Rerun' });

export type LetterCountView = z.infer<typeof letterCountViewSchema>;
export type ReplayRunSummary = z.infer<typeof replayRunSummarySchema>;
export type ReplayRunPage = z.infer<typeof replayRunPageSchema>;
export type ReplayRunView = z.infer<typeof replayRunViewSchema>;
export type RerunView = z.infer<typeof rerunViewSchema>;
