// Turns a layout's nodes into React Flow's, with every text worked out. Pure.
import type { Node } from '@xyflow/react';
import { attemptOutcome, type Tone } from '../words/outcome.ts';
import { rowKeyLabel } from '../words/names.ts';
import * as describe from './describe.ts';
import type { Turn } from './findings.ts';
import type { Lane, PlacedNode } from './layout.ts';
import type { Cascade, CascadeNode } from './model.ts';

/** One attempt in a node's corner. */
export interface Pip {
  id: string;
  tone: Tone;
}

/** Everything that a node shows. */
export interface DrawnNodeData extends Record<string, unknown> {
  label: string;
  title: string;
  main: string;
  detail: string;
  tone: Tone;
  icon: Lane['kind'];
  /** UPD, INS, DEL. */
  tag: string | null;
  pips: Pip[];
  /** Attempts before the first pip shown. */
  morePips: number;
  /** "run 2", "2nd"; amber where it is about a job that ran again for the same row. */
  marker: { text: string; tone: 'retry' | 'wait' } | null;
  dashed: boolean;
}
export type DrawnNode = Node<DrawnNodeData>;

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
  cascade: Cascade,
  turns: Map<string, Turn>,
  node: CascadeNode,
): DrawnNodeData['marker'] {
  const turn = turns.get(node.id);
  if (turn === undefined || turn.n === 1) return null;
  if (node.kind === 'hop') return { text: `run ${turn.n}`, tone: 'retry' };
  const ranAgain = cascade.effectsOf.get(node.id)?.some(({ to }) => turns.has(to)) ?? false;
  return { text: ordinal(turn.n), tone: ranAgain ? 'retry' : 'wait' };
}

function drawNode(cascade: Cascade, turns: Map<string, Turn>, placed: PlacedNode): DrawnNode {
  const { node, x, y, width, height } = placed;
  const turn = turns.get(node.id) ?? null;
  const attempts = node.kind === 'hop' ? node.delivery.attempts : [];
  const pips =
    attempts.length > 1
      ? attempts.slice(-maxPips).map((each) => ({ id: each.id, tone: attemptOutcome(each).tone }))
      : [];
  const label = describe.nodeLabel(cascade, node, turn);
  const op = node.kind === 'change' ? node.event.op : null;
  return {
    id: node.id,
    type: node.kind === 'actor' ? 'circle' : 'box',
    position: { x, y },
    width,
    height,
    measured: { width, height },
    draggable: false,
    selectable: false,
    connectable: false,
    focusable: false,
    data: {
      label,
      title: label,
      main: mainText(node),
      detail: describe.nodeDetail(node),
      tone: describe.nodeOutcome(node).tone,
      icon: describe.nodeIcon(node),
      tag: op === null ? null : (tags[op] ?? null),
      pips,
      morePips: Math.max(0, attempts.length - maxPips),
      marker: markerOf(cascade, turns, node),
      dashed: node.kind === 'missing',
    },
  };
}

/**
 * Draws nodes of one cascade. What was drawn before is given again as the same object, so that moving the window draws
 * only what comes into it.
 */
export function createDrawer(
  cascade: Cascade,
  turns: Map<string, Turn>,
): (placed: readonly PlacedNode[]) => DrawnNode[] {
  const nodes = new Map<string, DrawnNode>();
  return (placed) =>
    placed.map((each) => {
      const drawn = nodes.get(each.node.id) ?? drawNode(cascade, turns, each);
      nodes.set(each.node.id, drawn);
      return drawn;
    });
}
