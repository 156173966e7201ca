// How long something took, and when the last of it ended. Pure.

/** Whole milliseconds; null while there is no end. Clocks that differ never make it negative. */
export function durationMs(startedAt: string, endedAt: string | null): number | null {
  return endedAt === null ? null : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
}

/** The latest of some times in one form; null where there is none. */
export function latest(times: readonly (string | null)[]): string | null {
  return times.reduce((last, time) => (last === null || (time ?? '') > last ? time : last), null);
}
