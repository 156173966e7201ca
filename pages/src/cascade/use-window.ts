// Which part of the diagram is in sight, for what draws it: drawn again only when that is another part.
import { useStore, type ReactFlowState } from '@xyflow/react';
import { useCallback } from 'react';
import type { Layout } from './layout.ts';
import { laneWidth } from './measures.ts';
import { isSameWindow, windowFor, type Window } from './window.ts';

function windowIn(layout: Layout, { transform, width, height }: ReactFlowState): Window | null {
  const [x, y, zoom] = transform;
  // Its own size is known after the first drawing only, and that must not be of everything.
  const size = { width: width || innerWidth, height: height || innerHeight };
  return windowFor(layout, { x, y, zoom }, size);
}

/** Null when everything is drawn. */
export function useWindow(layout: Layout): Window | null {
  return useStore(
    useCallback((state: ReactFlowState) => windowIn(layout, state), [layout]),
    isSameWindow,
  );
}

/** The first lane that is drawn, and the one after the last. */
export function useLanesInSight(layout: Layout): [number, number] {
  const lanes = useStore(
    useCallback(
      (state: ReactFlowState): [number, number] => {
        const count = layout.lanes.length;
        const window = windowIn(layout, state);
        if (window === null) return [0, count];
        const first = Math.floor(window.left / laneWidth);
        return [Math.max(0, first), Math.min(count, Math.ceil(window.right / laneWidth))];
      },
      [layout],
    ),
    isSameLanes,
  );
  return lanes;
}

function isSameLanes(a: [number, number], b: [number, number]): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
