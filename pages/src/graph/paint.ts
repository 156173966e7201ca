// Draws on canvases: the arrows behind the nodes, bars in the place of nodes that are too far or too many, and the
// small picture of the whole. Decides no place.
import { groupLink } from '../tree/group-link.ts';
import { linkText } from '../tree/marks.ts';
import { rowKinds } from '../tree/outline.ts';
import { at, tones, type CascadeTree } from '../tree/tree.ts';
import { groupName } from '../cascade/outline-view.ts';
import { nodeName } from '../cascade/describe.ts';
import { withCssColours } from '../ui/css-colours.ts';
import type { Tone } from '../words/outcome.ts';
import {
  boxOf,
  nodeHeight,
  nodeWidth,
  pitchX,
  sizeOf,
  visitBox,
  xOf,
  yOf,
  type Graph,
  type Size,
  type View,
} from './geometry.ts';

export interface Colours {
  ink: string;
  wire: string;
  sub: string;
  raised: string;
  edge: string;
  canvas: string;
  tones: Record<Tone, string>;
}

/** Of the theme that holds for an element. */
export function coloursOf(element: HTMLElement): Colours {
  return withCssColours(element, (read) => ({
    ink: read('ink'),
    wire: read('wire'),
    sub: read('sub'),
    raised: read('raised'),
    edge: read('edge'),
    canvas: read('canvas'),
    tones: {
      ok: read('ok'),
      fail: read('fail'),
      retry: read('retry'),
      run: read('run'),
      wait: read('wait'),
    },
  }));
}

export interface Scene {
  tree: CascadeTree;
  graph: Graph;
  colours: Colours;
  /** 1 for rows on the selection's path. */
  onPath: Uint8Array;
  selectedRow: number;
  /** Whether nodes are drawn here, as bars. */
  hasBars: boolean;
}

/** How certain the link to a row's cause is. */
type Stroke = 'certain' | 'weak' | 'pending';

function strokeOf({ tree, graph }: Scene, row: number): { stroke: Stroke; text: string | null } {
  const { kind, item, groups } = graph.outline;
  if (kind[row] === rowKinds.group) {
    const group = groups[at(item, row)];
    const link = group && groupLink(tree, group);
    return { stroke: link?.evidence ?? 'certain', text: link?.text ?? null };
  }
  if (kind[row] !== rowKinds.node) return { stroke: 'certain', text: null };
  const node = tree.nodes[at(item, row)];
  const cause = node && tree.cascade.causeOf.get(node.id);
  if (cause === undefined) return { stroke: 'certain', text: null };
  return { stroke: cause.evidence, text: linkText(cause) };
}

const dashes: Record<Stroke, number[]> = { certain: [], weak: [7, 5], pending: [1.5, 4.5] };

/** The tone of a row: a node's own, a group's worst. */
export function rowTone({ tree, graph }: Pick<Scene, 'tree' | 'graph'>, row: number): Tone {
  const item = at(graph.outline.item, row);
  const number =
    at(graph.outline.kind, row) === rowKinds.node
      ? at(tree.arrays.tone, item)
      : (graph.outline.groups[item]?.worst ?? 4);
  return tones[number] ?? 'ok';
}

/** One frame. Costs what is in sight; rows closer than a px are drawn once. */
export function paintGraph(
  context: CanvasRenderingContext2D,
  scene: Scene,
  view: View,
  screen: Size,
  ratio: number,
): void {
  const { graph, colours } = scene;
  const { outline } = graph;
  const { zoom } = view;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, screen.width, screen.height);
  const toX = (x: number): number => view.x + x * zoom;
  const toY = (y: number): number => view.y + y * zoom;
  const half = (nodeHeight / 2) * zoom;
  const trunk = ((pitchX - nodeWidth) / 2) * zoom;
  const box = boxOf(view, screen);
  const labels: { x: number; y: number; text: string; onPath: boolean }[] = [];
  const bars: number[] = [];
  let lastLevel = -1;
  let lastY = -1;
  const plain = new Path2D();
  const special: { path: Path2D; stroke: Stroke; onPath: boolean; head: [number, number] }[] = [];
  const heads = new Path2D();
  visitBox(graph, box, (row, isInside) => {
    const level = at(outline.level, row);
    const y = Math.round(toY(yOf(graph, row)));
    const important = scene.onPath[row] === 1;
    if (level === lastLevel && y === lastY && !important) return;
    lastLevel = level;
    lastY = y;
    if (scene.hasBars && isInside) bars.push(row);
    const cause = at(outline.parent, row);
    if (cause === -1) return;
    const fromX = toX(xOf(graph, cause) + nodeWidth);
    const fromY = toY(yOf(graph, cause)) + half;
    const endX = toX(xOf(graph, row));
    const endY = toY(yOf(graph, row)) + half;
    const { stroke, text } =
      zoom < 0.2 ? { stroke: 'certain' as const, text: null } : strokeOf(scene, row);
    const isPlain = stroke === 'certain' && !important;
    const path = isPlain ? plain : new Path2D();
    path.moveTo(fromX, fromY);
    if (fromY !== endY) {
      path.lineTo(fromX + trunk, fromY);
      // Far away verticals are cut at the screen's edge: a canvas draws what nobody sees too.
      const clipped = Math.min(Math.max(endY, -20), screen.height + 20);
      path.lineTo(fromX + trunk, clipped);
      if (clipped !== endY) path.moveTo(fromX + trunk, endY);
    }
    path.lineTo(endX, endY);
    if (isPlain) {
      if (zoom >= 0.35) {
        heads.moveTo(endX, endY);
        heads.lineTo(endX - 6 * zoom, endY - 3.5 * zoom);
        heads.lineTo(endX - 6 * zoom, endY + 3.5 * zoom);
      }
    } else special.push({ path, stroke, onPath: important, head: [endX, endY] });
    if (text !== null && zoom >= 0.5) {
      const label = text.replace('weak link · ', '');
      labels.push({ x: endX - 10 * zoom, y: endY - 6 * zoom, text: label, onPath: important });
    }
  });
  context.lineWidth = 1.25;
  context.strokeStyle = colours.wire;
  context.stroke(plain);
  context.fillStyle = colours.wire;
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- A canvas, no array.
  context.fill(heads);
  for (const { path, stroke, onPath, head } of special) {
    context.setLineDash(dashes[stroke].map((length) => Math.max(1, length * zoom)));
    context.lineWidth = onPath ? 2 : 1.5;
    context.strokeStyle = onPath ? colours.ink : colours.wire;
    context.stroke(path);
    if (zoom < 0.35) continue;
    context.fillStyle = context.strokeStyle;
    const size = 7 * zoom;
    context.beginPath();
    context.moveTo(head[0], head[1]);
    context.lineTo(head[0] - size, head[1] - size * 0.57);
    context.lineTo(head[0] - size, head[1] + size * 0.57);
    context.fill();
  }
  context.setLineDash([]);
  if (bars.length > 0) paintBars(context, scene, bars, view);
  paintLabels(context, labels, colours, zoom);
}

