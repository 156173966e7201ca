// From when to when a delivery can have logged.
import { longestRunMs } from '../causes/under-way.ts';
import type { StoredDelivery } from '../store/read-rows.ts';

const beforeMs = 2_000;
const afterMs = 30_000;

/**
 * The window around these deliveries' attempts, padded on both sides, in ms since the epoch.
 * An attempt that gave no answer may still be at work, up to the longest run of a job.
 * @param fallbackMs the middle of the window where nothing was attempted
 */
export function logWindow(
  deliveries: readonly StoredDelivery[],
  fallbackMs: number,
  nowMs: number,
): { fromMs: number; toMs: number } {
  const attempts = deliveries.flatMap((delivery) => delivery.attempts);
  const starts = attempts.map((attempt) => Date.parse(attempt.startedAt));
  const ends = attempts.map(({ startedAt, endedAt, status }) => {
    const endedMs = endedAt === null ? 0 : Date.parse(endedAt);
    if (endedAt !== null && status !== null) return endedMs;
    return Math.max(endedMs, Math.min(nowMs, Date.parse(startedAt) + longestRunMs));
  });
  const first = starts.reduce((a, b) => Math.min(a, b), starts[0] ?? fallbackMs);
  const last = ends.reduce((a, b) => Math.max(a, b), first);
  return { fromMs: first - beforeMs, toMs: last + afterMs };
}
