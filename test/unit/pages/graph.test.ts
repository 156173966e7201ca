import { describe, expect, it } from 'vitest';
import { benchCascade } from '../../../bench/dashboard/cascade.ts';
import { LastAnswer } from '../../../pages/src/api/last-answer.ts';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import { stripBars } from '../../../pages/src/cascade/strip.ts';
import { turnsOf } from '../../../pages/src/cascade/findings.ts';
import { createGraphDrawer } from '../../../pages/src/graph/drawn.ts';
import {
  beginning,
  boxOf,
  clamp,
  fitAll,
  maxNodes,
  nodeHeight,
  nodeWidth,
  reveal,
  rowAt,
  rowsIn,
  sizeOf,
  visitBox,
  windowOf,
  xOf,
  yOf,
  zoomAbout,
  type Box,
  type Graph,
} from '../../../pages/src/graph/geometry.ts';
import {
  OutlineClient,
  type LaidRows,
  type WorkerOrder,
} from '../../../pages/src/tree/outline-client.ts';
import { outlineOf } from '../../../pages/src/tree/outline.ts';
import { placeTree } from '../../../pages/src/tree/place.ts';
import { buildTree } from '../../../pages/src/tree/tree.ts';
import { nothing, openOutline, openSequence } from './cascades.ts';

const tree = buildTree(buildCascade(benchCascade(2_000)));

const opened = openOutline(tree);
const graph: Graph = { outline: opened, placed: placeTree(opened) };
const screen = { width: 1_200, height: 700 };

function touches(row: number, box: Box): boolean {
  const [x, y] = [xOf(graph, row), yOf(graph, row)];
  return (
    x <= box.right && x + nodeWidth >= box.left && y <= box.bottom && y + nodeHeight >= box.top
  );
}

describe('the part of the graph that is drawn', () => {
  it('is every node that touches the box, and nothing far from it', () => {
    for (const [x, y, zoom] of [
      [0, 0, 1],
      [-900, -4_000, 1],
      [-300, -2_000, 0.5],
      [-5_000, -100, 1.5],
    ] as const) {
      const box = boxOf({ x, y, zoom }, screen);
      const rows = rowsIn(graph, box);
      const wanted = Array.from({ length: graph.outline.count }, (_, row) => row).filter((row) =>
        touches(row, box),
      );
      expect(new Set(rows)).toEqual(new Set(wanted));
    }
  });

  it('is given to the canvas where it is more than React Flow can hold', () => {
    const all = { left: 0, top: 0, right: 1e6, bottom: 1e6 };
    expect(graph.outline.count).toBeGreaterThan(maxNodes);
    expect(rowsIn(graph, all)).toBeNull();
  });

  it('comes with the rows above and below, whose arrows run through', () => {
    const box = boxOf({ x: 0, y: -8_000, zoom: 1 }, screen);
    const beside: number[] = [];
    visitBox(graph, box, (row, isInside) => {
      if (!isInside) beside.push(row);
    });
    expect(beside.some((row) => yOf(graph, row) + nodeHeight < box.top)).toBe(true);
    expect(beside.some((row) => yOf(graph, row) > box.bottom)).toBe(true);
  });

  it('stays the same while the view moves a little', () => {
    const before = windowOf({ x: -10, y: -10, zoom: 1 }, screen);
    expect(windowOf({ x: -60, y: -90, zoom: 1 }, screen)).toEqual(before);
    expect(windowOf({ x: -10, y: -400, zoom: 1 }, screen)).not.toEqual(before);
    const seen = boxOf({ x: -60, y: -90, zoom: 1 }, screen);
    expect(before.left).toBeLessThanOrEqual(seen.left);
    expect(before.bottom).toBeGreaterThanOrEqual(seen.bottom);
  });

  it('is the same object for a node that was drawn before', () => {
    const marks = {
      cascade: tree.cascade,
      turns: turnsOf(tree.cascade),
      loops: new Map(),
      nowMs: 0,
    };
    const draw = createGraphDrawer({ tree, graph, marks, hits: new Set(), found: new Map() });
    const [first] = draw([0, 1]);
    expect(draw([0])[0]).toBe(first);
    expect(first?.data.label).toMatch(/^dana@acme\.io/);
  });
});

