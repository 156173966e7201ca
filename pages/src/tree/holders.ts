// Which row stands for a node: its own, or the group or folded node that hides it. Pure.
import { folds, rowKinds, type Outline } from './outline.ts';
import { at, type TreeArrays } from './tree.ts';

/**
 * For each node its row; −1 for what the filters leave out. Linear.
 * @param keep 1 for what the filters keep; null keeps all
 */
export function holdersOf(
  tree: TreeArrays,
  outline: Outline,
  keep: Uint8Array | null,
): Int32Array<ArrayBuffer> {
  const holder = new Int32Array(tree.count).fill(-1);
  const groupRow = new Int32Array(tree.count).fill(-1);
  for (let row = 0; row < outline.count; row++) {
    const item = at(outline.item, row);
    if (outline.kind[row] === rowKinds.node) holder[item] = row;
    else if (outline.kind[row] === rowKinds.group) {
      for (const index of outline.groups[item]?.members ?? []) groupRow[index] = row;
    }
  }
  // Every cause stands before its effects.
  for (let index = 0; index < tree.count; index++) {
    if (holder[index] !== -1 || (keep !== null && keep[index] !== 1)) continue;
    const group = at(groupRow, index);
    const parent = at(tree.parent, index);
    if (group !== -1) holder[index] = group;
    else if (parent !== -1) {
      const above = at(holder, parent);
      const isHidden =
        above !== -1 &&
        (outline.fold[above] === folds.folded ||
          outline.kind[above] !== rowKinds.node ||
          outline.item[above] !== parent);
      if (isHidden) holder[index] = above;
    }
  }
  return holder;
}

/** How many of `found` each row hides: row → count, without rows that hide none. */
export function foundBelow(
  outline: Outline,
  holder: Int32Array,
  found: Iterable<number>,
): Map<number, number> {
  const counts = new Map<number, number>();
  for (const index of found) {
    const row = at(holder, index);
    const isOwn = outline.kind[row] === rowKinds.node && outline.item[row] === index;
    if (row !== -1 && !isOwn) counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  return counts;
}
