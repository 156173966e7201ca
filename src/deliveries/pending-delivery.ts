// A delivery that is not over: everything that is needed to attempt it again, from anywhere. Only the
// shape; whoever holds one decides nothing by it.
import { z } from 'zod';
import { arrivalFactsSchema, deliveryFactsSchema, eventFactsSchema } from '../store/record.ts';

export const pendingDeliverySchema = z.object({
  event: eventFactsSchema,
  arrival: arrivalFactsSchema,
  delivery: deliveryFactsSchema,
  /** The URL to call: for a route that chooses one of several, the one that was chosen. */
  destination: z.url(),
  method: z.string().min(1),
  /** As the destination gets them: with `x-correlation-id`, `idempotency-key` and `traceparent`. */
  headers: z.array(z.tuple([z.string(), z.string()])),
  /** Base64; null where there is none. */
  body: z.base64().nullable(),
  /** Made so far, by anybody. */
  attempts: z.number().int().nonnegative(),
  firstAttemptAt: z.iso.datetime(),
  /** It has had no attempt yet, since its destination's circuit was open; left out otherwise. */
  heldBack: z.boolean().optional(),
});

export type PendingDelivery = z.infer<typeof pendingDeliverySchema>;
