// What a chart asks for when somebody looks at a part of it: the same time and some around it, in finer steps. Pure.
import { shownOf, wholeOf, type Span, type Steps } from '../chart/zoom.ts';

/** Where so many steps are shown, they are fine enough. */
const enoughSteps = 30;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Of more than this the API tells no minutes. */
const minutesUpToMs = 6 * hourMs;

/**
 * What is shown with as much time before and after it, so that there is somewhere to go: less where minutes would be lost
 * for it, and nothing beyond the chart's whole.
 * @returns null: the chart's own steps do
 */
export function closerSpan(steps: Steps, asked: Span | null): Span | null {
  const shown = shownOf(steps, asked);
  if (shown === null || steps.stepMs <= minuteMs) return null;
  const lengthMs = shown.untilMs - shown.fromMs;
  if (lengthMs / steps.stepMs >= enoughSteps) return null;
  const roomMs = (minutesUpToMs - lengthMs) / 2;
  if (roomMs <= 0 && steps.stepMs <= hourMs) return null;
  const aroundMs = roomMs > 0 ? Math.min(lengthMs, roomMs) : lengthMs;
  const whole = wholeOf(steps);
  return {
    fromMs: Math.max(whole.fromMs, shown.fromMs - aroundMs),
    untilMs: Math.min(whole.untilMs, shown.untilMs + aroundMs),
  };
}
