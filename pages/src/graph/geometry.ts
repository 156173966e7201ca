// Where the graph's nodes stand in px, which of them a screen shows, and where its arrows run. Pure.
import type { PlacedTree } from '../tree/place.ts';
import { at } from '../tree/tree.ts';
import type { Outline } from '../tree/outline.ts';

export const nodeWidth = 196;
export const nodeHeight = 56;
const columnGap = 60;
const lineGap = 18;
export const pitchX = nodeWidth + columnGap;
export const pitchY = nodeHeight + lineGap;
export const margin = 24;

/** More than this many nodes on a screen are drawn as bars. */
export const maxNodes = 250;
/** Below this zoom nodes are bars, below the next they have no second line. */
export const barsBelow = 0.35;
export const namesBelow = 0.7;

const narrowBelow = 720;
/** At these a node can be read in full, or its name. */
const fullZoom = 0.85;
const namesZoom = 0.4;

export interface View {
  x: number;
  y: number;
  zoom: number;
}
export interface Size {
  width: number;
  height: number;
}
/** In px of the graph. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Graph {
  outline: Outline;
  placed: PlacedTree;
}

export function sizeOf({ placed }: Graph): Size {
  return {
    width: Math.max(1, placed.levels) * pitchX - columnGap + 2 * margin,
    height: Math.max(1, placed.lines) * pitchY - lineGap + 2 * margin,
  };
}

export function xOf({ outline }: Graph, row: number): number {
  return margin + (at(outline.level, row) - 1) * pitchX;
}

export function yOf({ placed }: Graph, row: number): number {
  return margin + at(placed.line, row) * pitchY;
}

export function boxOf(view: View, screen: Size): Box {
  return {
    left: -view.x / view.zoom,
    top: -view.y / view.zoom,
    right: (screen.width - view.x) / view.zoom,
    bottom: (screen.height - view.y) / view.zoom,
  };
}

/** A screen and half a screen more on each side, in steps of half a screen, so that it changes seldom. */
export function windowOf(view: View, screen: Size): Box {
  const { left, top } = boxOf(view, screen);
  const stepX = Math.max(50, screen.width / view.zoom / 2);
  const stepY = Math.max(50, screen.height / view.zoom / 2);
  const [cellX, cellY] = [Math.floor(left / stepX), Math.floor(top / stepY)];
  return {
    left: (cellX - 1) * stepX,
    right: (cellX + 4) * stepX,
    top: (cellY - 1) * stepY,
    bottom: (cellY + 4) * stepY,
  };
}

/** The first place in `levelRows` between two whose row stands on `line` or below it. */
function firstFrom(
  { line, levelRows }: PlacedTree,
  from: number,
  to: number,
  wanted: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(line, at(levelRows, middle)) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Calls back with every row of a box, level by level and from top to bottom, and with the rows next to it above and
 * below, whose arrows can run through it. Each level is searched, so that it costs what is shown.
 * @param visit `isInside` is false for those next to the box
 */
export function visitBox(
  { placed }: Graph,
  box: Box,
  visit: (row: number, isInside: boolean) => void,
): void {
  const { levelStart, levelRows, line } = placed;
  const fromLevel = Math.max(0, Math.floor((box.left - margin - nodeWidth) / pitchX));
  // One level further: arrows reach into the gap from the right.
  const toLevel = Math.min(placed.levels - 1, Math.floor((box.right - margin) / pitchX) + 1);
  const fromLine = (box.top - margin - nodeHeight) / pitchY;
  const toLine = (box.bottom - margin) / pitchY;
  for (let level = fromLevel; level <= toLevel; level++) {
    const start = at(levelStart, level);
    const end = at(levelStart, level + 1);
    const isInside = level * pitchX + margin <= box.right;
    const first = firstFrom(placed, start, end, fromLine);
    if (first > start) visit(at(levelRows, first - 1), false);
    let place = first;
    for (; place < end && at(line, at(levelRows, place)) <= toLine; place++) {
      visit(at(levelRows, place), isInside);
    }
    if (place < end) visit(at(levelRows, place), false);
  }
}

/** Rows whose nodes are drawn as elements; null where there are too many, and the canvas draws bars. */
export function rowsIn(graph: Graph, box: Box): number[] | null {
  const rows: number[] = [];
  visitBox(graph, box, (row, isInside) => {
    if (isInside) rows.push(row);
  });
  return rows.length > maxNodes ? null : rows;
}

/** The nearest row to a point, within half a node of it; −1 for none. */
export function rowAt(graph: Graph, x: number, y: number): number {
  const level = Math.floor((x - margin) / pitchX);
  const { levelStart, levelRows, levels } = graph.placed;
  if (level < 0 || level >= levels || x - margin - level * pitchX > nodeWidth) return -1;
  const line = (y - margin) / pitchY;
  const end = at(levelStart, level + 1);
  const place = firstFrom(graph.placed, at(levelStart, level), end, line - nodeHeight / pitchY);
  if (place >= end) return -1;
  const row = at(levelRows, place);
  return at(graph.placed.line, row) <= line ? row : -1;
}

const minZoom = 0.08;
export const zoomLimits = { min: minZoom, max: 1.5 } as const;

function limit(offset: number, contentPx: number, screenPx: number): number {
  if (contentPx <= screenPx) return Math.max(0, (screenPx - contentPx) / 2);
  return Math.min(0, Math.max(screenPx - contentPx, offset));
}

/** What fits is in the middle, what does not never leaves its edge. */
export function clamp(view: View, screen: Size, content: Size): View {
  return {
    x:
      content.width * view.zoom <= screen.width
        ? 0
        : limit(view.x, content.width * view.zoom, screen.width),
    y: limit(view.y, content.height * view.zoom, screen.height),
    zoom: view.zoom,
  };
}

/** The whole, no nearer than 100 %. */
export function fitAll(screen: Size, content: Size): View {
  const zoom = Math.min(1, screen.width / content.width, screen.height / content.height);
  return clamp({ x: 0, y: 0, zoom: Math.max(minZoom, zoom) }, screen, content);
}

/**
 * All of it, as far as that can be read; else its beginning. A narrow screen begins with names alone, which are written
 * larger: there is no room for more than one node and a half otherwise.
 */
export function beginning(screen: Size, content: Size): View {
  const readable = screen.width < narrowBelow ? namesZoom : fullZoom;
  const zoom = Math.max(readable, fitAll(screen, content).zoom);
  return clamp({ x: 0, y: 0, zoom }, screen, content);
}

/** Moves as little as needed to have a row in sight, and near enough to be read where `isRead`. */
export function reveal(graph: Graph, view: View, screen: Size, row: number): View {
  const gap = 48;
  const shift = (offset: number, from: number, to: number, room: number): number => {
    if (offset + from < gap) return gap - from;
    return offset + to > room - gap ? room - gap - to : offset;
  };
  const { zoom } = view;
  const [left, top] = [xOf(graph, row) * zoom, yOf(graph, row) * zoom];
  const x = shift(view.x, left, left + nodeWidth * zoom, screen.width);
  const y = shift(view.y, top, top + nodeHeight * zoom, screen.height);
  return clamp({ x, y, zoom }, screen, sizeOf(graph));
}

/** Zooms about a point of the screen. */
export function zoomAbout(view: View, zoom: number, point: { x: number; y: number }): View {
  const ratio = zoom / view.zoom;
  return { x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio, zoom };
}
