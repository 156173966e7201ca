// Which attempt each further arrival is kept with. Pure.
import type { CompactArrival, CompactAttempt } from './compact-rows.ts';

/** As the columns of attempts hold: µs, and tries. */
const mostMicroseconds = 2 ** 31 - 1;
const mostRetries = 2 ** 15 - 1;

/**
 * Each with the first attempt that it brought. One that brought none, or one later than its columns can say, stays alone.
 */
export function placeArrivals(
  arrivals: readonly CompactArrival[],
  attempts: readonly CompactAttempt[],
): { alone: CompactArrival[]; attempts: CompactAttempt[] } {
  const open = new Map(
    arrivals.map((arrival) => [keyOf(arrival.trace_id, arrival.event_ref, arrival.id), arrival]),
  );
  const placed = attempts.map((attempt): CompactAttempt => {
    const key = keyOf(attempt.trace_id, attempt.eventRef, attempt.arrivalId);
    const arrival = open.get(key);
    const columns = arrival && columnsOf(arrival, attempt.started_at);
    if (!columns) return attempt;
    open.delete(key);
    return { ...attempt, ...columns };
  });
  return { alone: [...open.values()], attempts: placed };
}

function keyOf(traceId: string, eventRef: string, arrivalId: string): string {
  return `${traceId} ${eventRef} ${arrivalId}`;
}

/** Null where it does not fit. */
function columnsOf(
  { id, at, current_retry, max_retries }: CompactArrival,
  startedAt: string,
): object | null {
  const arrived_before = microsecondsOf(startedAt) - microsecondsOf(at);
  return arrived_before >= 0 &&
    arrived_before <= mostMicroseconds &&
    Math.max(current_retry ?? 0, max_retries ?? 0) <= mostRetries
    ? { arrival_id: id, arrived_before, current_retry, max_retries }
    : null;
}

/** Of a time in RFC 3339, in UTC; JavaScript reads three digits of a second. Exact for some centuries. */
function microsecondsOf(time: string): number {
  const digits = /\.(\d+)/.exec(time)?.[1] ?? '';
  const belowMs = Number(digits.slice(3, 6).padEnd(3, '0') || '0');
  return Date.parse(time) * 1_000 + belowMs;
}