function paintLabels(
  context: CanvasRenderingContext2D,
  labels: readonly { x: number; y: number; text: string; onPath: boolean }[],
  colours: Colours,
  zoom: number,
): void {
  context.font = `500 ${Math.max(9, 10.5 * zoom)}px "Inter Variable", sans-serif`;
  context.textAlign = 'right';
  context.textBaseline = 'alphabetic';
  for (const { x, y, text, onPath } of labels) {
    context.lineWidth = 3;
    context.strokeStyle = colours.canvas;
    context.strokeText(text, x, y);
    context.fillStyle = onPath ? colours.ink : colours.sub;
    context.fillText(text, x, y);
  }
}

/** Nodes as bars with the shape of their outcome: failed ones crossed, retried ones cut, so not by colour alone. */
function paintBars(
  context: CanvasRenderingContext2D,
  scene: Scene,
  rows: readonly number[],
  { x, y, zoom }: View,
): void {
  const { graph, colours, tree } = scene;
  const width = nodeWidth * zoom;
  const height = Math.max(2, nodeHeight * zoom);
  const named = zoom >= 0.16;
  context.font = `500 ${Math.min(11, Math.max(8, 30 * zoom))}px "Inter Variable", sans-serif`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const row of rows) {
    const left = x + xOf(graph, row) * zoom;
    const top = y + yOf(graph, row) * zoom;
    const tone = rowTone(scene, row);
    const isSelected = row === scene.selectedRow;
    context.fillStyle = colours.raised;
    context.fillRect(left, top, width, height);
    context.fillStyle = tone === 'ok' ? colours.edge : colours.tones[tone];
    context.fillRect(left, top, Math.max(3, 10 * zoom), height);
    if (tone === 'fail') context.fillRect(left, top + height / 2 - 1, width, 2);
    if (tone === 'retry') context.fillRect(left, top + height - 2, width / 2, 2);
    context.lineWidth = isSelected ? 3 : 1;
    context.strokeStyle = isSelected ? colours.ink : colours.edge;
    if (height > 4 || isSelected) context.strokeRect(left, top, width, height);
    if (!named) continue;
    const item = at(graph.outline.item, row);
    const kind = at(graph.outline.kind, row);
    const node = kind === rowKinds.node ? tree.nodes[item] : undefined;
    const group = graph.outline.groups[item];
    const text =
      node !== undefined
        ? nodeName(node)
        : group === undefined
          ? ''
          : `${group.members.length} × ${groupName(tree, group)}`;
    context.save();
    context.beginPath();
    context.rect(left, top, width - 2, height);
    context.clip();
    context.fillStyle = colours.ink;
    context.fillText(text, left + Math.max(6, 16 * zoom), top + height / 2);
    context.restore();
  }
}

/** The whole in a few px: a dot for each row, worst on top. */
export function paintMinimap(
  context: CanvasRenderingContext2D,
  scene: Pick<Scene, 'tree' | 'graph' | 'colours'>,
  size: Size,
  ratio: number,
): void {
  const scale = minimapScale(scene.graph, size);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  const width = Math.max(1.5, nodeWidth * scale);
  const height = Math.max(1, Math.min(4, nodeHeight * scale));
  const { outline } = scene.graph;
  const painted = new Set<number>();
  for (const worst of [false, true]) {
    for (let row = 0; row < outline.count; row++) {
      const tone = rowTone(scene, row);
      if ((tone === 'fail' || tone === 'retry') !== worst) continue;
      const left = Math.round(xOf(scene.graph, row) * scale);
      const top = Math.round(yOf(scene.graph, row) * scale);
      const place = left * 4_096 + top;
      if (!worst && painted.has(place)) continue;
      painted.add(place);
      context.fillStyle = worst ? scene.colours.tones[tone] : scene.colours.wire;
      context.fillRect(left, top, width, height);
    }
  }
}

export function minimapScale(graph: Graph, size: Size): number {
  const content = sizeOf(graph);
  return Math.min(size.width / content.width, size.height / content.height);
}
