// The rows in sight of a tree, for views with rows of one height: which are drawn, and how they stay in place.
import type { RefObject } from 'react';
import type { OutlineViewProps } from '../cascade/outline-view.ts';
import { rowKinds } from '../tree/outline.ts';
import { anchorOf, rowOfAnchor } from '../tree/rows.ts';
import { hashText } from '../tree/short-hash.ts';
import { at } from '../tree/tree.ts';
import { useRowWindow } from '../ui/use-row-window.ts';

export interface TreeRows {
  scroller: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  onScrollEnd: () => void;
  drawn: number[];
  newBelow: number;
  showEnd: () => void;
  reveal: (row: number) => void;
}

export function useTreeRows(
  props: OutlineViewProps,
  size: { rowHeight: number; headHeight: number },
): TreeRows {
  const { tree, outline, selectedRow } = props;
  const { scroller, from, to, onScroll, onScrollEnd, newBelow, showEnd, reveal } = useRowWindow({
    count: outline.count,
    ...size,
    wanted: selectedRow,
    wantedName: props.selectedId,
    start: props.startRow,
    onRest: (row) => {
      if (row >= outline.count) return;
      const item = at(outline.item, row);
      const isNode = outline.kind[row] === rowKinds.node;
      const hash = isNode
        ? at(tree.arrays.idHash, item)
        : at(tree.arrays.idHash, outline.groups[item]?.parent ?? 0);
      props.actions.lookAt({ at: row === 0 ? undefined : hashText(hash) });
    },
    version: outline,
    anchorOf: (row) => anchorOf(tree, outline, row),
    rowOfAnchor: (anchor) => rowOfAnchor(tree, outline, anchor),
    total: tree.arrays.count,
  });
  const drawn: number[] = [];
  for (let row = from; row < to; row++) drawn.push(row);
  // A screen reader asks for the row that is active even when it has been scrolled away.
  if (selectedRow >= 0 && (selectedRow < from || selectedRow >= to)) drawn.push(selectedRow);
  return { scroller, onScroll, onScrollEnd, drawn, newBelow, showEnd, reveal };
}
