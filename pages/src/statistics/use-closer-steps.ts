// The steps of a chart: finer ones of the part that is looked at, as soon as they are there.
import { useQuery } from '@tanstack/react-query';
import type { StepView } from '../../../src/api/statistics-views.ts';
import { stepsQuery } from '../api/statistics.ts';
import type { Span } from '../chart/zoom.ts';
import { closerSpan } from './closer-steps.ts';
import { stepsOf, zoomSearch } from './ranges.ts';

export type DrawnSteps = { steps: readonly StepView[]; bucketMs: number };

/**
 * @param asked what is looked at; null: the whole
 * @param of what they are of; without it everything
 */
export function useCloserSteps(
  whole: DrawnSteps,
  asked: Span | null,
  of: Readonly<{ source?: string; job?: string }>,
): DrawnSteps {
  const span = closerSpan(stepsOf(whole.steps, whole.bucketMs), asked);
  const { from = '', until = '' } = zoomSearch(span);
  // While what is asked for now is on its way, what was there before does as long as all of it is in it.
  const { data } = useQuery({ ...stepsQuery({ from, until, ...of }), enabled: span !== null });
  if (asked === null || span === null || data === undefined) return whole;
  const isIn = Date.parse(data.from) <= asked.fromMs && asked.untilMs <= Date.parse(data.until);
  return isIn && data.bucketMs < whole.bucketMs
    ? { steps: data.overTime, bucketMs: data.bucketMs }
    : whole;
}
