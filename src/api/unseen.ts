// Finds what must have happened to a row between two recorded changes of it, and was not recorded: the later one began
// with other values than the earlier one had left. Says nothing where it cannot know. Pure.
import type { ColumnChange } from './views.ts';

export type RecordedChange = {
  op: string | null;
  createdAt: string;
  oldRow: Record<string, unknown> | null;
  newRow: Record<string, unknown> | null;
};

export type Unseen = {
  /** Between these two. */
  from: string;
  until: string;
  /** `DELETE` or `INSERT` where the row was gone, or there, all of a sudden. */
  op: 'INSERT' | 'UPDATE' | 'DELETE';
  /** What the columns had been, and what they were then. */
  changes: ColumnChange[];
};

/**
 * @param changes newest first
 * @returns by a change's place in the list: what must have happened between it and the one before it in time
 */
export function unseenBefore(changes: readonly RecordedChange[]): Map<number, Unseen> {
  const found = new Map<number, Unseen>();
  // Writes of one transaction share a time: their order is not known.
  const moments = [...Map.groupBy(changes.keys(), (at) => changes[at]?.createdAt ?? '').values()];
  for (const [index, later] of moments.entries()) {
    const earlier = moments[index + 1];
    if (!earlier) break;
    const at = later.at(-1);
    const unseen = between(rowsAt(changes, earlier), rowsAt(changes, later));
    if (at !== undefined && unseen) found.set(at, unseen);
  }
  return found;
}

function rowsAt(changes: readonly RecordedChange[], places: readonly number[]): RecordedChange[] {
  return places.flatMap((at) => changes[at] ?? []);
}

function between(
  earlier: readonly RecordedChange[],
  later: readonly RecordedChange[],
): Unseen | null {
  const [before] = earlier;
  const after = later.at(-1);
  if (!before || !after) return null;
  const span = { from: before.createdAt, until: after.createdAt };
  if (earlier.length === 1 && later.length === 1) {
    const wasThere = before.op !== 'DELETE';
    const isThere = after.op !== 'INSERT';
    if (wasThere !== isThere) return { ...span, op: wasThere ? 'DELETE' : 'INSERT', changes: [] };
  }
  const columns = Object.keys(after.oldRow ?? {}).filter((column) =>
    earlier.every((a) => later.every((b) => mustHaveChanged(column, a, b))),
  );
  if (columns.length === 0) return null;
  return {
    ...span,
    op: 'UPDATE',
    changes: columns.toSorted().map((column) => ({
      column,
      old: before.newRow?.[column] ?? null,
      new: after.oldRow?.[column] ?? null,
    })),
  };
}

function mustHaveChanged(column: string, earlier: RecordedChange, later: RecordedChange): boolean {
  const left = valueOf(earlier.newRow, column);
  const found = valueOf(later.oldRow, column);
  if (left === null || found === null || left === found) return false;
  // Two transactions that overlap are told by when they began: the later one may have been the first to write.
  return valueOf(later.newRow, column) !== valueOf(earlier.oldRow, column);
}

/** As JSON; null where it is not known: not sent, or left out of what is stored. */
function valueOf(row: Record<string, unknown> | null, column: string): string | null {
  if (row === null || !Object.hasOwn(row, column)) return null;
  const text = JSON.stringify(row[column]);
  return text.startsWith('"[redacted') ? null : text;
}
