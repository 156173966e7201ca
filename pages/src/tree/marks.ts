// What is odd about a node, in few words each: attempts, destinations that were skipped or failed over to, weak
// links, loops, no end. Told by word and form; decides no place. Pure.
import type { LoopView } from '../../../src/api/views.ts';
import type { Turn } from '../cascade/findings.ts';
import type { Cascade, CascadeNode, Cause, HopNode } from '../cascade/model.ts';
import { hostOf } from '../words/names.ts';
import type { Tone } from '../words/outcome.ts';

export interface Mark {
  kind: 'attempts' | 'failed-over' | 'skipped' | 'weak' | 'pending' | 'loop' | 'again' | 'lost';
  text: string;
  /** In full, for a title and for screen readers. */
  title: string;
  tone: Tone;
}

/** A job's longest run by default: what has no end by then has lost it. */
const lostAfterMs = 15 * 60_000;

/** The changes of each loop's path → how it is called. A loop over weak links is only suspected. */
export function loopMarks(cascade: Cascade, loops: readonly LoopView[]): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  for (const loop of loops) {
    const certain = loop.isCertain;
    for (const step of loop.path) {
      const id = step.trigger === loop.trigger ? cascade.idOf.get(step.eventId) : undefined;
      if (id === undefined || marks.has(id)) continue;
      marks.set(id, {
        kind: 'loop',
        text: certain ? `loop × ${loop.times}` : `suspected loop × ${loop.times}`,
        title: `${loop.trigger} fires itself, ${loop.times} times along this path${certain ? '' : ', as far as weak links tell'}`,
        tone: certain ? 'fail' : 'retry',
      });
    }
  }
  return marks;
}

const ruleWords: Record<NonNullable<Cause['rule']>, string> = {
  session: 'named by the session',
  value: 'named by the row',
  same_or_late_id: 'same or late ID',
  same_transaction: 'same transaction',
  same_trace_context: 'same trace context',
  row_and_time: 'matched by row and time',
};

/** What a link that is not certain says about itself; null for one that is. */
export function linkText({ evidence, rule }: Cause): string | null {
  if (evidence === 'pending') return 'named, not recorded yet';
  if (evidence === 'weak') return `weak link · ${rule === null ? 'unknown rule' : ruleWords[rule]}`;
  return null;
}

function linkMark(cause: Cause | undefined): Mark[] {
  if (cause === undefined) return [];
  const text = linkText(cause);
  if (text === null) return [];
  const title = cause.reason ?? text;
  return cause.evidence === 'weak'
    ? [{ kind: 'weak', text: 'weak link', title: `${text}. ${title}`, tone: 'retry' }]
    : [{ kind: 'pending', text: 'cause not recorded yet', title, tone: 'wait' }];
}

export function isLost(hop: HopNode, nowMs: number): boolean {
  const last = hop.delivery.attempts.at(-1);
  if (hop.delivery.state !== 'running' || last === undefined) return false;
  return nowMs - Date.parse(last.startedAt) > lostAfterMs;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function hopMarks(hop: HopNode, nowMs: number): Mark[] {
  const { attempts } = hop.delivery;
  const marks: Mark[] = [];
  if (isLost(hop, nowMs)) {
    const title = 'Its last attempt began more than 15 min ago and no end has been recorded';
    marks.push({ kind: 'lost', text: 'no end recorded', title, tone: 'wait' });
  }
  const first = attempts[0];
  const last = attempts.at(-1);
  if (first !== undefined && last !== undefined && first.destination !== last.destination) {
    const [from, to] = [shortHost(first.destination), shortHost(last.destination)];
    marks.push({
      kind: 'failed-over',
      text: 'failed over',
      title: `failed over from ${from} to ${to}`,
      tone: 'retry',
    });
  }
  const skipped = new Map(
    attempts.flatMap((attempt) =>
      attempt.skipped.map(({ destination, why }): [string, string] => [
        shortHost(destination),
        why === 'disabled' ? 'disabled' : 'circuit open',
      ]),
    ),
  );
  if (skipped.size > 0) {
    const each = [...skipped].map(([host, why]) => `${host} (${why})`).join(', ');
    marks.push({
      kind: 'skipped',
      text: `skipped ${skipped.size}`,
      title: `skipped ${plural(skipped.size, 'destination')}: ${each}`,
      tone: 'retry',
    });
  }
  return marks;
}

function shortHost(destination: string): string {
  const url = URL.canParse(destination) ? new URL(destination) : null;
  const name = url?.pathname.split('/').findLast((part) => part !== '');
  return name === undefined ? hostOf(destination) : `${hostOf(destination)}/${name}`;
}

/** What the marks of any node rest on. */
export interface MarkContext {
  cascade: Cascade;
  turns: ReadonlyMap<string, Turn>;
  loops: ReadonlyMap<string, Mark>;
  nowMs: number;
}

export function marksOf(context: MarkContext, node: CascadeNode): Mark[] {
  const { cascade, turns, loops, nowMs } = context;
  const marks = node.kind === 'hop' ? hopMarks(node, nowMs) : [];
  const loop = loops.get(node.id);
  const turn = turns.get(node.id);
  if (loop !== undefined) marks.push(loop);
  else if (turn !== undefined && turn.n > 1) {
    const title =
      node.kind === 'hop'
        ? `run ${turn.n} of ${turn.of} of this job for this row`
        : `change ${turn.n} of ${turn.of} of this row`;
    marks.push({
      kind: 'again',
      text: node.kind === 'hop' ? `run ${turn.n}` : `change ${turn.n}`,
      title,
      tone: node.kind === 'hop' ? 'retry' : 'wait',
    });
  }
  return [...marks, ...linkMark(cascade.causeOf.get(node.id))];
}
