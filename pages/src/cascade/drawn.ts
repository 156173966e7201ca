// Works out every text of a layout's nodes. Pure.
import { attemptOutcome, type Tone } from '../words/outcome.ts';
import { rowKeyLabel } from '../words/names.ts';
import { foundBelow } from '../tree/holders.ts';
import { at, type CascadeTree } from '../tree/tree.ts';
import * as describe from './describe.ts';
import { groupData, moreData, type DrawnGroupData, type DrawnMoreData } from './drawn-group.ts';
import type { Turn } from './findings.ts';
import type { PlacedNode } from './layout.ts';
import type { CascadeNode } from './model.ts';
import type { Sequence } from './sequence.ts';

/** One attempt in a node's corner. */
export interface Pip {
  id: string;
  tone: Tone;
}

/** Everything that a node shows. */
export interface DrawnNodeData {
  label: string;
  title: string;
  main: string;
  detail: string;
  tone: Tone;
  icon: describe.NodeIcon;
  /** UPD, INS, DEL. */
  tag: string | null;
  pips: Pip[];
  /** Attempts before the first pip shown. */
  morePips: number;
  /** "run 2", "2nd"; amber where it is about a job that ran again for the same row. */
  marker: { text: string; tone: 'retry' | 'wait' } | null;
  dashed: boolean;
  /** The search found it. */
  hit: boolean;
  /** What it hides while it is folded; null where it is not. */
  folded: { row: number; count: number; found: number } | null;
}

/** A placed node with its texts: what is drawn, and as what. */
export type Drawn = Pick<PlacedNode, 'x' | 'y' | 'width' | 'height'> & { id: string } & (
    | { type: 'box' | 'circle'; data: DrawnNodeData }
    | { type: 'group'; data: DrawnGroupData }
    | { type: 'more'; data: DrawnMoreData }
  );

const maxPips = 3;
const tags: Record<string, string> = { INSERT: 'INS', UPDATE: 'UPD', DELETE: 'DEL', MANUAL: 'MAN' };

function mainText(node: CascadeNode): string {
  switch (node.kind) {
    case 'actor':
      return describe.nodeName(node);
    case 'change':
      return node.event.rowKey === null ? describe.nodeName(node) : rowKeyLabel(node.event.rowKey);
    case 'hop':
      return describe.hopSpan(node) ?? 'running';
    case 'missing':
      return 'not recorded';
  }
}

function ordinal(n: number): string {
  const tens = n % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}

function markerOf(
  tree: CascadeTree,
  turns: Map<string, Turn>,
  node: CascadeNode,
): DrawnNodeData['marker'] {
  const turn = turns.get(node.id);
  if (turn === undefined || turn.n === 1) return null;
  if (node.kind === 'hop') return { text: `run ${turn.n}`, tone: 'retry' };
  const { childStart, children } = tree.arrays;
  const index = tree.indexOf.get(node.id) ?? 0;
  const effects = children.subarray(at(childStart, index), at(childStart, index + 1));
  const ranAgain = effects.some((effect) => turns.has(tree.nodes[effect]?.id ?? ''));
  return { text: ordinal(turn.n), tone: ranAgain ? 'retry' : 'wait' };
}

function nodeData(
  { sequence, turns, hits, found }: Drawing,
  node: CascadeNode,
  row: number,
): DrawnNodeData {
  const { cascade, indexOf } = sequence.tree;
  const turn = turns.get(node.id) ?? null;
  const attempts = node.kind === 'hop' ? node.delivery.attempts : [];
  const pips =
    attempts.length > 1
      ? attempts.slice(-maxPips).map((each) => ({ id: each.id, tone: attemptOutcome(each).tone }))
      : [];
  const label = describe.nodeLabel(cascade, node, turn);
  const op = node.kind === 'change' ? node.event.op : null;
  const hidden = sequence.hidden.get(node.id);
  return {
    label,
    title: label,
    main: mainText(node),
    detail: describe.nodeDetail(node),
    tone: describe.nodeOutcome(node).tone,
    icon: describe.nodeIcon(node),
    tag: op === null ? null : (tags[op] ?? null),
    pips,
    morePips: Math.max(0, attempts.length - maxPips),
    marker: markerOf(sequence.tree, turns, node),
    dashed: node.kind === 'missing',
    hit: hits.has(indexOf.get(node.id) ?? -1),
    folded: hidden === undefined ? null : { row, count: hidden.count, found: found.get(row) ?? 0 },
  };
}

export interface DrawingOf {
  sequence: Sequence;
  turns: Map<string, Turn>;
  /** What the search found, by index. */
  hits: ReadonlySet<number>;
}
interface Drawing extends DrawingOf {
  found: Map<number, number>;
}

function draw(drawing: Drawing, { node, row, x, y, width, height }: PlacedNode): Drawn {
  const box = { id: node.id, x, y, width, height };
  switch (node.kind) {
    case 'group': {
      const data = groupData(drawing.sequence, node, row, drawing.found.get(row) ?? 0);
      return { ...box, type: 'group', data };
    }
    case 'more':
      return { ...box, type: 'more', data: moreData(node, row) };
    case 'actor':
    case 'change':
    case 'hop':
    case 'missing': {
      const type = node.kind === 'actor' ? 'circle' : 'box';
      return { ...box, type, data: nodeData(drawing, node, row) };
    }
  }
}

/**
 * Draws nodes of one diagram. What was drawn before is given again as the same object, so that moving the window draws
 * only what comes into it.
 */
export function createDrawer(of: DrawingOf): (placed: readonly PlacedNode[]) => Drawn[] {
  const { outline, holders } = of.sequence;
  const drawing = { ...of, found: foundBelow(outline, holders, of.hits) };
  const nodes = new Map<string, Drawn>();
  return (placed) =>
    placed.map((each) => {
      const drawn = nodes.get(each.node.id) ?? draw(drawing, each);
      nodes.set(each.node.id, drawn);
      return drawn;
    });
}
