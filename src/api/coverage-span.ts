// Which minutes coverage takes in: what is asked for, and the rest of its first and last minute or hour. Pure.
import type { RollupSpan } from '../store/rollup-pieces.ts';
import { minutesKeptMs } from './statistics-span.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const longestMs = 31 * dayMs;
/** Up to here coverage over time is told by the hour. */
const hourlyUpToMs = 3 * dayMs;
/** From here on it begins with a whole hour: minutes would be many more lines than they are of the whole. */
const byHourFromMs = 7 * dayMs;

export type CoverageSpan = {
  /** What is told. */
  span: RollupSpan;
  /** The same, to the end of the present hour where it ends now: one hour's lines instead of those of its minutes. */
  read: RollupSpan;
  bucketMs: number;
};

/**
 * @param asked ms since the epoch; `fromMs` null: a day before `untilMs`, which is not in it; `untilMs` null: now
 * @param source null: all
 */
export function coverageSpan(
  asked: { fromMs: number | null; untilMs: number | null },
  source: string | null,
  nowMs: number,
): CoverageSpan {
  // The present minute is not over, and counts.
  const presentMs = floor(nowMs, minuteMs) + minuteMs;
  const endMs = asked.untilMs ?? presentMs;
  const beginMs = Math.max(asked.fromMs ?? endMs - dayMs, endMs - longestMs);
  const hasMinutes = (ms: number): boolean => ms > nowMs - minutesKeptMs;
  const isShort = endMs - beginMs < byHourFromMs;
  const fromMs = floor(beginMs, isShort && hasMinutes(beginMs) ? minuteMs : hourMs);
  const untilMs = ceil(endMs, hasMinutes(endMs) ? minuteMs : hourMs);
  return {
    span: { fromMs, untilMs, source },
    read: { fromMs, untilMs: untilMs < presentMs ? untilMs : ceil(untilMs, hourMs), source },
    // By what was asked for: three days until now are no longer for the rest of the present minute.
    bucketMs: (asked.untilMs ?? nowMs) - beginMs <= hourlyUpToMs ? hourMs : dayMs,
  };
}

const floor = (ms: number, step: number): number => Math.floor(ms / step) * step;
const ceil = (ms: number, step: number): number => Math.ceil(ms / step) * step;
