// Moments that a chart over time marks, and which of their labels have room. Pure.
import { stepAt, wholeOf, type Steps } from './zoom.ts';

export type Marker = {
  atMs: number;
  /** At the line. */
  label: string;
  /** Where there is room for it. */
  sentence: string;
};

export function markersIn(markers: readonly Marker[], steps: Steps, index: number): Marker[] {
  const { fromMs, untilMs } = wholeOf(steps);
  return markers.filter(
    ({ atMs }) => atMs >= fromMs && atMs < untilMs && stepAt(steps, atMs) === index,
  );
}

/**
 * Where labels begin: in the middle over their lines, within the plot. What would run into the one before is left out.
 * @param lines where the lines are, the leftmost first
 * @param widths of their labels
 * @returns null for a label that is left out
 */
export function placeLabels(
  lines: readonly number[],
  widths: readonly number[],
  plot: { left: number; right: number; gap: number },
): (number | null)[] {
  let free = plot.left;
  return lines.map((line, index) => {
    const width = widths[index] ?? 0;
    const left = Math.min(Math.max(plot.left, line - width / 2), plot.right - width);
    if (left < free) return null;
    free = left + width + plot.gap;
    return left;
  });
}
