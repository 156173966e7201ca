// Which minutes a range of statistics takes in, and those before it to compare with. Pure.
import { z } from 'zod';
import type { RollupSpan } from '../store/rollup-pieces.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long each is, and in what steps it is drawn. */
const ranges = {
  '1h': { ms: hourMs, bucketMs: minuteMs },
  '6h': { ms: 6 * hourMs, bucketMs: 5 * minuteMs },
  '24h': { ms: dayMs, bucketMs: hourMs },
  '7d': { ms: 7 * dayMs, bucketMs: 6 * hourMs },
  '30d': { ms: 30 * dayMs, bucketMs: dayMs },
} as const;

export const rangeNames = ['1h', '6h', '24h', '7d', '30d'] as const satisfies readonly Range[];
export type Range = keyof typeof ranges;

const rangeName = z.enum(rangeNames);
const howFar = 'How far back. It ends with the present minute.';
const ofSource = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .meta({ description: 'Of one database only.' });
const usualRange: Range = '24h';

export const statisticsQuery = z.object({
  range: rangeName.default(usualRange).meta({ description: howFar }),
  source: ofSource,
});

/** Of what is to be shown first: see {@link rangeSince}. */
export const overviewQuery = z.object({
  range: rangeName.optional().meta({
    description: `${howFar} Left out: a day, or an hour or six while nothing is older.`,
  }),
  source: ofSource,
});

/**
 * The shortest range that holds everything there is, and a day at most: what has run for ten minutes would be the last bar of
 * a day's chart, and nothing else.
 * @param sinceMs when the first hour began of which anything has been counted, ms since the epoch; null: nothing has
 */
export function rangeSince(sinceMs: number | null, nowMs: number): Range {
  if (sinceMs === null) return usualRange;
  const holdsAll = (name: Range): boolean => sinceMs >= nowMs - ranges[name].ms;
  return (['1h', '6h'] as const).find(holdsAll) ?? usualRange;
}

export type StepsSpan = {
  /** What the figures are of. */
  span: RollupSpan;
  /** `span` from the beginning of a step on, so that only the last step is a part of one. */
  drawn: RollupSpan;
  bucketMs: number;
};

export type StatisticsSpan = StepsSpan & {
  range: Range;
  /** As long as `span`, just before. */
  previous: RollupSpan;
};

/**
 * A week or more begins with a whole hour: minutes are not kept for long enough to compare with parts of them.
 * @param source null: all
 */
export function statisticsSpan(range: Range, source: string | null, nowMs: number): StatisticsSpan {
  const { ms, bucketMs } = ranges[range];
  // The present minute is not over, and counts.
  const untilMs = floor(nowMs, minuteMs) + minuteMs;
  const fromMs = floor(untilMs - ms, ms < 7 * dayMs ? minuteMs : hourMs);
  return {
    range,
    span: { fromMs, untilMs, source },
    previous: { fromMs: fromMs - ms, untilMs: fromMs, source },
    drawn: { fromMs: floor(fromMs, bucketMs), untilMs, source },
    bucketMs,
  };
}

/** Over more than this minutes would be too many to read: they are as many lines each as an hour. */
const minutesUpToMs = 6 * hourMs;
/** Minutes are kept for two weeks; of the last of these days they may be about to go. */
export const minutesKeptMs = 13 * dayMs;
const mostSteps = 180;

/** Fit for any part of a chart: the longest are of days, and a year of them. */
export const longestStepsMs = 366 * dayMs;

/**
 * Any time in the finest steps that can be told of it, whole ones.
 * @param asked ms since the epoch; `untilMs` is not in it
 * @returns it with the rest of its first and last step
 */
export function stepsSpan(
  asked: { fromMs: number; untilMs: number },
  source: string | null,
  nowMs: number,
): StepsSpan {
  const lengthMs = asked.untilMs - asked.fromMs;
  const hasMinutes = lengthMs <= minutesUpToMs && asked.fromMs > nowMs - minutesKeptMs;
  const sizes = [...(hasMinutes ? [minuteMs, 5 * minuteMs] : []), hourMs, 6 * hourMs];
  const bucketMs = sizes.find((ms) => lengthMs <= mostSteps * ms) ?? dayMs;
  const fromMs = floor(asked.fromMs, bucketMs);
  const untilMs = floor(asked.untilMs + bucketMs - 1, bucketMs);
  return { span: { fromMs, untilMs, source }, drawn: { fromMs, untilMs, source }, bucketMs };
}

const floor = (ms: number, step: number): number => Math.floor(ms / step) * step;