describe('the camera of the graph', () => {
  it('finds the node under a point, and none between nodes', () => {
    for (const row of [0, 5, 100, graph.outline.count - 1]) {
      expect(rowAt(graph, xOf(graph, row) + 3, yOf(graph, row) + 3)).toBe(row);
      expect(rowAt(graph, xOf(graph, row) + nodeWidth + 20, yOf(graph, row) + 3)).toBe(-1);
      expect(rowAt(graph, xOf(graph, row) + 3, yOf(graph, row) + nodeHeight + 10)).toBe(-1);
    }
    expect(rowAt(graph, -50, -50)).toBe(-1);
  });

  it('brings a node into sight, and leaves the view alone where it is', () => {
    const view = { x: 0, y: 0, zoom: 1 };
    const last = graph.outline.count - 1;
    const moved = reveal(graph, view, screen, last);
    expect(touches(last, boxOf(moved, screen))).toBe(true);
    expect(reveal(graph, moved, screen, last)).toEqual(moved);
  });

  it('never leaves the graph, and fits it as far as its limits go', () => {
    const content = sizeOf(graph);
    const far = clamp({ x: 9_999, y: -1e9, zoom: 1 }, screen, content);
    expect(far.x).toBe(0);
    expect(boxOf(far, screen).bottom).toBeCloseTo(content.height);
    expect(fitAll(screen, { width: 300, height: 200 }).zoom).toBe(1);
    expect(fitAll(screen, content).zoom).toBeGreaterThanOrEqual(0.08);
  });

  it('begins so near that nodes can be read, on a narrow screen by their names', () => {
    const content = sizeOf(graph);
    expect(beginning(screen, content)).toEqual({ x: 0, y: 0, zoom: 0.85 });
    const phone = { width: 390, height: 500 };
    const view = beginning(phone, content);
    expect(view.zoom).toBeLessThan(0.7);
    const seen = rowsIn(graph, boxOf(view, phone)) ?? [];
    const inFull = rowsIn(graph, boxOf({ x: 0, y: 0, zoom: 0.85 }, phone)) ?? [];
    expect(seen.length).toBeGreaterThan(inFull.length);
    expect(beginning(phone, { width: 300, height: 200 }).zoom).toBe(1);
  });

  it('keeps the point under the pointer while it zooms', () => {
    const view = { x: -200, y: -300, zoom: 1 };
    const point = { x: 400, y: 300 };
    const near = zoomAbout(view, 1.5, point);
    expect((point.x - near.x) / near.zoom).toBeCloseTo((point.x - view.x) / view.zoom);
    expect((point.y - near.y) / near.zoom).toBeCloseTo((point.y - view.y) / view.zoom);
  });
});

/** A client whose worker answers when it is told to. */
function client() {
  const orders: WorkerOrder[] = [];
  let answer: ((rows: LaidRows) => void) | null = null;
  let ended = 0;
  const asked = new OutlineClient((onLaid) => {
    answer = onLaid;
    return { post: (order) => void orders.push(order), end: () => void ended++ };
  });
  const lay = (): void => {
    const order = orders.at(-1);
    const outline = outlineOf(tree.arrays, order?.request ?? nothing);
    answer?.({ outline, placed: placeTree(outline) });
  };
  return { asked, orders, lay, ended: () => ended };
}

describe('the rows of a large cascade', () => {
  it('are asked of the worker one at a time, and what was overtaken is never worked on', () => {
    const { asked, orders, lay } = client();
    for (const selected of [1, 2, 3]) asked.ask(tree, { ...nothing, selected });
    expect(orders.map(({ request }) => request.selected)).toEqual([1]);
    lay();
    expect(orders.map(({ request }) => request.selected)).toEqual([1, 3]);
    // The tree goes over once.
    expect(orders.map((order) => order.tree === null)).toEqual([false, true]);
  });

  it('come with the tree that they are of', () => {
    const { asked, orders, lay } = client();
    const newer = buildTree(buildCascade(benchCascade(10)));
    asked.ask(tree, nothing);
    asked.ask(newer, nothing);
    expect(asked.current()).toBeNull();
    let heard = 0;
    asked.subscribe(() => heard++);
    lay();
    expect(asked.current()?.tree).toBe(tree);
    expect(orders.at(-1)?.tree).toBe(newer.arrays);
    lay();
    expect(asked.current()?.tree).toBe(newer);
    expect(heard).toBe(2);
  });

  it('can be asked for again after the worker was ended', () => {
    const { asked, orders, ended } = client();
    asked.ask(tree, nothing);
    asked.stop();
    expect(ended()).toBe(1);
    asked.ask(tree, nothing);
    expect(orders.map((order) => order.tree === null)).toEqual([false, false]);
  });
});

describe('a large answer', () => {
  it('is the same object while its text is the same', async () => {
    const last = new LastAnswer((text): { n: number } => JSON.parse(text));
    const first = await last.read('a', new Response('{"n":1}'));
    expect(await last.read('a', new Response('{"n":1}'))).toBe(first);
    expect(await last.read('b', new Response('{"n":1}'))).not.toBe(first);
    expect(await last.read('b', new Response('{"n":2}'))).toEqual({ n: 2 });
    await expect(last.read('b', new Response('{'))).rejects.toThrow(SyntaxError);
  });

  it('has no more bars in the strip of real time than can be seen', () => {
    const bars = stripBars(openSequence(buildCascade(benchCascade(10_000))));
    expect(bars.length).toBeLessThanOrEqual(600);
    expect(bars.some(({ tone }) => tone === 'fail')).toBe(true);
  });
});
