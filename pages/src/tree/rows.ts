// Names the rows of an outline, finds them again, and says where a key leads from one. Pure.
import { folds, rowKinds, type Group, type Outline } from './outline.ts';
import { hashText, parseHash } from './short-hash.ts';
import { at, type CascadeTree } from './tree.ts';

/** A node's own id, or `group-…` and `more-…` with the group's hash. */
export function rowIdOf(tree: CascadeTree, outline: Outline, row: number): string {
  const item = at(outline.item, row);
  const kind = at(outline.kind, row);
  if (kind === rowKinds.node) return tree.nodes[item]?.id ?? '';
  const hash = hashText(outline.groups[item]?.hash ?? 0);
  return `${kind === rowKinds.group ? 'group' : 'more'}-${hash}`;
}

function groupHash(id: string): { kind: number; hash: number } | null {
  const [, name, text] = /^(group|more)-([0-9a-z]+)$/.exec(id) ?? [];
  const hash = text === undefined ? null : parseHash(text);
  if (hash === null) return null;
  return { kind: name === 'group' ? rowKinds.group : rowKinds.more, hash };
}

/** −1 where it has no row. */
export function rowOf(tree: CascadeTree, outline: Outline, id: string | null): number {
  if (id === null) return -1;
  const index = tree.indexOf.get(id);
  if (index !== undefined) {
    for (let row = 0; row < outline.count; row++) {
      if (outline.item[row] === index && outline.kind[row] === rowKinds.node) return row;
    }
    return -1;
  }
  const wanted = groupHash(id);
  if (wanted === null) return -1;
  for (let row = 0; row < outline.count; row++) {
    if (outline.kind[row] !== wanted.kind) continue;
    if (outline.groups[at(outline.item, row)]?.hash === wanted.hash) return row;
  }
  return wanted.kind === rowKinds.more
    ? rowOf(tree, outline, `group-${hashText(wanted.hash)}`)
    : -1;
}

/** The group that `id` names; null where it names none. */
export function groupById(outline: Outline, id: string | null): Group | null {
  const wanted = id === null ? null : groupHash(id);
  return wanted === null ? null : (outline.groups.find(({ hash }) => hash === wanted.hash) ?? null);
}

/** What stands for a row through changes of the outline: a node's or a group's hash, and which of the two. */
export function anchorOf(tree: CascadeTree, outline: Outline, row: number): number {
  const item = at(outline.item, row);
  const kind = at(outline.kind, row);
  const hash =
    kind === rowKinds.node ? at(tree.arrays.idHash, item) : (outline.groups[item]?.hash ?? 0);
  return hash * 4 + kind;
}

/** The row of an anchor; −1 where it has none any more. */
export function rowOfAnchor(tree: CascadeTree, outline: Outline, anchor: number): number {
  for (let row = 0; row < outline.count; row++) {
    if (anchorOf(tree, outline, row) === anchor) return row;
  }
  return -1;
}

/** Where a key leads: another row, or this one folded or opened. */
export type Step = { to: number } | { turn: number } | null;

const page = 12;

/**
 * Up and down along the rows, left to the cause (or folding a group), right to the first effect (or opening what
 * is folded), `[` and `]` to the effect of the same cause before and after, Space folds and opens.
 */
export function stepFrom(outline: Outline, row: number, key: string): Step {
  const last = outline.count - 1;
  if (last < 0) return null;
  const none = row < 0;
  switch (key) {
    case 'ArrowDown':
      return { to: Math.min(last, row + 1) };
    case 'ArrowUp':
      return { to: Math.max(0, row - 1) };
    case 'PageDown':
      return { to: Math.min(last, row + page) };
    case 'PageUp':
      return { to: Math.max(0, row - page) };
    case 'Home':
      return { to: 0 };
    case 'End':
      return { to: last };
    case 'ArrowLeft': {
      if (none) return { to: 0 };
      if (outline.kind[row] === rowKinds.group && outline.fold[row] === folds.open) {
        return { turn: row };
      }
      const cause = at(outline.parent, row);
      return cause === -1 ? null : { to: cause };
    }
    case 'ArrowRight':
      if (none) return { to: 0 };
      if (outline.fold[row] === folds.folded) return { turn: row };
      return outline.fold[row] === folds.open ? { to: row + 1 } : null;
    case ' ':
      if (none) return null;
      return outline.kind[row] === rowKinds.more || outline.fold[row] !== folds.leaf
        ? { turn: row }
        : null;
    case ']':
    case '[': {
      const sibling = none ? -1 : siblingOf(outline, row, key === ']' ? 1 : -1);
      return sibling === -1 ? null : { to: sibling };
    }
    default:
      return null;
  }
}

function siblingOf(outline: Outline, row: number, direction: 1 | -1): number {
  const parent = outline.parent[row];
  const level = at(outline.level, row);
  for (let other = row + direction; other >= 0 && other < outline.count; other += direction) {
    if (at(outline.level, other) < level) return -1;
    if (outline.parent[other] === parent) return other;
  }
  return -1;
}

/** The next of sorted indices after (or before) one, around the end; −1 for none. */
export function nextOf(indices: readonly number[], from: number, direction: 1 | -1): number {
  const first = direction === 1 ? indices[0] : indices.at(-1);
  const found =
    direction === 1
      ? indices.find((index) => index > from)
      : indices.findLast((index) => from !== -1 && index < from);
  return found ?? first ?? -1;
}
