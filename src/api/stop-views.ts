// What /api/stops answers, for tests and the dashboard. Shapes only.
import { z } from 'zod';
import { stopSchema } from '../config/stops.ts';

export const stopViewSchema = stopSchema
  .extend({
    /** Whose doing it is: a person's, or `throughline`. */
    by: z.string(),
    /** `expired`: no event of its trace can come any more. */
    state: z.enum(['holding', 'released', 'discarded', 'expired']),
    endedAt: z.iso.datetime().nullable(),
    /** Deliveries that wait for somebody to release or discard them. What was kept just now is counted seconds later. */
    kept: z.number().int(),
  })
  .meta({ id: 'StopInTrace' });

export const stopListSchema = z.object({
  /** Newest first: those that hold, and those that have ended and still keep something. */
  stops: z.array(stopViewSchema),
});

export const releasedStopSchema = z.object({
  stop: stopViewSchema,
  /** The replay run over what was kept; null where nothing was. */
  replayRunId: z.uuid().nullable(),
});

export const discardedStopSchema = z.object({
  stop: stopViewSchema,
  /** Deliveries that left the list of dead letters. */
  discarded: z.number().int(),
});

export type StopView = z.infer<typeof stopViewSchema>;
export type StopListView = z.infer<typeof stopListSchema>;
export type ReleasedStopView = z.infer<typeof releasedStopSchema>;
export type DiscardedStopView = z.infer<typeof discardedStopSchema>;
