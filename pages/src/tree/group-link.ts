// What links a group to its cause: as certain as the least certain of its members' links, and said so. Pure.
import type { Cause } from '../cascade/model.ts';
import { linkText } from './marks.ts';
import type { Group } from './outline.ts';
import type { CascadeTree } from './tree.ts';

export interface GroupLink {
  evidence: Cause['evidence'];
  /** Null where members' links have different ones, or none. */
  rule: Cause['rule'];
  /** Null where all are certain. */
  text: string | null;
}

const known = new WeakMap<Group, GroupLink>();

/** Linear in the group's members, once a group. */
export function groupLink(tree: CascadeTree, group: Group): GroupLink {
  const before = known.get(group);
  if (before !== undefined) return before;
  const link = readLink(tree, group);
  known.set(group, link);
  return link;
}

function readLink(tree: CascadeTree, group: Group): GroupLink {
  const unsure: Cause[] = [];
  for (const index of group.members) {
    const cause = tree.cascade.causeOf.get(tree.nodes[index]?.id ?? '');
    if (cause !== undefined && cause.evidence !== 'certain') unsure.push(cause);
  }
  const [first] = unsure;
  if (first === undefined) return { evidence: 'certain', rule: null, text: null };
  const weak = unsure.filter(({ evidence }) => evidence === 'weak');
  const evidence = weak.length > 0 ? 'weak' : 'pending';
  const rule = unsure.every((cause) => cause.rule === first.rule) ? first.rule : null;
  const isAll = unsure.length === group.members.length;
  const isAlike = unsure.every((cause) => cause.evidence === evidence) && rule !== null;
  const text =
    isAll && isAlike
      ? linkText({ ...first, evidence })
      : `${unsure.length.toLocaleString('en')} of ${group.members.length.toLocaleString('en')} links ${evidence === 'weak' ? 'weak' : 'pending'}`;
  return { evidence, rule, text };
}
