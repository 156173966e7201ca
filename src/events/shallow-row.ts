// Leaves out of a row what nests too deep: whoever walks it later (to write it down, to compare it, to mask it) would run out
// of stack, and a record that nobody can write down is an event that nobody sees. Destinations get it all the same. Pure.

/** More than any document has, and far less than a stack takes. */
const deepest = 500;

/** Stands for a value. */
export const tooDeep = `[nests more than ${deepest} deep: not kept]`;

type Row = Record<string, unknown>;

/** The row itself where all of it can be kept, as almost always. */
export function shallowRow(row: Row): Row {
  for (const column in row) {
    if (isDeeper(row[column], deepest)) {
      return Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          isDeeper(value, deepest) ? tooDeep : value,
        ]),
      );
    }
  }
  return row;
}

function isDeeper(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  for (const member of Object.values(value)) if (isDeeper(member, left - 1)) return true;
  return false;
}
