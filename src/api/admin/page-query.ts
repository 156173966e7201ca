// Which page of a numbered list is asked for, newest first: `?limit=` and `?cursor=`.
import { z } from 'zod';

export const numberedPageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  /** `nextCursor` of the page before. */
  cursor: z.coerce.number().int().positive().optional(),
});

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
