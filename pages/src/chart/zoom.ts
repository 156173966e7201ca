// Which part of a chart over time is shown: whole steps of it, chosen by dragging, by keys or by halves. Pure.

/** In ms; `untilMs` is not in it. */
export type Span = { fromMs: number; untilMs: number };

/** Equal steps without a gap; the first begins at `fromMs`. */
export type Steps = { fromMs: number; stepMs: number; count: number };

/** So many steps are shown at least. */
const fewest = 2;

export function wholeOf({ fromMs, stepMs, count }: Steps): Span {
  return { fromMs, untilMs: fromMs + stepMs * count };
}

/** The step in which a moment is, or the nearest one there is. */
export function stepAt({ fromMs, stepMs, count }: Steps, atMs: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor((atMs - fromMs) / stepMs)));
}

/** From the beginning of one step to the end of another, in either order. */
export function spanOfSteps({ fromMs, stepMs }: Steps, one: number, other: number): Span {
  return {
    fromMs: fromMs + stepMs * Math.min(one, other),
    untilMs: fromMs + stepMs * (Math.max(one, other) + 1),
  };
}

/**
 * What is shown of a span that somebody asked for.
 * @returns null: the whole, since nothing of the span is left in it or nothing would be left out
 */
export function shownOf(steps: Steps, asked: Span | null): Span | null {
  if (asked === null || steps.count === 0) return null;
  const whole = wholeOf(steps);
  if (asked.untilMs <= whole.fromMs || asked.fromMs >= whole.untilMs) return null;
  const first = stepAt(steps, asked.fromMs);
  const last = stepAt(steps, asked.untilMs - 1);
  return last - first + 1 >= steps.count ? null : spanOfSteps(steps, first, last);
}

function around(steps: Steps, middleMs: number, length: number): Span | null {
  if (length >= steps.count) return null;
  const middle = Math.floor((middleMs - steps.fromMs) / steps.stepMs);
  const first = Math.min(steps.count - length, Math.max(0, middle - Math.floor(length / 2)));
  return spanOfSteps(steps, first, first + length - 1);
}

function lengthOf(steps: Steps, span: Span): number {
  return Math.round((span.untilMs - span.fromMs) / steps.stepMs);
}

/** Half as much, two steps at least, around a moment; the same where there is no less to show. */
export function closer(steps: Steps, shown: Span | null, middleMs: number): Span | null {
  const length = lengthOf(steps, shown ?? wholeOf(steps));
  if (length <= fewest) return shown;
  return around(steps, middleMs, Math.max(fewest, Math.ceil(length / 2)));
}

/** Twice as much around its middle. Null: the whole. */
export function wider(steps: Steps, shown: Span | null): Span | null {
  if (shown === null) return null;
  return around(steps, (shown.fromMs + shown.untilMs) / 2, lengthOf(steps, shown) * 2);
}
