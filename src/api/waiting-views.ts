// What the API says of deliveries that wait for an attempt of the edge's.
import { z } from 'zod';

export const waitingViewSchema = z
  .object({
    /** The newest; see `isAll`. */
    found: z.int(),
    /** False where there are more than one request takes. */
    isAll: z.boolean(),
  })
  .meta({ id: 'Waiting' });

/** No attempt follows. Each becomes a dead letter when its next attempt would have been due. */
export const waitingCancelledViewSchema = z
  .object({
    cancelled: z.int(),
    /** The objects that keep them did not answer: ask again. */
    failed: z.int(),
    isAll: z.boolean(),
  })
  .meta({ id: 'WaitingCancelled' });

export type WaitingView = z.infer<typeof waitingViewSchema>;
export type WaitingCancelledView = z.infer<typeof waitingCancelledViewSchema>;
