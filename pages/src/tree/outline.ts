// Which rows a tree shows: folded branches, groups of what is alike, open in place in pages. Decides the order
// and the level of rows, never what stands in them. Pure; runs in the page or in a worker.
import { mixHashes } from './short-hash.ts';
import { at, groupTone, tones, type TreeArrays } from './tree.ts';

/** So many effects of one cause with the same kind, name and trigger fold into a group. */
export const groupFrom = 5;
/** More failures than this of one group form a group of their own. */
export const liftedFailures = 10;
/** An open group shows so many of its members at a time. */
export const pageSize = 50;

export interface OutlineRequest {
  /** −1 for none: it is shown, whatever is folded. */
  selected: number;
  /** 1 for what the filters keep; null keeps all. */
  keep: Uint8Array | null;
  /** Hashes of the ids of folded nodes. */
  folded: readonly number[];
  /** Hash of each open group, and how many pages of it are shown. */
  open: readonly (readonly [number, number])[];
}

export interface Group {
  hash: number;
  /** The node whose effects it holds. */
  parent: number;
  /** Worst first, then longest. */
  members: Int32Array;
  /** How many of its members are shown; 0 while it is closed. */
  shown: number;
  /** How often each of `tones` occurs. */
  counts: Int32Array;
  /** All that its members caused. */
  below: number;
  /** Of its members that have a duration; NaN where none has. */
  minMs: number;
  medianMs: number;
  maxMs: number;
  totalMs: number;
  fromMs: number;
  toMs: number;
  /** An index into `tones`. */
  worst: number;
}

export const rowKinds = { node: 0, group: 1, more: 2 } as const;
export const folds = { leaf: 0, open: 1, folded: 2 } as const;

/** Rows from top to bottom, every cause above its effects. */
export interface Outline {
  count: number;
  /** One of `rowKinds`. */
  kind: Uint8Array;
  /** A node's index, or a group's number. */
  item: Int32Array;
  /** 1 for roots. */
  level: Int32Array;
  /** The row above that it belongs to; −1 for roots. */
  parent: Int32Array;
  /** Place among its siblings, from 1, and how many there are. */
  place: Int32Array;
  size: Int32Array;
  /** One of `folds`. */
  fold: Uint8Array;
  groups: Group[];
}

/** Rows of one cause that are being laid out: their place is counted while what is below each is. */
interface Branch {
  /** Nodes, or numbers of groups as −1 − number. */
  items: readonly number[];
  done: number;
  level: number;
  parent: number;
  size: number;
  /** The group of which there is more; null for none. */
  rest: number | null;
}

function compareMembers(tree: TreeArrays, a: number, b: number): number {
  const worse = groupTone(tree, a) - groupTone(tree, b);
  if (worse !== 0) return worse;
  const longer = (tree.tookMs[b] || 0) - (tree.tookMs[a] || 0);
  return longer !== 0 ? longer : a - b;
}

function groupOf(
  tree: TreeArrays,
  hash: number,
  parent: number,
  indexes: number[],
  pages: number,
): Group {
  const members = Int32Array.from(indexes).sort((a, b) => compareMembers(tree, a, b));
  const counts = new Int32Array(tones.length);
  const durations: number[] = [];
  let [below, totalMs, fromMs, toMs] = [0, 0, Infinity, -Infinity];
  for (const index of members) {
    const tone = groupTone(tree, index);
    counts[tone] = at(counts, tone) + 1;
    below += at(tree.below, index);
    fromMs = Math.min(fromMs, at(tree.startMs, index));
    toMs = Math.max(toMs, at(tree.endMs, index));
    const took = at(tree.tookMs, index);
    if (Number.isNaN(took)) continue;
    durations.push(took);
    totalMs += took;
  }
  const sorted = Float64Array.from(durations).sort();
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1
      ? sorted[middle]
      : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
  return {
    hash,
    parent,
    members,
    shown: Math.min(members.length, pages * pageSize),
    counts,
    below,
    minMs: sorted[0] ?? Number.NaN,
    medianMs: median ?? Number.NaN,
    maxMs: sorted.at(-1) ?? Number.NaN,
    totalMs: sorted.length === 0 ? Number.NaN : totalMs,
    fromMs,
    toMs,
    worst: counts.findIndex((count) => count > 0),
  };
}

const none: readonly number[] = [];

