// The pure core of publishing: what is known of the published version, and when to publish next. No clock, no KV.

/** KV takes one write a second for a key: developers.cloudflare.com/kv/platform/limits. */
const leastPauseMs = 1_100;
/**
 * A change is published once more after this. A write that was given up, or that a crash cut off, can still arrive,
 * and must not be the last one for long.
 */
const settledAfterMs = 60_000;
/** The edge raises an alarm for a snapshot older than a day. */
const refreshedAfterMs = 6 * 3_600_000;
const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

export type Publication = {
  /** The last that KV has taken; 0: none. */
  version: number;
  /** Of the stops beside it; left out by older versions. */
  stopsRevision?: number;
  /** When it was taken, in ms since the epoch. */
  takenAtMs: number;
  /** When KV was last written to, whatever came of it. */
  triedAtMs: number;
  /** True once the same version was taken a second time. */
  isSettled: boolean;
  /** In a row. */
  failures: number;
  error: string | null;
};

export const unpublished: Publication = {
  version: 0,
  takenAtMs: 0,
  triedAtMs: 0,
  isSettled: true,
  failures: 0,
  error: null,
};

/** KV has taken a version. */
export function taken(
  before: Publication,
  version: number,
  nowMs: number,
  stopsRevision = 0,
): Publication {
  const isSame = before.version === version && (before.stopsRevision ?? 0) === stopsRevision;
  return {
    version,
    stopsRevision,
    takenAtMs: nowMs,
    triedAtMs: nowMs,
    // A failure before it may yet arrive.
    isSettled: isSame && before.failures === 0,
    failures: 0,
    error: null,
  };
}

/** KV has refused, or was not heard of. */
export function refused(before: Publication, error: string, nowMs: number): Publication {
  return { ...before, triedAtMs: nowMs, failures: before.failures + 1, error };
}

/** How long to wait before KV may be written to again, in ms. */
export function pauseBeforeMs({ triedAtMs }: Publication, nowMs: number): number {
  return Math.max(0, Math.min(leastPauseMs, triedAtMs + leastPauseMs - nowMs));
}

/** When to publish next, in ms since the epoch: after a failure soon, after a change once more, else to refresh it. */
export function nextPublicationMs(publication: Publication): number {
  const { failures, isSettled, triedAtMs } = publication;
  if (failures > 0) {
    return triedAtMs + Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 10), longestPauseMs);
  }
  return triedAtMs + (isSettled ? refreshedAfterMs : settledAfterMs);
}
