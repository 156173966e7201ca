// What every view of rows is given, and what the rows need to say. Types, and the texts of groups. Pure.
import { formatSpan } from '../time/format.ts';
import { marksOf, type Mark, type MarkContext } from '../tree/marks.ts';
import type { Group, Outline } from '../tree/outline.ts';
import { at, tones, type CascadeTree } from '../tree/tree.ts';
import type { Outcome } from '../words/outcome.ts';
import type { ControlsStore } from './controls.ts';
import { nodeLabel, nodeName } from './describe.ts';
import type { CascadeNode } from './model.ts';
import type { ViewActions } from './use-view-state.ts';

export interface OutlineViewProps {
  tree: CascadeTree;
  outline: Outline;
  marks: MarkContext;
  /** A node's, a group's or null. */
  selectedId: string | null;
  selectedRow: number;
  /** What the search found, by index. */
  hits: ReadonlySet<number>;
  /** The row to begin with; −1 for the first. */
  startRow: number;
  actions: ViewActions;
  controls: ControlsStore;
  onPick: (id: string) => void;
  onTurn: (row: number) => void;
}

/** What the search found and a row hides: "3 found"; empty for none. */
export function foundText(count: number): string {
  return count === 0 ? '' : `${count.toLocaleString('en')} found`;
}

const groupWords: Record<(typeof tones)[number], string> = {
  fail: 'failed',
  retry: 'retried or waiting',
  run: 'running',
  wait: 'unknown',
  ok: 'delivered',
};

const belowWords: typeof groupWords = {
  fail: 'failed below',
  retry: 'retried below',
  run: 'running below',
  wait: 'not recorded below',
  ok: 'delivered below',
};

/** What a group is of: its first member speaks for all. */
export function memberOf(tree: CascadeTree, group: Group): CascadeNode | undefined {
  return tree.nodes[at(group.members, 0)];
}

export function groupName(tree: CascadeTree, group: Group): string {
  const member = memberOf(tree, group);
  if (member === undefined) return 'nothing';
  return member.kind === 'change'
    ? nodeName({ ...member, event: { ...member.event, rowKey: null } })
    : nodeName(member);
}

/** "1,190 delivered, 14 retried or waiting"; of changes "1,204 changes, 14 retried below". */
export function groupCounts(tree: CascadeTree, group: Group): string {
  const isChange = memberOf(tree, group)?.kind === 'change';
  const parts = tones.flatMap((tone, index) => {
    const count = at(group.counts, index);
    if (count === 0 || (isChange && tone === 'ok')) return [];
    const word = isChange ? belowWords[tone] : groupWords[tone];
    return [`${count.toLocaleString('en')} ${word}`];
  });
  return (isChange ? [countText(group.members.length, 'change'), ...parts] : parts).join(', ');
}

export function countText(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Always says which figure it is. */
export function groupSpans(group: Group): string {
  if (Number.isNaN(group.medianMs)) return '';
  return `min ${formatSpan(group.minMs)}, median ${formatSpan(group.medianMs)}, max ${formatSpan(group.maxMs)}`;
}

/** Of all its members; 0 where they are no hops. */
export function groupAttempts(tree: CascadeTree, group: Group): number {
  let attempts = 0;
  for (const index of group.members) {
    const node = tree.nodes[index];
    if (node?.kind === 'hop') attempts += node.delivery.attempts.length;
  }
  return attempts;
}

/** How its worst members fared, in few words: "14 retried", "2 failed below", "all delivered". */
export function groupWorst(tree: CascadeTree, group: Group): string {
  const tone = tones[group.worst] ?? 'ok';
  const isChange = memberOf(tree, group)?.kind === 'change';
  if (tone === 'ok') return isChange && group.below === 0 ? 'no effects' : 'all delivered';
  const count = at(group.counts, group.worst).toLocaleString('en');
  if (isChange) return `${count} ${belowWords[tone]}`;
  const waiting = tone === 'retry' ? waitingIn(tree, group) : 0;
  return waiting > 0
    ? `${waiting.toLocaleString('en')} waiting`
    : `${count} ${tone === 'retry' ? 'retried' : groupWords[tone]}`;
}

function waitingIn(tree: CascadeTree, group: Group): number {
  return group.members.reduce((sum, index) => {
    const node = tree.nodes[index];
    return sum + (node?.kind === 'hop' && node.delivery.state === 'waiting' ? 1 : 0);
  }, 0);
}

/** @param found how many hits of the search it hides */
export function groupLabel(tree: CascadeTree, group: Group, found = 0): string {
  const attempts = groupAttempts(tree, group);
  const parts = [
    `${group.members.length.toLocaleString('en')} × ${groupName(tree, group)}`,
    'group',
    groupCounts(tree, group),
    attempts > group.members.length ? countText(attempts, 'attempt') : '',
    groupSpans(group),
    foundText(found),
    group.below > 0 ? `${countText(group.below, 'node')} below` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** The worst of a group's outcomes. */
export function groupOutcome(tree: CascadeTree, group: Group): Outcome {
  const tone = tones[group.worst] ?? 'ok';
  return { tone, word: groupCounts(tree, group) };
}

/** What is read aloud: the node's own sentence, then its marks. */
export function rowLabelOf(
  tree: CascadeTree,
  context: MarkContext,
  node: CascadeNode,
  marks: readonly Mark[] = marksOf(context, node),
): string {
  const said = marks.filter(({ kind }) => kind !== 'again' && kind !== 'weak');
  return [
    nodeLabel(tree.cascade, node, context.turns.get(node.id) ?? null),
    ...said.map(({ title }) => title),
  ].join(', ');
}
