// When a failed delivery is tried again, and when no more. Pure: no clock, no randomness of its own.

import type { RetryPolicy } from '../config/retry-policy.ts';

const second = 1_000;
const hour = 3_600 * second;

/** A destination cannot put a delivery off for longer than this. */
export const longestRetryAfterMs = 24 * hour;

/**
 * The pause before the next attempt, in ms; null: give up.
 *
 * Every answer but 2xx is tried again, so is none at all; 410 Gone ends it (RFC 9110 §15.5.11). A
 * `Retry-After` is the least that is waited, never a reason to come sooner than planned: a destination that
 * always asks for a second would use all attempts up within one outage.
 *
 * Where the policy has pauses of their own for the status of this failure, theirs is the pause after this many
 * attempts, whatever the ones before had failed with.
 * @param failed.attempt the number of the attempt that has just failed, from 1
 * @param failed.status null where no answer came
 * @param failed.retryAfterMs see {@link parseRetryAfterMs}
 * @param failed.random from 0 up to, but not including, 1
 */
export function nextDelayMs(
  { pausesSeconds, byStatus, jitter }: RetryPolicy,
  failed: {
    attempt: number;
    status: number | null;
    retryAfterMs: number | null;
    random: number;
  },
): number | null {
  if (failed.status === 410) return null;
  const pauses = byStatus[String(failed.status)] ?? pausesSeconds;
  const pauseSeconds = pauses[failed.attempt - 1];
  if (pauseSeconds === undefined) return null;
  const plannedMs = pauseSeconds * second * (1 + jitter * (2 * failed.random - 1));
  const askedMs = Math.min(failed.retryAfterMs ?? 0, longestRetryAfterMs);
  // Spread upwards only: nobody comes sooner than asked.
  return Math.round(Math.max(plannedMs, askedMs * (1 + jitter * failed.random)));
}

/** How many attempts a delivery has at most, whatever each of them fails with. */
export function mostAttempts({ pausesSeconds, byStatus }: RetryPolicy): number {
  return 1 + Math.max(...[pausesSeconds, ...Object.values(byStatus)].map(({ length }) => length));
}

/**
 * Reads a `Retry-After` field (RFC 9110 §10.2.3): whole seconds, or a date in one of the forms of §5.6.7.
 * @param nowMs ms since the epoch
 * @returns ms from now, 0 for a date that has passed; null where there is none or it cannot be read
 */
export function parseRetryAfterMs(value: string | null, nowMs: number): number | null {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * second;
  // Dates begin with the day's name; Date.parse alone would take many a number for a date.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*[, ]/.test(text)) return null;
  // The asctime form has no zone and is in UTC too.
  const atMs = Date.parse(/GMT$|[+-]\d{4}$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
