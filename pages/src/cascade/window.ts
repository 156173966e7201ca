// The part of a tall diagram that is drawn: what is in sight and some more. Small diagrams are drawn whole.
// Pure.
import type { Layout } from './layout.ts';

/** Up to so many nodes, some 2,500 elements, everything is drawn, which also lets the browser's own search find it. */
const drawnWhole = 200;

export interface Window {
  /** Heights in the diagram. */
  from: number;
  to: number;
}

/**
 * The stretch to draw for a view: at least a quarter of a screen more above and below, in steps of half a screen, so
 * that it changes seldom. Null when everything is drawn.
 */
export function windowFor(
  layout: Layout,
  view: { y: number; zoom: number },
  screenHeight: number,
): Window | null {
  if (layout.nodes.length <= drawnWhole) return null;
  const step = Math.max(50, screenHeight / view.zoom / 4);
  const cell = Math.floor(-view.y / view.zoom / step);
  return { from: (cell - 2) * step, to: (cell + 7) * step };
}

/** What touches a window, from top to bottom. */
type Touching<T> = (window: Window) => T[];

/** Found by halving: in a diagram of ten thousand hops a look at each thing would take longer than drawing the part. */
function byHeight<T>(items: readonly T[], spanOf: (item: T) => [number, number]): Touching<T> {
  const placed = items
    .map((item) => ({ item, span: spanOf(item) }))
    .toSorted((a, b) => a.span[0] - b.span[0]);
  // The lowest end so far: where it lies above the window, all before it do.
  let low = -Infinity;
  const lowest = placed.map(({ span: [, bottom] }) => (low = Math.max(low, bottom)));
  return ({ from, to }) => {
    let first = 0;
    for (let end = placed.length; first < end;) {
      const middle = (first + end) >> 1;
      if ((lowest[middle] ?? Infinity) < from) first = middle + 1;
      else end = middle;
    }
    const found: T[] = [];
    for (let index = first; index < placed.length; index++) {
      const next = placed[index];
      if (next === undefined || next.span[0] > to) break;
      if (next.span[1] >= from) found.push(next.item);
    }
    return found;
  };
}

/** Gives the layout with only what touches a window. */
export function createCutter(layout: Layout): (window: Window | null) => Layout {
  if (layout.nodes.length <= drawnWhole) return () => layout;
  const nodes = byHeight(layout.nodes, ({ y, height }) => [y, y + height]);
  const arrows = byHeight(layout.arrows, ({ y }) => [y, y]);
  const bars = byHeight(layout.bars, ({ top, bottom }) => [top, bottom]);
  const backOffs = byHeight(layout.backOffs, ({ top, bottom }) => [top, bottom]);
  const attempts = byHeight(layout.attempts, ({ centre }) => [centre, centre]);
  const folds = byHeight(layout.folds, ({ top, height }) => [top, top + height]);
  const marks = byHeight(layout.marks, ({ centre }) => [centre, centre]);
  return (window) => {
    if (window === null) return layout;
    return {
      ...layout,
      arrows: arrows(window),
      nodes: nodes(window),
      bars: bars(window),
      backOffs: backOffs(window),
      attempts: attempts(window),
      folds: folds(window),
      marks: marks(window),
    };
  };
}
