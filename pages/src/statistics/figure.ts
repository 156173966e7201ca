// One figure of a strip, and what counts as worse than before. Pure.
import { changeOf, pointsOf } from './numbers.ts';
import { beforeOf, type Range } from './ranges.ts';
import type { Tone } from '../words/outcome.ts';

export type Figure = {
  name: string;
  value: string;
  /** What it was, or what it is made of. */
  note: string;
  /** Where the note is about something that is worse than before, or wrong. */
  tone: Tone | null;
  /** The value itself is wrong. */
  isBad: boolean;
};

/** Points of a per cent; below it a change for the worse is noise. */
const worsePoints = 1;
/** A latency that has grown by less is not told as worse. */
const worseLatency = 1.25;

/** "+4 % on the day before", "none before either". */
export function compared(now: number, then: number, range: Range): string {
  const before = beforeOf[range];
  const change = changeOf(now, then);
  if (change === null) return now === 0 ? 'none before either' : `none in ${before}`;
  return `${change.text} ${change.direction === 'same' ? 'as in' : 'on'} ${before}`;
}

/** Null: there is nothing to compare with. */
type Compared = { text: string | null; tone: 'retry' | null };

/** How a share has changed, in points, and whether that is worse. */
export function comparedShare(
  now: number | null,
  then: number | null,
  worse: 'up' | 'down',
): Compared {
  const change = pointsOf(now, then);
  const points = Math.abs((now ?? 0) - (then ?? 0)) * 100;
  const isWorse = change?.direction === worse && points >= worsePoints;
  return { text: change?.text ?? null, tone: isWorse ? 'retry' : null };
}

export function withChange(text: string, change: Compared): string {
  return change.text === null ? text : `${text}, ${change.text}`;
}

export function isSlower(nowMs: number | null, thenMs: number | null): boolean {
  return nowMs !== null && thenMs !== null && nowMs > thenMs * worseLatency;
}
