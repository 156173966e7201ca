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

/** The layout with only what touches the window, and the causes that its arrows start from. */
export function cutOut(layout: Layout, window: Window | null): Layout {
  if (window === null) return layout;
  const { from, to } = window;
  const touches = (top: number, bottom: number): boolean => bottom >= from && top <= to;
  const arrows = layout.arrows.filter(({ y }) => touches(y, y));
  const ends = new Set(arrows.flatMap(({ cause }) => [cause.from, cause.to]));
  return {
    ...layout,
    arrows,
    nodes: layout.nodes.filter(
      ({ node, y, height }) => ends.has(node.id) || touches(y, y + height),
    ),
    bars: layout.bars.filter(({ top, bottom }) => touches(top, bottom)),
    backOffs: layout.backOffs.filter(({ top, bottom }) => touches(top, bottom)),
    attempts: layout.attempts.filter(({ centre }) => touches(centre, centre)),
    folds: layout.folds.filter(({ top, height }) => touches(top, top + height)),
    marks: layout.marks.filter(({ centre }) => touches(centre, centre)),
  };
}
