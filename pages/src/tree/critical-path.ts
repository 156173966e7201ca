// What a cascade's length was made of: from the node that ended last up through its causes. Causes are known, so
// this is exact, unless a link on the way is not certain. Pure.
import { at, type CascadeTree } from './tree.ts';

export interface CriticalPath {
  /** Index of each node on it → its part, ms since the cascade began. */
  parts: Map<number, { fromMs: number; toMs: number }>;
  /** When what ended last ended. */
  endMs: number;
  /** A link on the way is weak or not recorded yet. */
  isApproximate: boolean;
}

/**
 * The part that a row stands for: of what is folded, with all of the path that lies below it. Null where the path
 * does not lead through it.
 * @param members the node, or the nodes of a group
 */
export function criticalPart(
  path: CriticalPath,
  members: Iterable<number>,
  isFolded: boolean,
): { fromMs: number; toMs: number } | null {
  for (const index of members) {
    const part = path.parts.get(index);
    if (part !== undefined) return isFolded ? { fromMs: part.fromMs, toMs: path.endMs } : part;
  }
  return null;
}

export function criticalPathOf({ arrays, nodes, cascade }: CascadeTree): CriticalPath {
  let last = -1;
  for (let index = 0; index < arrays.count; index++) {
    if (last === -1 || at(arrays.endMs, index) > at(arrays.endMs, last)) last = index;
  }
  const parts = new Map<number, { fromMs: number; toMs: number }>();
  let isApproximate = false;
  let toMs = last === -1 ? 0 : at(arrays.endMs, last);
  for (let index = last; index >= 0; index = at(arrays.parent, index)) {
    const fromMs = Math.min(at(arrays.startMs, index), toMs);
    parts.set(index, { fromMs, toMs });
    toMs = fromMs;
    const id = nodes[index]?.id;
    const cause = id === undefined ? undefined : cascade.causeOf.get(id);
    if (cause !== undefined && cause.evidence !== 'certain') isApproximate = true;
  }
  return { parts, endMs: last === -1 ? 0 : at(arrays.endMs, last), isApproximate };
}
