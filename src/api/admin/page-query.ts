// A page of a numbered list, newest first.

/** @param found one more than `limit`, where there are so many */
export function numberedPage<Item>(
  found: readonly Item[],
  limit: number,
  numberOf: (item: Item) => number,
): { items: readonly Item[]; nextCursor: string | null } {
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last === undefined ? null : String(numberOf(last)) };
}
