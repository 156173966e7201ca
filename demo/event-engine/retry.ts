// Decides what happens to an event after a failed attempt, by Hasura's rules. Pure: no clock, no database.
import type { RetryConfiguration } from './trigger.ts';

export type AfterFailure = { kind: 'retry'; delaySec: number } | { kind: 'error' };

/**
 * Hasura's rule (graphql-engine, `retryOrSetError` in Eventing/EventTrigger.hs): a valid `Retry-After` is obeyed
 * whatever `num_retries` says; else the event is tried again after `interval_sec` while `tries` is below
 * `num_retries`.
 * @param tries attempts recorded before this one
 * @param retryAfter the answer's header, null where there was no answer or no header
 */
export function afterFailure(
  tries: number,
  retryAfter: string | null,
  retry: RetryConfiguration,
): AfterFailure {
  const seconds = retryAfterSeconds(retryAfter);
  if (seconds === null && tries >= retry.numRetries) return { kind: 'error' };
  return { kind: 'retry', delaySec: seconds ?? retry.intervalSec };
}

/** Whole seconds above 0 only; a date, a fraction or 0 counts as no header. */
function retryAfterSeconds(header: string | null): number | null {
  if (header === null || !/^\s*\d+\s*$/.test(header)) return null;
  const seconds = Number(header);
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : null;
}
