// Recognises the body of Hasura's cron triggers and one-off scheduled events. They come from no table.
// Form: graphql-engine's Eventing/ScheduledTrigger/Types.hs, ScheduledEventWebhookPayload.
import { z } from 'zod';

const scheduledEventSchema = z.object({
  id: z.string().min(1).max(200),
  /** The cron trigger's; a one-off event has none. */
  name: z.string().min(1).max(128).nullish(),
  scheduled_time: z.string().min(1).max(64),
  payload: z.unknown(),
  comment: z.string().nullish(),
  created_at: z.string().nullish(),
});

/** Keys that Hasura sends: another one is another sender's. */
const keys = new Set(Object.keys(scheduledEventSchema.shape));

export type ScheduledEvent = {
  id: string;
  /** The cron trigger's name; null for a one-off event. */
  name: string | null;
  /** When it was due, which all attempts share; as Hasura wrote it, in UTC. */
  scheduledTime: string;
  payload: unknown;
};

/**
 * Reads a parsed body.
 * @returns null where it is not a scheduled event
 */
export function parseScheduledEvent(json: unknown): ScheduledEvent | null {
  const parsed = scheduledEventSchema.safeParse(json);
  if (!parsed.success) return null;
  // zod has seen an object; what it does not know of it decides.
  const sent = Object.keys(json ?? {});
  if (!sent.includes('payload') || sent.some((key) => !keys.has(key))) return null;
  const { id, name, scheduled_time: scheduledTime, payload } = parsed.data;
  return { id, name: name ?? null, scheduledTime, payload };
}
