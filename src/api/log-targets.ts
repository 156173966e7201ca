// From when to when each delivery can have logged, and when the last of them was over. Pure.
import { mayRunUntilMs } from '../causes/under-way.ts';
import type { LogTarget } from '../logs/read-page.ts';
import type { StoredDelivery } from '../store/read-rows.ts';

/** Clocks differ, and a job may log before it is seen to begin. */
const beforeMs = 2_000;
/** What a job says after its answer, and what its shipper is late with. */
const afterMs = 30_000;

export type LogScope = {
  targets: LogTarget[];
  /** ms since the epoch; null while something may still be at work. */
  endedAtMs: number | null;
};

/** An attempt that gave no answer may still be at work, up to the longest run of a job. */
export function logScope(deliveries: readonly StoredDelivery[], nowMs: number): LogScope {
  let endedAtMs: number | null = 0;
  const targets: LogTarget[] = [];
  for (const { attempts, correlationId } of deliveries) {
    const [first] = attempts;
    if (!first) continue;
    let startMs = Date.parse(first.startedAt);
    let untilMs = startMs;
    for (const { startedAt, endedAt, status, worksInBackground } of attempts) {
      const startedAtMs = Date.parse(startedAt);
      const mayUntilMs = mayRunUntilMs({
        startedAtMs,
        endedAtMs: endedAt === null ? null : Date.parse(endedAt),
        status,
        worksInBackground,
      });
      if (mayUntilMs > nowMs) endedAtMs = null;
      startMs = Math.min(startMs, startedAtMs);
      untilMs = Math.max(untilMs, Math.min(mayUntilMs, Math.max(nowMs, startedAtMs)));
    }
    if (endedAtMs !== null) endedAtMs = Math.max(endedAtMs, untilMs);
    targets.push({
      correlationId,
      fromNs: nanoseconds(startMs - beforeMs),
      toNs: nanoseconds(untilMs + afterMs),
    });
  }
  return { targets, endedAtMs };
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.trunc(ms)) * 1_000_000n;
}
