// One column's values over time: which stood from when to when, and the change that wrote it. Pure.
import type { ColumnChange, RowChangeView } from '../../../src/api/views.ts';

export interface Stood {
  value: ColumnChange['new'];
  /** Null: a change found it, and what wrote it is not recorded. */
  change: RowChangeView | null;
  /** It was written after the value before it, and nobody saw that. */
  isUnseen: boolean;
  /** Null: that is not known. */
  fromMs: number | null;
  /** Null: it stands now. */
  untilMs: number | null;
}

/**
 * @param changes the newest first, as the row's history has them
 * @returns the oldest value first; none where no change names the column
 */
export function valuesOf(changes: readonly RowChangeView[], column: string): Stood[] {
  const steps = changes.toReversed().flatMap((change) => {
    const found = change.changes.find((each) => each.column === column);
    return found === undefined ? [] : { change, found, atMs: Date.parse(change.createdAt) };
  });
  let left: unknown;
  return steps.flatMap(({ change, found, atMs }, index): Stood[] => {
    const isFirst = index === 0;
    const isExpected = change.op === 'INSERT' || (!isFirst && isSame(left, found.old));
    left = found.new;
    const untilMs = steps[index + 1]?.atMs ?? null;
    return [
      ...(isExpected
        ? []
        : [{ value: found.old, change: null, isUnseen: !isFirst, fromMs: null, untilMs: atMs }]),
      { value: found.new, change, isUnseen: false, fromMs: atMs, untilMs },
    ];
  });
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** How wide each is drawn, as parts of 1: by how long it stood, none under `least`. */
export function widthsOf(values: readonly Stood[], nowMs: number, least: number): number[] {
  const spans = values.map(({ fromMs, untilMs }) =>
    fromMs === null ? 0 : Math.max(0, (untilMs ?? nowMs) - fromMs),
  );
  const total = spans.reduce((sum, span) => sum + span, 0);
  const floor = Math.min(least, 1 / Math.max(1, values.length));
  const raw = spans.map((span) => Math.max(floor, total === 0 ? 0 : span / total));
  const sum = raw.reduce((all, part) => all + part, 0);
  return raw.map((part) => part / sum);
}
