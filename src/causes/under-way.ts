// Until when an attempt may be at work. It judges nothing.

export type AttemptSpan = {
  startedAtMs: number;
  endedAtMs: number | null;
  status: number | null;
  /** Its job goes on after it has answered. */
  worksInBackground: boolean;
};

/**
 * An attempt that gave no answer, or whose job works in the background, may be at work for so long: the longest run
 * of a job.
 */
export const longestRunMs = 15 * 60_000;

/** The last moment at which an attempt's job may have written something, ms since the epoch. */
export function mayRunUntilMs(attempt: AttemptSpan): number {
  const isAnswered = attempt.endedAtMs !== null && attempt.status !== null;
  if (isAnswered && !attempt.worksInBackground) return attempt.endedAtMs ?? 0;
  return Math.max(attempt.startedAtMs + longestRunMs, attempt.endedAtMs ?? 0);
}
