// Places the rows of an outline as a tree from left to right: a column for each level, effects beside and below
// their cause. One pass, O(n). Pure.
import type { Outline } from './outline.ts';
import { at } from './tree.ts';

export interface PlacedTree {
  /** The line of each row, from 0. Within a level lines grow with the rows. */
  line: Float32Array;
  lines: number;
  levels: number;
  /** Rows of each level, from top to bottom: `levelRows` from `levelStart[l]` to `levelStart[l + 1]`. */
  levelStart: Int32Array;
  levelRows: Int32Array;
}

/**
 * A cause stands on the line of its first effect. So a row, its first effect, that one's first effect and so on
 * share one line: the topmost that is free in all their columns. Each row belongs to one such chain, so all
 * chains together are walked in linear time, and no two arrows cross.
 */
export function placeTree(outline: Outline): PlacedTree {
  const { count, level, parent } = outline;
  const firstEffect = new Int32Array(count).fill(-1);
  let levels = 0;
  for (let row = count - 1; row >= 0; row--) {
    const cause = at(parent, row);
    if (cause !== -1) firstEffect[cause] = row;
    levels = Math.max(levels, at(level, row));
  }
  const line = new Float32Array(count).fill(-1);
  const free = new Int32Array(levels + 1);
  let lines = 0;
  for (let row = 0; row < count; row++) {
    if (line[row] !== -1) continue;
    let top = 0;
    for (let link = row; link !== -1; link = at(firstEffect, link)) {
      top = Math.max(top, at(free, at(level, link)));
    }
    for (let link = row; link !== -1; link = at(firstEffect, link)) {
      line[link] = top;
      free[at(level, link)] = top + 1;
    }
    lines = Math.max(lines, top + 1);
  }
  const levelStart = new Int32Array(levels + 1);
  for (let row = 0; row < count; row++) {
    const here = at(level, row);
    levelStart[here] = at(levelStart, here) + 1;
  }
  for (let here = 0; here < levels; here++) {
    levelStart[here + 1] = at(levelStart, here + 1) + at(levelStart, here);
  }
  const filled = levelStart.slice();
  const levelRows = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const here = at(level, row) - 1;
    levelRows[at(filled, here)] = row;
    filled[here] = at(filled, here) + 1;
  }
  return { line, lines, levels, levelStart, levelRows };
}
