// A cascade as numbers: who caused whom, when, how it went, and what is alike. Index = place in time, every
// cause before its effects. Decides nothing about what is shown. Pure; typed arrays, so that a worker can have it.
import { nodeOutcome, triggersOf } from '../cascade/describe.ts';
import type { Cascade, CascadeNode } from '../cascade/model.ts';
import type { Tone } from '../words/outcome.ts';
import { hashOf } from './short-hash.ts';

/** Worst first: what a group shows, and how its members are sorted. */
export const tones = ['fail', 'retry', 'run', 'wait', 'ok'] as const satisfies readonly Tone[];
const toneNumber: Record<Tone, number> = { fail: 0, retry: 1, run: 2, wait: 3, ok: 4 };

/** What a worker gets. All arrays but `children` have an element a node; times are ms since the cascade began. */
export interface TreeArrays {
  count: number;
  /** −1 where nothing is known to have caused it. */
  parent: Int32Array;
  /** Where a node's effects begin in `children`; one element more than nodes. */
  childStart: Int32Array;
  /** Effects of each node, in order of time. */
  children: Int32Array;
  roots: Int32Array;
  startMs: Float64Array;
  /** Of its last attempt; its start where it has none. What still runs ends with the cascade. */
  endMs: Float64Array;
  /** From the first attempt's start to the last's end; NaN where there is none, or not yet. */
  tookMs: Float64Array;
  /** An index into `tones`. */
  tone: Uint8Array;
  /** Equal for equal kind, name and trigger. */
  alike: Int32Array;
  alikeHash: Uint32Array;
  idHash: Uint32Array;
  /** Failures in it and in all that it caused. */
  failures: Int32Array;
  /** All that it caused, directly or not. */
  below: Int32Array;
  /** The worst of `tone` in it and in all that it caused. */
  worst: Uint8Array;
  /** 1 for hops, whose own outcome counts in a group; of all others the worst of what they caused does. */
  isHop: Uint8Array;
}

export interface CascadeTree {
  cascade: Cascade;
  arrays: TreeArrays;
  nodes: CascadeNode[];
  indexOf: Map<string, number>;
  /** From the cascade's beginning to its end. */
  totalMs: number;
}

/** An element that is there: indices come from the tree itself. */
export function at(array: ArrayLike<number>, index: number): number {
  return array[index] ?? 0;
}

/** Kind, name and trigger in one text: children of one cause that share it can form a group. */
function alikeText(node: CascadeNode): string {
  switch (node.kind) {
    case 'actor':
      return `actor ${node.id}`;
    case 'change':
      return `change ${node.event.table?.schema} ${node.event.table?.name} ${triggersOf(node)}`;
    case 'hop':
      return `hop ${node.delivery.job} ${node.event?.trigger ?? ''}`;
    case 'missing':
      return `missing ${node.job} ${node.trigger ?? ''}`;
  }
}

function endOf(node: CascadeNode, startMs: number, cascade: Cascade): number {
  if (node.kind !== 'hop') return startMs;
  const last = node.delivery.attempts.at(-1);
  if (last === undefined) return startMs;
  const end = last.endedAt === null ? cascade.endMs : Date.parse(last.endedAt);
  return Math.max(startMs, end - cascade.startMs);
}

/** How a node counts in a group: a hop by its own outcome, anything else by the worst that it caused. */
export function groupTone(arrays: TreeArrays, index: number): number {
  return at(arrays.isHop, index) === 1 ? at(arrays.tone, index) : at(arrays.worst, index);
}

