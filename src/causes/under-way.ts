// Until when an attempt may be at work. It judges nothing.

export type AttemptSpan = { startedAtMs: number; endedAtMs: number | null; status: number | null };

/** An attempt that gave no answer may still be at work for so long: the longest run of a job. */
export const longestRunMs = 15 * 60_000;

/** The last moment at which an attempt's job may have written something, ms since the epoch. */
export function mayRunUntilMs(attempt: AttemptSpan): number {
  const isAnswered = attempt.endedAtMs !== null && attempt.status !== null;
  if (isAnswered) return attempt.endedAtMs ?? 0;
  return Math.max(attempt.startedAtMs + longestRunMs, attempt.endedAtMs ?? 0);
}
