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

/** Member by member, without lists of them: a column can be most of a body, and this is on the hot path. */
function isDeeper(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) if (isDeeper(value[at], left - 1)) return true;
    return false;
  }
  if (!isRow(value)) return false;
  for (const name in value) if (isDeeper(value[name], left - 1)) return true;
  return false;
}

function isRow(value: object): value is Row {
  return !Array.isArray(value);
}