/** Linear. */
export function buildTree(cascade: Cascade): CascadeTree {
  const { order, indexOf } = cascade;
  const count = order.length;
  const nodes = order.map(({ node }) => node);
  const arrays: TreeArrays = {
    count,
    parent: new Int32Array(count).fill(-1),
    childStart: new Int32Array(count + 1),
    children: new Int32Array(0),
    roots: new Int32Array(0),
    startMs: new Float64Array(count),
    endMs: new Float64Array(count),
    tookMs: new Float64Array(count).fill(Number.NaN),
    tone: new Uint8Array(count),
    alike: new Int32Array(count),
    alikeHash: new Uint32Array(count),
    idHash: new Uint32Array(count),
    failures: new Int32Array(count),
    below: new Int32Array(count),
    worst: new Uint8Array(count),
    isHop: new Uint8Array(count),
  };
  const alikes = new Map<string, { number: number; hash: number }>();
  const roots: number[] = [];
  let childCount = 0;
  for (const [index, { node, atMs, cause: parent }] of order.entries()) {
    const text = alikeText(node);
    let alike = alikes.get(text);
    if (alike === undefined) {
      alike = { number: alikes.size, hash: hashOf(text) };
      alikes.set(text, alike);
    }
    arrays.alike[index] = alike.number;
    arrays.alikeHash[index] = alike.hash;
    arrays.idHash[index] = hashOf(node.id);
    const startMs = atMs - cascade.startMs;
    arrays.startMs[index] = startMs;
    arrays.endMs[index] = endOf(node, startMs, cascade);
    if (node.kind === 'hop') arrays.tookMs[index] = node.delivery.durationMs ?? Number.NaN;
    const { tone } = nodeOutcome(node);
    arrays.tone[index] = toneNumber[tone];
    arrays.failures[index] = tone === 'fail' ? 1 : 0;
    arrays.worst[index] = toneNumber[tone];
    arrays.isHop[index] = node.kind === 'hop' ? 1 : 0;
    if (parent === -1) {
      roots.push(index);
      continue;
    }
    arrays.parent[index] = parent;
    childCount++;
    arrays.childStart[parent + 1] = at(arrays.childStart, parent + 1) + 1;
  }
  for (let index = 0; index < count; index++) {
    arrays.childStart[index + 1] = at(arrays.childStart, index + 1) + at(arrays.childStart, index);
  }
  const filled = arrays.childStart.slice();
  arrays.children = new Int32Array(childCount);
  for (let index = 0; index < count; index++) {
    const parent = at(arrays.parent, index);
    if (parent === -1) continue;
    arrays.children[at(filled, parent)] = index;
    filled[parent] = at(filled, parent) + 1;
  }
  // Every effect stands after its cause, so that one way back adds up what is below.
  for (let index = count - 1; index >= 0; index--) {
    const parent = at(arrays.parent, index);
    if (parent === -1) continue;
    arrays.failures[parent] = at(arrays.failures, parent) + at(arrays.failures, index);
    arrays.worst[parent] = Math.min(at(arrays.worst, parent), at(arrays.worst, index));
    arrays.below[parent] = at(arrays.below, parent) + at(arrays.below, index) + 1;
  }
  arrays.roots = Int32Array.from(roots);
  return { cascade, arrays, nodes, indexOf, totalMs: cascade.endMs - cascade.startMs };
}

/** Marks these nodes and everything that caused them. */
export function withCauses(arrays: TreeArrays, wanted: Iterable<number>): Uint8Array {
  const keep = new Uint8Array(arrays.count);
  for (const index of wanted) {
    for (let up = index; up !== -1 && keep[up] !== 1; up = at(arrays.parent, up)) keep[up] = 1;
  }
  return keep;
}

/** Marks a node, everything that caused it, and everything that it caused. */
export function pathOf(arrays: TreeArrays, index: number): Uint8Array {
  const keep = withCauses(arrays, [index]);
  const effects = new Uint8Array(arrays.count);
  effects[index] = 1;
  for (let later = index + 1; later < arrays.count; later++) {
    const parent = at(arrays.parent, later);
    if (parent === -1 || effects[parent] !== 1) continue;
    effects[later] = 1;
    keep[later] = 1;
  }
  return keep;
}
