// The rows of an outline in the order of time: what the sequence diagram shows, groups among the nodes. The same
// groups and folds as in the other views; decides no place. Pure, linear.
import { groupLink } from '../tree/group-link.ts';
import { holdersOf } from '../tree/holders.ts';
import { rowKinds, type Group, type Outline } from '../tree/outline.ts';
import { rowIdOf } from '../tree/rows.ts';
import { at, tones, type CascadeTree } from '../tree/tree.ts';
import type { CascadeNode, Cause, HopNode } from './model.ts';

/** A group, where its first member stands; `more` is what an open one does not show yet, after the last that it shows. */
export interface GroupNode {
  kind: 'group' | 'more';
  id: string;
  group: Group;
  /** Its first, which speaks for all. */
  member: CascadeNode;
  /** On its arrow; null where all members are certainly caused. */
  linkText: string | null;
}

export type SequenceNode = CascadeNode | GroupNode;

export interface SequenceItem {
  node: SequenceNode;
  /** Of the outline. */
  row: number;
  atMs: number;
  /** Place in the order of what caused it; −1 for nothing that is shown. */
  cause: number;
}

/** What a row hides: members of a group that are not shown, effects of a folded node. */
export interface Hidden {
  count: number;
  untilMs: number;
  isRunning: boolean;
}

export interface Sequence {
  tree: CascadeTree;
  outline: Outline;
  /** By time, every cause before its effects, a group before its members. */
  order: SequenceItem[];
  nodes: Map<string, SequenceNode>;
  /** Of what is shown. */
  causeOf: Map<string, Cause>;
  effectsOf: Map<string, Cause[]>;
  /** By what hides it. */
  hidden: Map<string, Hidden>;
  /** For each node of the tree the row that stands for it; −1 for what the filters leave out. */
  holders: Int32Array;
  /** All that the filters keep, hidden or not. */
  hops: HopNode[];
  startMs: number;
  endMs: number;
  /** Of a beginning: what causes something that comes after it. Null where all of the rows are here. */
  goesOn: ReadonlySet<string> | null;
}

/**
 * @param keep 1 for what the filters keep; null keeps all
 * @param most so many rows from the first on: they stand where they do among all
 */
export function sequenceOf(
  tree: CascadeTree,
  outline: Outline,
  keep: Uint8Array | null,
  most = Infinity,
): Sequence {
  const { cascade, arrays } = tree;
  const { startMs, endMs } = cascade;
  const holders = holdersOf(arrays, outline, keep);
  const { first, last } = edgesOf(tree, outline);

  const order: SequenceItem[] = [];
  const nodes = new Map<string, SequenceNode>();
  const causeOf = new Map<string, Cause>();
  const effectsOf = new Map<string, Cause[]>();
  const hops: HopNode[] = [];
  const placeOfRow = new Int32Array(outline.count).fill(-1);
  const add = (node: SequenceNode, row: number, atMs: number, causeIndex: number): void => {
    const causeRow = causeIndex === -1 ? -1 : at(holders, causeIndex);
    const cause = causeRow === -1 ? -1 : at(placeOfRow, causeRow);
    placeOfRow[row] = order.length;
    order.push({ node, row, atMs, cause });
    nodes.set(node.id, node);
  };
  const link = (cause: Cause): void => {
    causeOf.set(cause.to, cause);
    const effects = effectsOf.get(cause.from);
    if (effects === undefined) effectsOf.set(cause.from, [cause]);
    else effects.push(cause);
  };
  const addGroup = (row: number, kind: GroupNode['kind'], atMs: number): void => {
    const group = outline.groups[at(outline.item, row)];
    const member = group && tree.nodes[at(group.members, 0)];
    const parent = group && tree.nodes[group.parent];
    if (group === undefined || member === undefined || parent === undefined) return;
    const id = rowIdOf(tree, outline, row);
    const { text, ...rest } = groupLink(tree, group);
    const node: GroupNode = { kind, id, group, member, linkText: text };
    add(node, row, atMs, kind === 'group' ? group.parent : -1);
    if (kind === 'group') link({ from: parent.id, to: id, reason: text, ...rest });
  };
  let end = cascade.order.length;
  for (const [index, { node, atMs }] of cascade.order.entries()) {
    const holder = at(holders, index);
    if (holder === -1) continue;
    if (order.length >= most) {
      end = index;
      break;
    }
    if (node.kind === 'hop') hops.push(node);
    const group = at(first, index);
    if (group !== -1) addGroup(group, 'group', atMs);
    if (outline.kind[holder] === rowKinds.node && outline.item[holder] === index) {
      add(node, holder, atMs, at(arrays.parent, index));
      const cause = cascade.causeOf.get(node.id);
      if (cause !== undefined) link(cause);
    }
    const more = at(last, index);
    if (more !== -1) addGroup(more, 'more', atMs);
  }
  const hidden = hiddenOf(tree, outline, holders);
  let goesOn: Set<string> | null = null;
  for (let index = end; index < arrays.count; index++) {
    const holder = at(holders, index);
    const isRow = outline.kind[holder] === rowKinds.node && outline.item[holder] === index;
    const hasArrow = isRow || at(first, index) !== -1;
    if (!hasArrow && at(last, index) === -1) continue;
    goesOn ??= new Set();
    const cause = tree.nodes[at(arrays.parent, index)];
    if (hasArrow && cause !== undefined && nodes.has(cause.id)) goesOn.add(cause.id);
  }
  return {
    tree,
    outline,
    order,
    nodes,
    causeOf,
    effectsOf,
    hidden,
    holders,
    hops,
    startMs,
    endMs,
    goesOn,
  };
}

/** Before which node each group stands, and after which its rest; −1 for none. */
function edgesOf(tree: CascadeTree, outline: Outline): { first: Int32Array; last: Int32Array } {
  const first = new Int32Array(tree.arrays.count).fill(-1);
  const last = new Int32Array(tree.arrays.count).fill(-1);
  for (let row = 0; row < outline.count; row++) {
    const kind = at(outline.kind, row);
    const group = kind === rowKinds.node ? undefined : outline.groups[at(outline.item, row)];
    if (group === undefined) continue;
    if (kind === rowKinds.group) first[group.members.reduce((a, b) => Math.min(a, b))] = row;
    else {
      last[group.members.subarray(0, group.shown).reduce((a, b) => Math.max(a, b), 0)] = row;
    }
  }
  return { first, last };
}

function hiddenOf(tree: CascadeTree, outline: Outline, holders: Int32Array): Map<string, Hidden> {
  const byRow = new Map<number, Hidden>();
  const { endMs, tone } = tree.arrays;
  for (let index = 0; index < tree.arrays.count; index++) {
    const row = at(holders, index);
    if (row === -1) continue;
    if (outline.kind[row] === rowKinds.node && outline.item[row] === index) continue;
    const so = byRow.get(row) ?? { count: 0, untilMs: 0, isRunning: false };
    so.count += 1;
    so.untilMs = Math.max(so.untilMs, tree.cascade.startMs + at(endMs, index));
    so.isRunning ||= tones[at(tone, index)] === 'run';
    byRow.set(row, so);
  }
  return new Map(
    [...byRow].map(([row, so]): [string, Hidden] => [rowIdOf(tree, outline, row), so]),
  );
}

/** What stands for a node in the diagram: itself, or what hides it; null for nothing. */
export function standInOf({ tree, outline, holders, nodes }: Sequence, id: string): string | null {
  if (nodes.has(id)) return id;
  const index = tree.indexOf.get(id);
  const row = index === undefined ? -1 : at(holders, index);
  return row === -1 ? null : rowIdOf(tree, outline, row);
}
