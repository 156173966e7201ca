// Turns rows of the graph into React Flow's nodes, with every text worked out. Pure.
import type { Node } from '@xyflow/react';
import {
  hopSpan,
  nodeDetail,
  nodeIcon,
  type NodeIcon,
  nodeName,
  nodeOutcome,
} from '../cascade/describe.ts';
import {
  foundText,
  groupCounts,
  groupLabel,
  groupName,
  groupOutcome,
  groupSpans,
  memberOf,
  rowLabelOf,
} from '../cascade/outline-view.ts';
import { moreText } from '../list/more-text.ts';
import { marksOf, type Mark, type MarkContext } from '../tree/marks.ts';
import { folds, rowKinds } from '../tree/outline.ts';
import { rowIdOf } from '../tree/rows.ts';
import { at, type CascadeTree } from '../tree/tree.ts';
import { rowLabel } from '../words/names.ts';
import { attemptOutcome, type Tone } from '../words/outcome.ts';
import { shortChange } from '../words/sentence.ts';
import { nodeHeight, nodeWidth, xOf, yOf, type Graph } from './geometry.ts';

/** One attempt's part of the bar along the bottom. */
export interface AttemptPart {
  id: string;
  tone: Tone;
  /** Its share of all attempts' time, at least a twentieth. */
  share: number;
}

interface Said {
  label: string;
  look: 'node' | 'group' | 'more';
  icon: NodeIcon;
  name: string;
  detail: string;
  /** Null where there is nothing to go well or not. */
  tone: Tone | null;
  word: string;
  took: string;
  marks: readonly Mark[];
  attempts: readonly AttemptPart[];
  dashed: boolean;
  hit: boolean;
}

export interface GraphNodeData extends Said, Record<string, unknown> {
  row: number;
  /** What the fold button says; empty where nothing can be folded. */
  fold: string;
  isOpen: boolean;
}
export type GraphNode = Node<GraphNodeData>;

export interface GraphContext {
  tree: CascadeTree;
  graph: Graph;
  marks: MarkContext;
  hits: ReadonlySet<number>;
  /** How many of the hits each row hides. */
  found: ReadonlyMap<number, number>;
}

function sayNode({ tree, marks: context, hits }: GraphContext, index: number): Said | null {
  const node = tree.nodes[index];
  if (node === undefined) return null;
  const marks = marksOf(context, node);
  const hop = node.kind === 'hop' ? node : null;
  const hasOutcome = hop !== null || node.kind === 'missing';
  const outcome = nodeOutcome(node);
  const spans = hop === null ? [] : hop.delivery.attempts;
  const total = spans.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  return {
    label: rowLabelOf(tree, context, node, marks),
    look: 'node',
    icon: nodeIcon(node),
    name: nodeName(node),
    detail:
      hop !== null && hop.event !== null
        ? rowLabel(hop.event)
        : node.kind === 'change'
          ? shortChange(node.event)
          : nodeDetail(node),
    tone: hasOutcome ? outcome.tone : null,
    word: hasOutcome ? outcome.word : '',
    took: hop === null ? '' : (hopSpan(hop) ?? ''),
    marks,
    attempts: spans.map((attempt) => ({
      id: attempt.id,
      tone: attemptOutcome(attempt).tone,
      share: Math.max(0.05, (attempt.durationMs ?? total) / Math.max(1, total)),
    })),
    dashed: node.kind === 'missing' || marks.some(({ kind }) => kind === 'lost'),
    hit: hits.has(index),
  };
}

function sayGroup(
  { tree, graph, found }: GraphContext,
  row: number,
  item: number,
  isMore: boolean,
): Said | null {
  const group = graph.outline.groups[item];
  const member = group && memberOf(tree, group);
  if (group === undefined || member === undefined) return null;
  const none = { marks: [], attempts: [], dashed: false, hit: false, took: '' } as const;
  if (isMore) {
    const text = moreText(group.members.length, group.shown);
    return {
      ...none,
      label: text,
      look: 'more',
      icon: nodeIcon(member),
      name: text,
      detail: '',
      tone: null,
      word: '',
    };
  }
  const outcome = groupOutcome(tree, group);
  const hidden = found.get(row) ?? 0;
  return {
    ...none,
    label: groupLabel(tree, group, hidden),
    look: 'group',
    icon: nodeIcon(member),
    name: `${group.members.length.toLocaleString('en')} × ${groupName(tree, group)}`,
    detail: hidden > 0 ? foundText(hidden) : groupSpans(group) || groupCounts(tree, group),
    hit: hidden > 0,
    tone: outcome.tone,
    word: groupCounts(tree, group),
  };
}

function foldText({ tree, graph }: GraphContext, row: number): { fold: string; isOpen: boolean } {
  const { outline } = graph;
  const fold = at(outline.fold, row);
  if (fold === folds.leaf) return { fold: '', isOpen: false };
  if (fold === folds.open) return { fold: 'Fold', isOpen: true };
  const item = at(outline.item, row);
  const below =
    at(outline.kind, row) === rowKinds.node
      ? at(tree.arrays.below, item)
      : (outline.groups[item]?.members.length ?? 0);
  return { fold: `Open, ${below}`, isOpen: false };
}

export function drawRow(context: GraphContext, row: number): GraphNode | null {
  const { tree, graph } = context;
  const { outline } = graph;
  const kind = at(outline.kind, row);
  const item = at(outline.item, row);
  const said =
    kind === rowKinds.node
      ? sayNode(context, item)
      : sayGroup(context, row, item, kind === rowKinds.more);
  if (said === null) return null;
  return {
    id: rowIdOf(tree, outline, row),
    type: 'hop',
    position: { x: xOf(graph, row), y: yOf(graph, row) },
    width: nodeWidth,
    height: nodeHeight,
    // Given, so that nothing is measured. The arrows are the canvas's.
    measured: { width: nodeWidth, height: nodeHeight },
    draggable: false,
    selectable: false,
    connectable: false,
    focusable: false,
    data: { row, ...said, ...foldText(context, row) },
  };
}

/** What was drawn before is given again as the same object, so that moving draws only what comes into sight. */
export function createGraphDrawer(context: GraphContext): (rows: readonly number[]) => GraphNode[] {
  const known = new Map<number, GraphNode>();
  return (rows) =>
    rows.flatMap((row) => {
      const drawn = known.get(row) ?? drawRow(context, row);
      if (drawn === null) return [];
      known.set(row, drawn);
      return [drawn];
    });
}
