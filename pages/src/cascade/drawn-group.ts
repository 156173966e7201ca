// Works out every text of a placed group. Pure.
import { formatSpan } from '../time/format.ts';
import { pageSize } from '../tree/outline.ts';
import { at, tones } from '../tree/tree.ts';
import type { Tone } from '../words/outcome.ts';
import { moreText } from '../list/more-text.ts';
import {
  foundText,
  countText,
  groupAttempts,
  groupLabel,
  groupName,
  groupWorst,
} from './outline-view.ts';
import type { GroupNode, Sequence } from './sequence.ts';

export interface DrawnGroupData {
  row: number;
  /** What is read aloud. */
  label: string;
  /** "1,204 ×". */
  count: string;
  /** "14 retried": the worst outcome in words. */
  worst: string;
  /** Attempts, or how long they took, or what they caused. */
  detail: string;
  tone: Tone;
  /** Parts of the bar of outcomes, worst first. */
  shares: { tone: Tone; count: number }[];
  isOpen: boolean;
  /** Of the button that opens and closes it. */
  turnName: string;
  /** "3 found": hits of the search that it hides, said instead of the detail; empty for none. */
  found: string;
}
export interface DrawnMoreData {
  row: number;
  label: string;
  main: string;
  detail: string;
}

function groupDetail(attempts: number, { group }: GroupNode): string {
  if (attempts > group.members.length) return countText(attempts, 'attempt');
  if (!Number.isNaN(group.medianMs)) return `median ${formatSpan(group.medianMs)}`;
  return group.below > 0 ? `${group.below.toLocaleString('en')} below` : 'nothing below';
}

/** @param found hits of the search that it hides */
export function groupData(
  { tree }: Sequence,
  node: GroupNode,
  row: number,
  found: number,
): DrawnGroupData {
  const { group } = node;
  const count = group.members.length.toLocaleString('en');
  const isOpen = group.shown > 0;
  const name = `${count} × ${groupName(tree, group)}`;
  return {
    row,
    label: groupLabel(tree, group, found),
    count: `${count} ×`,
    worst: groupWorst(tree, group),
    detail: groupDetail(groupAttempts(tree, group), node),
    tone: tones[group.worst] ?? 'ok',
    shares: tones.flatMap((tone, index) => {
      const size = at(group.counts, index);
      return size === 0 ? [] : [{ tone, count: size }];
    }),
    isOpen,
    turnName: `${isOpen ? 'Close' : 'Open'} ${name}`,
    found: foundText(found),
  };
}

export function moreData({ group }: GroupNode, row: number): DrawnMoreData {
  const rest = group.members.length - group.shown;
  return {
    row,
    label: moreText(group.members.length, group.shown),
    main: `Show ${Math.min(pageSize, rest)} more`,
    detail: `of ${rest.toLocaleString('en')}`,
  };
}
