// Moves the canvas: reveals the selection, keeps still what is being read when the cascade grows or a group opens,
// follows the end only for those who went there.
import { useReactFlow, useStore, useStoreApi } from '@xyflow/react';
import { useCallback, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import * as camera from './camera.ts';
import type { Layout } from './layout.ts';
import { anchorOf } from './anchor.ts';
import { standInOf, type Sequence } from './sequence.ts';

const flightMs = 200;
const panelWidth = 464;

export interface Camera {
  /** Nodes that came below what is in sight. */
  newBelow: number;
  /** To be called whenever the view moved. */
  moved: () => void;
  viewport: () => camera.View;
  /** A height of the diagram, on top. */
  lookAt: (look: { y: number; zoom: number }) => void;
  panBy: (x: number, y: number) => void;
  showEnd: () => void;
  showTime: (y: number) => void;
  fitWidth: () => void;
  fitNodes: (ids: string[]) => void;
  zoomBy: (direction: 1 | -1) => void;
}

/** What the panel covers of the canvas on narrow screens; nothing where it would cover all of it. */
export function sheetWidth(canvasWidth: number): number {
  const isSheet = matchMedia('(width < 1100px)').matches;
  return isSheet && canvasWidth > panelWidth + 160 ? panelWidth : 0;
}

function motionMs(): number {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : flightMs;
}

export function useCamera(options: {
  sequence: Sequence;
  layout: Layout;
  selectedId: string | null;
  /** What somebody has folded or opened since it was asked last; null for nothing. */
  takeTurned: () => string | null;
  ready: boolean;
}): Camera {
  const { layout, selectedId, ready } = options;
  const flow = useReactFlow();
  const store = useStoreApi();
  const [newBelow, setNewBelow] = useState(0);
  const drawn = useRef(layout);

  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const screen = useCallback((): camera.Size => {
    const state = store.getState();
    return { width: state.width, height: state.height };
  }, [store]);
  const go = useCallback(
    (view: camera.View, duration = motionMs()) => {
      const now = flow.getViewport();
      if (now.x === view.x && now.y === view.y && now.zoom === view.zoom) return;
      void flow.setViewport(view, { duration });
    },
    [flow],
  );

  // Rows came or went: what is read stays where it is. The end is followed when somebody went there and nothing is
  // selected.
  const settle = useEffectEvent((now: Layout) => {
    const before = drawn.current;
    drawn.current = now;
    const turned = options.takeTurned();
    // After a beginning comes the rest, below everything.
    if (!ready || before === now || before.isBeginning) return;
    const view = flow.getViewport();
    const size = screen();
    const known = new Set(before.nodes.map(({ node }) => node.id));
    const added = now.nodes.filter(({ node }) => !known.has(node.id)).length;
    // Someone who has not moved from the top reads the top, even if the end happened to be in sight.
    const endWasSought = view.y < 0 && before.height * view.zoom + view.y <= size.height + 8;
    if (endWasSought && selectedId === null && turned === null) {
      const y = Math.min(0, size.height - now.height * view.zoom);
      go(camera.clampView({ ...view, y: Math.min(view.y, y) }, size, now));
      return;
    }
    const anchor = anchorOf({
      before,
      now,
      view,
      screenHeight: size.height,
      first: [turned, selectedId],
      standIn: (id) => standInOf(options.sequence, id),
    });
    if (anchor !== null) {
      const y = view.y - (anchor.now.y - anchor.before.y) * view.zoom;
      const x = view.x - (anchor.now.x - anchor.before.x) * view.zoom;
      go(camera.clampView({ x, y, zoom: view.zoom }, size, now), 0);
    }
    const endIsBelow = now.height * view.zoom + view.y > size.height + 60;
    // What somebody opened is no news.
    if (added > 0 && endIsBelow && turned === null) setNewBelow((count) => count + added);
  });
  useLayoutEffect(() => settle(layout), [layout]);

  // Of a large cascade the rows with the selection come a moment after it.
  const isPlaced = useMemo(
    () => selectedId !== null && layout.nodes.some(({ node }) => node.id === selectedId),
    [layout, selectedId],
  );
  useLayoutEffect(() => {
    if (!ready || !isPlaced) return;
    const placed = drawn.current.nodes.find(({ node }) => node.id === selectedId);
    if (placed === undefined) return;
    const uncovered = { width: width - sheetWidth(width), height };
    go(camera.reveal(flow.getViewport(), uncovered, drawn.current, placed));
    // The size too: the panel that a selection opens takes room from the canvas.
  }, [selectedId, isPlaced, ready, width, height, flow, go]);

  return useMemo(() => {
    const turn = (change: (view: camera.View, size: camera.Size) => camera.View): void => {
      const size = screen();
      go(camera.clampView(change(flow.getViewport(), size), size, drawn.current));
    };
    return {
      newBelow,
      moved: () => {
        const view = flow.getViewport();
        if (drawn.current.height * view.zoom + view.y <= screen().height + 60) setNewBelow(0);
      },
      viewport: () => flow.getViewport(),
      lookAt: ({ y, zoom }) => {
        const view = { x: 0, y: -y * zoom, zoom };
        go(camera.clampView(view, screen(), drawn.current), 0);
      },
      panBy: (x, y) => {
        const view = flow.getViewport();
        const moved = { x: view.x + x, y: view.y + y, zoom: view.zoom };
        go(camera.clampView(moved, screen(), drawn.current), 0);
      },
      showEnd: () => turn((view) => ({ ...view, y: -drawn.current.height * view.zoom })),
      showTime: (y) => turn((view, size) => ({ ...view, y: size.height / 2 - y * view.zoom })),
      fitWidth: () => go(camera.fitWidth(flow.getViewport(), screen(), drawn.current)),
      fitNodes: (ids) => {
        const rect = camera.around(drawn.current.nodes.filter(({ node }) => ids.includes(node.id)));
        if (rect === null) return;
        const size = screen();
        const wide = {
          x: rect.x - 60,
          y: rect.y - 60,
          width: rect.width + 120,
          height: rect.height + 120,
        };
        const view = flow.getViewport();
        const fits =
          rect.height * view.zoom + 80 <= size.height && rect.width * view.zoom + 80 <= size.width;
        go(
          fits
            ? camera.reveal(view, size, drawn.current, rect)
            : camera.fit(size, drawn.current, wide),
        );
      },
      zoomBy: (direction) =>
        turn((view) => {
          const zoom = camera.stepZoom(view.zoom, direction);
          return { x: (view.x / view.zoom) * zoom, y: (view.y / view.zoom) * zoom, zoom };
        }),
    };
  }, [newBelow, flow, screen, go]);
}
