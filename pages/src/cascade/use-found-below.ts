// How many of what the search found each row of an outline hides.
import { useMemo } from 'react';
import { foundBelow, holdersOf } from '../tree/holders.ts';
import type { OutlineViewProps } from './outline-view.ts';

const nothingFound: ReadonlyMap<number, number> = new Map();

/** Row → count, without rows that hide none. */
export function useFoundBelow({
  tree,
  outline,
  hits,
}: Pick<OutlineViewProps, 'tree' | 'outline' | 'hits'>): ReadonlyMap<number, number> {
  return useMemo(
    () =>
      hits.size === 0
        ? nothingFound
        : foundBelow(outline, holdersOf(tree.arrays, outline, null), hits),
    [tree, outline, hits],
  );
}
