// The part of a tall diagram that is drawn: what is in sight and some more. Small diagrams are drawn whole.
// Pure.
import type { Size, View } from './camera.ts';
import { joinBars } from './join-bars.ts';
import type { Bar, Layout } from './layout.ts';

/** Up to so many nodes, some 2,500 elements, everything is drawn, which also lets the browser's own search find it. */
const drawnWhole = 200;

export interface Window {
  /** Heights in the diagram. */
  from: number;
  to: number;
  /** Its sides. */
  left: number;
  right: number;
}

/**
 * The part to draw for a view: at least a quarter of a screen more on each side, in steps of quarters, so that it changes
 * seldom and then little. Null when everything is drawn.
 */
export function windowFor(layout: Layout, view: View, screen: Size): Window | null {
  if (layout.nodes.length <= drawnWhole) return null;
  const [from, to] = stretchOf(-view.y / view.zoom, screen.height / view.zoom);
  const [left, right] = stretchOf(-view.x / view.zoom, screen.width / view.zoom);
  return { from, to, left, right };
}

function stretchOf(begin: number, length: number): [number, number] {
  const step = Math.max(50, length / 4);
  const cell = Math.floor(begin / step);
  return [(cell - 2) * step, (cell + 7) * step];
}

export function isSameWindow(a: Window | null, b: Window | null): boolean {
  if (a === null || b === null) return a === b;
  return a.from === b.from && a.to === b.to && a.left === b.left && a.right === b.right;
}

/** What touches a window's heights, from top to bottom. */
type Touching<T> = (window: Window) => T[];

/** Found by halving: in a diagram of ten thousand hops a look at each thing would take longer than drawing the part. */
function byHeight<T>(
  items: readonly T[],
  topOf: (item: T) => number,
  bottomOf: (item: T) => number,
): Touching<T> {
  const sorted = isSorted(items, topOf) ? items : items.toSorted((a, b) => topOf(a) - topOf(b));
  // The lowest end so far: where it lies above the window, all before it do.
  const lowest = new Float64Array(sorted.length);
  let low = -Infinity;
  sorted.forEach((item, index) => {
    low = Math.max(low, bottomOf(item));
    lowest[index] = low;
  });
  return ({ from, to }) => {
    let first = 0;
    for (let end = sorted.length; first < end;) {
      const middle = (first + end) >> 1;
      if ((lowest[middle] ?? Infinity) < from) first = middle + 1;
      else end = middle;
    }
    const found: T[] = [];
    for (let index = first; index < sorted.length; index++) {
      const next = sorted[index];
      if (next === undefined || topOf(next) > to) break;
      if (bottomOf(next) >= from) found.push(next);
    }
    return found;
  };
}

/** Most are made from top to bottom. */
function isSorted<T>(items: readonly T[], topOf: (item: T) => number): boolean {
  let before = -Infinity;
  for (const item of items) {
    const top = topOf(item);
    if (top < before) return false;
    before = top;
  }
  return true;
}

/** Gives the layout with only what touches a window; the same part for the same window. */
export type Cut = (window: Window | null) => Layout;

export function createCutter(layout: Layout): Cut {
  if (layout.nodes.length <= drawnWhole) return () => layout;
  const nodes = byHeight(
    layout.nodes,
    ({ y }) => y,
    ({ y, height }) => y + height,
  );
  const arrows = byHeight(layout.arrows, yOf, yOf);
  const bars = byHeight(joinBars(layout.bars), topOf, bottomOf);
  const backOffs = byHeight(joinBars(layout.backOffs), topOf, bottomOf);
  const attempts = byHeight(layout.attempts, centreOf, centreOf);
  const folds = byHeight(layout.folds, topOf, ({ top, height }) => top + height);
  const marks = byHeight(layout.marks, centreOf, centreOf);
  let last: { window: Window; part: Layout } | null = null;
  return (window) => {
    if (window === null) return layout;
    if (last !== null && isSameWindow(last.window, window)) return last.part;
    const { left, right } = window;
    const isBetween = ({ x }: { x: number }): boolean => x >= left && x <= right;
    const part = {
      ...layout,
      arrows: arrows(window).filter(
        ({ fromX, toX }) => Math.max(fromX, toX) >= left && Math.min(fromX, toX) <= right,
      ),
      nodes: nodes(window).filter(({ x, width }) => x + width >= left && x <= right),
      bars: bars(window).filter(isBetween).toSorted(worstLast),
      backOffs: backOffs(window).filter(isBetween),
      attempts: attempts(window).filter(isBetween),
      folds: folds(window),
      marks: marks(window),
    };
    last = { window, part };
    return part;
  };
}

/** Nothing hides a failure. */
const looks: readonly Bar['look'][] = ['work', 'ok', 'wait', 'run', 'retry', 'fail'];
const worstLast = (a: Bar, b: Bar): number => looks.indexOf(a.look) - looks.indexOf(b.look);

const yOf = ({ y }: { y: number }): number => y;
const topOf = ({ top }: { top: number }): number => top;
const bottomOf = ({ bottom }: { bottom: number }): number => bottom;
const centreOf = ({ centre }: { centre: number }): number => centre;
