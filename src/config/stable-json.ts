// JSON whose text depends on what it says alone: the keys of every object in one order. Pure.

/**
 * Writes a value as JSON with sorted keys, so that two texts differ only where their values do.
 * @param indent blanks for each level; 0 writes one line
 */
export function stableJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, sortedKeys, indent);
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // By code unit, not by locale: the same everywhere.
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
