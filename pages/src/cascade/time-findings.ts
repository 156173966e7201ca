// What stands out in a cascade's times: one retry or wait that took most of it, and effects that lie before their
// causes. Pure; corrects no time.
import { formatSpan } from '../time/format.ts';
import type { Finding } from './finding.ts';
import type { Cascade, CascadeNode } from './model.ts';

/** Below this nobody waits for anything. */
const leastWholeMs = 1000;
const leastShare = 0.5;
/** Clocks that agree this well are not worth a word. */
const clockToleranceMs = 5;

/**
 * The one retry, or the one wait between two attempts, that took at least half of the cascade. Null while anything
 * runs or waits: the whole is not known then.
 */
export function dominantFinding(cascade: Cascade): Finding | null {
  const wholeMs = cascade.endMs - cascade.startMs;
  if (wholeMs < leastWholeMs) return null;
  let longest: { ms: number; id: string; job: string; what: string } | null = null;
  // Where clocks differ, an attempt can lie partly before the cascade's root: that part is not of the whole.
  const consider = (fromMs: number, toMs: number, id: string, job: string, what: string): void => {
    const ms = Math.min(toMs, cascade.endMs) - Math.max(fromMs, cascade.startMs);
    if (longest === null || ms > longest.ms) longest = { ms, id, job, what };
  };
  for (const { node } of cascade.order) {
    if (node.kind !== 'hop') continue;
    const { job, state, attempts } = node.delivery;
    if (state === 'running' || state === 'waiting') return null;
    attempts.forEach(({ startedAt, endedAt }, index) => {
      const before = attempts[index - 1]?.endedAt;
      if (index === 0) return;
      const startMs = Date.parse(startedAt);
      if (endedAt !== null) consider(startMs, Date.parse(endedAt), node.id, job, 'retry');
      if (before != null) consider(Date.parse(before), startMs, node.id, job, 'wait');
    });
  }
  return longest === null ? null : told(longest, wholeMs);
}

function told(
  { ms, id, job, what }: { ms: number; id: string; job: string; what: string },
  wholeMs: number,
): Finding | null {
  const share = ms / wholeMs;
  if (share < leastShare) return null;
  return {
    key: `dominant-${id}`,
    tone: 'retry',
    kind: 'dominant',
    // Rounded down: nothing but the whole is 100 %.
    subject: `${Math.floor(share * 100)} % in one ${what}`,
    rest: `of ${job}: ${formatSpan(ms)} of ${formatSpan(wholeMs)}`,
    action: 'Show',
    nodeIds: [id],
  };
}

function ownMs(node: CascadeNode | undefined): number | null {
  if (node?.kind === 'change') return Date.parse(node.event.createdAt);
  if (node?.kind === 'hop') return Date.parse(node.delivery.startedAt);
  return null;
}

/** Effects whose own time lies more than 5 ms before their cause's; the furthest apart is selected. */
export function clockFinding(cascade: Cascade): Finding | null {
  let early = 0;
  let furthest: { ms: number; from: string; to: string } | null = null;
  for (const { from, to } of cascade.causeOf.values()) {
    const causeMs = ownMs(cascade.nodes.get(from));
    const effectMs = ownMs(cascade.nodes.get(to));
    if (causeMs === null || effectMs === null || causeMs - effectMs <= clockToleranceMs) continue;
    early += 1;
    if (furthest === null || causeMs - effectMs > furthest.ms) {
      furthest = { ms: causeMs - effectMs, from, to };
    }
  }
  if (furthest === null) return null;
  return {
    key: 'clock',
    tone: 'wait',
    kind: 'clock',
    subject:
      early === 1 ? '1 step lies before its cause' : `${early} steps lie before their causes`,
    rest: `by ${early === 1 ? '' : 'up to '}${formatSpan(furthest.ms)}; the clocks of the database and the edge may differ`,
    action: 'Show',
    nodeIds: [furthest.from, furthest.to],
  };
}
