// Moves the graph: begins where the address says, reveals the selection, keeps still what is being read when rows
// come or go.
import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useCallback, useEffectEvent, useLayoutEffect, useRef } from 'react';
import { anchorOf, rowOfAnchor } from '../tree/rows.ts';
import type { CascadeTree } from '../tree/tree.ts';
import {
  beginning,
  boxOf,
  clamp,
  fitAll,
  rowsIn,
  reveal,
  sizeOf,
  xOf,
  yOf,
  zoomAbout,
  zoomLimits,
  type Graph,
  type Size,
  type View,
} from './geometry.ts';

const flightMs = 200;
const zoomSteps = [0.08, 0.12, 0.2, 0.35, 0.4, 0.5, 0.7, 0.85, 1, 1.25, 1.5] as const;

function motionMs(): number {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : flightMs;
}

export interface GraphCamera {
  view: () => View;
  screen: () => Size;
  fit: () => void;
  zoomBy: (direction: 1 | -1) => void;
  showRows: (rows: number[]) => void;
  /** Centres on a point of the graph. */
  centre: (x: number, y: number) => void;
}

export function useGraphCamera(options: {
  tree: CascadeTree;
  graph: Graph;
  selectedRow: number;
  selectedId: string | null;
  start: { row: number; zoom: number | null };
  ready: boolean;
}): GraphCamera {
  const { tree, graph, selectedRow, selectedId, ready } = options;
  const flow = useReactFlow();
  const store = useStoreApi();
  const screen = useCallback((): Size => {
    const { width, height } = store.getState();
    return { width, height };
  }, [store]);
  const go = useCallback(
    (view: View, duration = motionMs()) => void flow.setViewport(view, { duration }),
    [flow],
  );

  const begin = useEffectEvent(() => {
    const size = screen();
    const { row, zoom } = options.start;
    const content = sizeOf(graph);
    if (row >= 0 || zoom !== null) {
      const near = Math.min(zoomLimits.max, Math.max(zoomLimits.min, zoom ?? 1));
      const at = Math.max(0, row);
      const view = { x: 48 - xOf(graph, at) * near, y: 48 - yOf(graph, at) * near, zoom: near };
      go(clamp(view, size, content), 0);
    } else go(beginning(size, content), 0);
    if (selectedRow >= 0) go(reveal(graph, flow.getViewport(), size, selectedRow), 0);
  });
  useLayoutEffect(() => {
    if (ready) begin();
  }, [ready]);

  const drawn = useRef({ tree, graph });
  const settle = useEffectEvent((now: Graph) => {
    const before = drawn.current;
    drawn.current = { tree, graph: now };
    if (!ready || before.graph === now) return;
    const view = flow.getViewport();
    const seen = rowsIn(before.graph, boxOf(view, screen())) ?? [];
    for (const row of seen) {
      const next = rowOfAnchor(tree, now.outline, anchorOf(before.tree, before.graph.outline, row));
      if (next === -1) continue;
      const x = view.x + (xOf(before.graph, row) - xOf(now, next)) * view.zoom;
      const y = view.y + (yOf(before.graph, row) - yOf(now, next)) * view.zoom;
      go(clamp({ x, y, zoom: view.zoom }, screen(), sizeOf(now)), 0);
      return;
    }
  });
  useLayoutEffect(() => settle(graph), [graph]);

  const showSelected = useEffectEvent(() => {
    if (ready && selectedRow >= 0) go(reveal(graph, flow.getViewport(), screen(), selectedRow));
  });
  // Of a large cascade the rows with the selection come a moment after it.
  const isPlaced = selectedRow >= 0;
  useLayoutEffect(() => {
    if (selectedId !== null && isPlaced) showSelected();
  }, [selectedId, isPlaced]);

  return {
    view: () => flow.getViewport(),
    screen,
    fit: () => go(fitAll(screen(), sizeOf(graph))),
    zoomBy: (direction) => {
      const view = flow.getViewport();
      const size = screen();
      const steps = direction === 1 ? zoomSteps : zoomSteps.toReversed();
      const next = steps.find((step) =>
        direction === 1 ? step > view.zoom + 0.01 : step < view.zoom - 0.01,
      );
      if (next === undefined) return;
      // About the selection where it is in sight, else about the middle.
      const middle = { x: size.width / 2, y: size.height / 2 };
      const at =
        selectedRow < 0
          ? middle
          : {
              x: view.x + (xOf(graph, selectedRow) + 98) * view.zoom,
              y: view.y + (yOf(graph, selectedRow) + 28) * view.zoom,
            };
      const isSeen = at.x >= 0 && at.y >= 0 && at.x <= size.width && at.y <= size.height;
      const zoom = Math.min(zoomLimits.max, Math.max(zoomLimits.min, next));
      go(clamp(zoomAbout(view, zoom, isSeen ? at : middle), size, sizeOf(graph)));
    },
    showRows: (rows) => {
      const last = rows.at(-1);
      if (last !== undefined) go(reveal(graph, flow.getViewport(), screen(), last));
    },
    centre: (x, y) => {
      const { zoom } = flow.getViewport();
      const size = screen();
      const view = { x: size.width / 2 - x * zoom, y: size.height / 2 - y * zoom, zoom };
      go(clamp(view, size, sizeOf(graph)), 0);
    },
  };
}