/** Children of one cause as what is shown of them: nodes, or numbers of groups as −1 − number. */
function itemsOf(
  tree: TreeArrays,
  request: OutlineRequest,
  parent: number,
  onPath: Uint8Array,
  scratch: { sizes: Int32Array; failing: Int32Array },
  groups: Group[],
): readonly number[] {
  const from = at(tree.childStart, parent);
  const to = at(tree.childStart, parent + 1);
  if (from === to) return none;
  const { keep } = request;
  const kept: number[] = [];
  let many = false;
  for (let place = from; place < to; place++) {
    const index = at(tree.children, place);
    if (keep !== null && keep[index] !== 1) continue;
    kept.push(index);
    const alike = at(tree.alike, index);
    const failing = at(tree.failures, index) > 0;
    const table = failing ? scratch.failing : scratch.sizes;
    table[alike] = at(table, alike) + 1;
    many ||= at(scratch.sizes, alike) + at(scratch.failing, alike) >= groupFrom;
  }
  if (!many) {
    for (const index of kept) {
      scratch.sizes[at(tree.alike, index)] = 0;
      scratch.failing[at(tree.alike, index)] = 0;
    }
    return kept;
  }
  const waiting = new Map<number, { at: number; indexes: number[] }>();
  const items: number[] = [];
  for (const index of kept) {
    const alike = at(tree.alike, index);
    const failing = at(tree.failures, index) > 0;
    const size = at(failing ? scratch.failing : scratch.sizes, alike);
    const isGrouped = failing ? size > liftedFailures : size >= groupFrom;
    if (!isGrouped) {
      items.push(index);
      continue;
    }
    const key = alike * 2 + (failing ? 1 : 0);
    const found = waiting.get(key);
    if (found === undefined) {
      waiting.set(key, { at: items.length, indexes: [index] });
      // Its place; filled below.
      items.push(Number.NaN);
    } else found.indexes.push(index);
  }
  for (const index of kept) {
    scratch.sizes[at(tree.alike, index)] = 0;
    scratch.failing[at(tree.alike, index)] = 0;
  }
  const pages = new Map(request.open);
  const lifted: number[] = [];
  for (const { at: place, indexes } of waiting.values()) {
    const first = indexes[0] ?? 0;
    const failing = at(tree.failures, first) > 0 ? 1 : 0;
    const hash = mixHashes(at(tree.idHash, parent), at(tree.alikeHash, first), failing);
    const group = groupOf(tree, hash, parent, indexes, pages.get(hash) ?? 0);
    const selected = group.members.findIndex((index) => onPath[index] === 1);
    // What is selected, or led to it, is seen beside a group that does not show it.
    if (selected >= group.shown) lifted.push(at(group.members, selected));
    items[place] = -1 - groups.length;
    groups.push(group);
  }
  if (lifted.length === 0) return items;
  const timeOf = (item: number): number =>
    item < 0 ? (groups[-1 - item]?.members.reduce((a, b) => Math.min(a, b)) ?? 0) : item;
  return [...items, ...lifted].sort((a, b) => timeOf(a) - timeOf(b) || a - b);
}

/** Linear, but for the sorting of the members of groups. */
export function outlineOf(tree: TreeArrays, request: OutlineRequest): Outline {
  const folded = new Set(request.folded);
  const onPath = new Uint8Array(tree.count);
  for (let up = request.selected; up >= 0; up = at(tree.parent, up)) onPath[up] = 1;
  const kinds = maxOf(tree.alike) + 1;
  const scratch = { sizes: new Int32Array(kinds), failing: new Int32Array(kinds) };
  const groups: Group[] = [];
  // A list for each column: an object for each row would be thrown away at once.
  const rows = {
    kind: [] as number[],
    item: [] as number[],
    level: [] as number[],
    parent: [] as number[],
    place: [] as number[],
    size: [] as number[],
    fold: [] as number[],
  };
  const add = (branch: Branch, place: number, kind: number, item: number, fold: number): void => {
    rows.kind.push(kind);
    rows.item.push(item);
    rows.level.push(branch.level);
    rows.parent.push(branch.parent);
    rows.place.push(place);
    rows.size.push(branch.size);
    rows.fold.push(fold);
  };
  const roots = [...tree.roots].filter((root) => request.keep === null || request.keep[root] === 1);
  const branches: Branch[] = [branchOf(roots, 1, -1)];
  for (let branch = branches.at(-1); branch !== undefined; branch = branches.at(-1)) {
    const here = rows.kind.length;
    const item = branch.items[branch.done++];
    if (item === undefined) {
      branches.pop();
      if (branch.rest !== null) add(branch, branch.size, rowKinds.more, branch.rest, folds.leaf);
    } else if (item < 0) {
      const group = groups[-1 - item];
      const shown = group?.shown ?? 0;
      add(branch, branch.done, rowKinds.group, -1 - item, shown === 0 ? folds.folded : folds.open);
      if (group === undefined || shown === 0) continue;
      const size = group.members.length;
      branches.push({
        ...branchOf([...group.members.subarray(0, shown)], branch.level + 1, here),
        size,
        rest: shown < size ? -1 - item : null,
      });
    } else {
      const items = itemsOf(tree, request, item, onPath, scratch, groups);
      const isFolded = folded.has(at(tree.idHash, item)) && !leadsTo(onPath, request, item);
      const fold = items.length === 0 ? folds.leaf : isFolded ? folds.folded : folds.open;
      add(branch, branch.done, rowKinds.node, item, fold);
      if (fold === folds.open) branches.push(branchOf(items, branch.level + 1, here));
    }
  }
  return {
    count: rows.kind.length,
    kind: Uint8Array.from(rows.kind),
    item: Int32Array.from(rows.item),
    level: Int32Array.from(rows.level),
    parent: Int32Array.from(rows.parent),
    place: Int32Array.from(rows.place),
    size: Int32Array.from(rows.size),
    fold: Uint8Array.from(rows.fold),
    groups,
  };
}

function branchOf(items: readonly number[], level: number, parent: number): Branch {
  return { items, done: 0, level, parent, size: items.length, rest: null };
}

/** A fold never hides the selection. */
function leadsTo(onPath: Uint8Array, request: OutlineRequest, index: number): boolean {
  return onPath[index] === 1 && request.selected !== index;
}

function maxOf(array: Int32Array): number {
  let max = 0;
  for (const value of array) if (value > max) max = value;
  return max;
}

/** Whether two outlines of one tree have the same rows. */
export function isSameOutline(a: Outline, b: Outline): boolean {
  return (
    a.count === b.count &&
    isSameList(a.kind, b.kind) &&
    isSameList(a.item, b.item) &&
    isSameList(a.parent, b.parent) &&
    isSameList(a.size, b.size) &&
    isSameList(a.fold, b.fold) &&
    a.groups.length === b.groups.length &&
    a.groups.every((group, index) => isSameGroup(group, b.groups[index]))
  );
}

function isSameGroup(a: Group, b: Group | undefined): boolean {
  return (
    b !== undefined && a.hash === b.hash && a.shown === b.shown && isSameList(a.members, b.members)
  );
}

function isSameList(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
