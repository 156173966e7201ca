// What a retry schedule can be: its shape and the built-in one. When a delivery is tried again is not decided here.
import { z } from 'zod';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** A week. The message that waits is replaced as often as it takes, so that no queue's retention limits it. */
const longestPauseSeconds = 604_800;

const pauses = z
  .array(z.number().min(0).max(longestPauseSeconds))
  .max(30, 'must have 30 pauses at most: a queue hands a message out 100 times');

export const retryPolicySchema = z
  .strictObject({
    /** The pause after the first, second, … failed attempt. After the last of them comes one more attempt; []: none. */
    pausesSeconds: pauses,
    /** How far a pause may be longer or shorter, so that what failed together does not come back together. */
    jitter: z.number().min(0).max(0.5).default(0.2),
    /** Other pauses after this HTTP status; [] gives up at once. 410 always does. */
    byStatus: z.record(z.string().regex(/^[1-5]\d\d$/), pauses).default({}),
  })
  .meta({ id: 'RetryPolicy' });

export type RetryPolicy = z.infer<typeof retryPolicySchema>;

export const builtInRetryPolicy: RetryPolicy = {
  pausesSeconds: [
    5 * second,
    5 * minute,
    30 * minute,
    2 * hour,
    5 * hour,
    10 * hour,
    10 * hour,
  ].map((ms) => ms / 1_000),
  jitter: 0.2,
  byStatus: {},
};

/**
 * The schedule of a delivery as it is configured now: its route's, else the document's, else the built-in one.
 * @param route a stored route's name; null or undefined where there is none, and one that is gone counts as none
 */
export function retryPolicyOf(
  config: {
    routes: ReadonlyMap<string, { retries: RetryPolicy | null }>;
    retries: RetryPolicy;
  },
  route: string | null | undefined,
): RetryPolicy {
  return config.routes.get(route ?? '')?.retries ?? config.retries;
}
