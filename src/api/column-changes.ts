// What a write changed, column by column.
import type { ColumnChange } from './views.ts';

/** Kept by machinery rather than meant by anybody: shown last. */
const housekeeping = ['updated_at', 'updated_by'];

type Row = Record<string, unknown> | null;

/**
 * The columns that differ; for INSERT and DELETE every column. Alphabetical, housekeeping last.
 * A MANUAL event hands over a row that nobody wrote, so that nothing has changed.
 */
export function columnChanges(op: string | null, oldRow: Row, newRow: Row): ColumnChange[] {
  if (op === null || op === 'MANUAL') return [];
  const columns = new Set([...Object.keys(oldRow ?? {}), ...Object.keys(newRow ?? {})]);
  return [...columns]
    .map((column) => ({
      column,
      old: oldRow?.[column] ?? null,
      new: newRow?.[column] ?? null,
    }))
    .filter((change) => op !== 'UPDATE' || !isSame(change.old, change.new))
    .toSorted(byColumn);
}

/** Of JSON: only what has parts is compared as text. */
function isSame(before: unknown, now: unknown): boolean {
  if (before === now) return true;
  if (typeof before !== 'object' || typeof now !== 'object') return false;
  return JSON.stringify(before) === JSON.stringify(now);
}

function byColumn(a: ColumnChange, b: ColumnChange): number {
  const order = housekeeping.indexOf(a.column) - housekeeping.indexOf(b.column);
  if (order !== 0) return order;
  return a.column < b.column ? -1 : 1;
}
