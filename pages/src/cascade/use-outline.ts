// The rows of a tree for what is asked of them.
import { useMemo } from 'react';
import { outlineOf, type Outline, type OutlineRequest } from '../tree/outline.ts';
import type { CascadeTree } from '../tree/tree.ts';

export function useOutline(tree: CascadeTree, request: OutlineRequest): Outline {
  return useMemo(() => outlineOf(tree.arrays, request), [tree, request]);
}
