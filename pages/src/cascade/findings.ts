// What stands out in a cascade, most severe first: loops, failures, the same job run again for the same row, and what
// the rules on times and links find. Pure rules over the tree; never looks at places or at logs.
import type { LoopView, TraceDetail, TriggerView } from '../../../src/api/views.ts';
import { formatSpan } from '../time/format.ts';
import { rowLabel } from '../words/names.ts';
import { attemptOutcome } from '../words/outcome.ts';
import type { Finding } from './finding.ts';
import { undeliveredFindings, weakPathFinding } from './link-findings.ts';
import type { Cascade, HopNode } from './model.ts';
import { clockFinding, dominantFinding } from './time-findings.ts';

/** Columns that every write touches. */
const housekeeping = new Set(['updated_at', 'updated_by']);

/** Run n of m of a job for one row, or the n-th change of one row. */
export interface Turn {
  n: number;
  of: number;
}

function times(count: number): string {
  return count === 2 ? 'twice' : `${count} times`;
}

const known = new WeakMap<Cascade, readonly HopNode[][]>();

/** Groups of hops in which one job was delivered for the same row through different events. Once a cascade. */
export function repeatedRuns(cascade: Cascade): readonly HopNode[][] {
  const before = known.get(cascade);
  if (before !== undefined) return before;
  const runs = readRepeatedRuns(cascade);
  known.set(cascade, runs);
  return runs;
}

function readRepeatedRuns(cascade: Cascade): HopNode[][] {
  // Most ran once: a map of their own only for those that did not.
  const first = new Map<string, HopNode>();
  const again = new Map<string, Map<string, HopNode>>();
  for (const { node } of cascade.order) {
    if (node.kind !== 'hop' || node.event === null) continue;
    const { table, rowKey, source } = node.event;
    if (table === null || rowKey === null) continue;
    // No text of Postgres's has this character.
    const key = `${rowKey}\0${node.delivery.job}\0${table.name}\0${table.schema}\0${source}`;
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, node);
      continue;
    }
    const group = again.get(key) ?? new Map([[before.delivery.eventId, before]]);
    if (!group.has(node.delivery.eventId)) again.set(key, group.set(node.delivery.eventId, node));
  }
  if (again.size === 0) return [];
  return [...first.keys()].flatMap((key) => {
    const group = again.get(key);
    return group === undefined ? [] : [[...group.values()]];
  });
}

/** Which nodes are a second or later turn: hops by {@link repeatedRuns}, changes by their row. */
export function turnsOf(cascade: Cascade): Map<string, Turn> {
  const turns = new Map<string, Turn>();
  for (const group of repeatedRuns(cascade)) {
    group.forEach((hop, index) => turns.set(hop.id, { n: index + 1, of: group.length }));
  }
  const first = new Map<string, string>();
  const rows = new Map<string, string[]>();
  for (const { node } of cascade.order) {
    if (node.kind !== 'change' || node.event.table === null || node.event.rowKey === null) continue;
    const { source, table, rowKey } = node.event;
    const key = `${rowKey}\0${table.name}\0${table.schema}\0${source}`;
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, node.id);
      continue;
    }
    const ids = rows.get(key);
    if (ids === undefined) rows.set(key, [before, node.id]);
    else ids.push(node.id);
  }
  for (const ids of rows.values()) {
    ids.forEach((id, index) => turns.set(id, { n: index + 1, of: ids.length }));
  }
  return turns;
}

function apart(group: HopNode[]): string {
  const first = group[0];
  const last = group.at(-1);
  if (first === undefined || last === undefined) return '';
  return formatSpan(Date.parse(last.delivery.startedAt) - Date.parse(first.delivery.startedAt));
}

/** How long one turn takes; empty where the loop's first and last change are not both here. */
function periodOf(cascade: Cascade, loop: LoopView): string {
  const own = loop.path.filter((step) => step.trigger === loop.trigger);
  const [firstMs, lastMs] = [own[0], own.at(-1)].map((step) => {
    const node = cascade.nodes.get(cascade.idOf.get(step?.eventId ?? '') ?? '');
    return node?.kind === 'change' ? Date.parse(node.event.createdAt) : NaN;
  });
  const periodMs = ((lastMs ?? NaN) - (firstMs ?? NaN)) / (loop.times - 1);
  return Number.isFinite(periodMs) && periodMs > 0 ? `, every ${formatSpan(periodMs)}` : '';
}

/** A trigger that fires itself: the changes of its path, as far as they are here. */
function loopFinding(cascade: Cascade, loop: LoopView): Finding {
  const ids = loop.path
    .filter((step) => step.trigger === loop.trigger)
    .map((step) => cascade.idOf.get(step.eventId))
    .filter((id) => id !== undefined);
  return {
    key: `loop-${loop.eventId}`,
    tone: 'fail',
    kind: 'loop',
    subject: `${loop.trigger} fires itself`,
    rest: `${loop.times} times along one path${periodOf(cascade, loop)}${loop.isCertain ? '' : ', as far as weak links tell'}`,
    action: 'Show the latest',
    nodeIds: ids,
  };
}

/**
 * Why a job ran again: its trigger listens to every column, and this update changed only these. Empty where the
 * trigger is not known, or listens to what it is about.
 */
function whyAgain(again: HopNode | undefined, triggers: readonly TriggerView[]): string {
  const event = again?.event;
  if (!event || event.op !== 'UPDATE') return '';
  const trigger = triggers.find(
    ({ source, name }) => source === event.source && name === event.trigger,
  );
  if (trigger?.updateColumns !== '*') return '';
  const changed = event.changes
    .map(({ column }) => column)
    .filter((column) => !housekeeping.has(column));
  const what = changed.length === 0 ? 'nothing else' : `only ${changed.slice(0, 3).join(', ')}`;
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : '';
  return `; ${trigger.name} listens to every column, and this update changed ${what}${more}`;
}

/** What is said of a delivery that did not succeed; equal for all that failed alike. */
function troubleOf({ delivery }: HopNode): string {
  const { state, attempts } = delivery;
  const last = attempts.at(-1);
  const why = last === undefined ? 'without an attempt' : `last ${attemptOutcome(last).word}`;
  // A status says enough; where none came, the error does.
  const detail = last?.status == null && last?.error != null ? `: ${last.error}` : '';
  if (state === 'waiting') return `waits to retry, ${why}${detail}`;
  const count = `${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`;
  return `${state === 'dead' ? 'was given up' : 'failed'} after ${count}, ${why}${detail}`;
}

/** One for each job and way to fail, so that a thousand failures of one job hide nothing else. */
function troubles(cascade: Cascade, isWaiting: boolean): Finding[] {
  const groups = new Map<string, { job: string; rest: string; nodeIds: string[] }>();
  for (const { node } of cascade.order) {
    if (node.kind !== 'hop') continue;
    const { job, state } = node.delivery;
    if (isWaiting ? state !== 'waiting' : state !== 'failed' && state !== 'dead') continue;
    const rest = troubleOf(node);
    const key = JSON.stringify([job, rest]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { job, rest, nodeIds: [node.id] });
    else group.nodeIds.push(node.id);
  }
  return [...groups.values()].map(({ job, rest, nodeIds }) => ({
    key: `trouble-${nodeIds[0] ?? ''}`,
    tone: isWaiting ? 'retry' : 'fail',
    kind: isWaiting ? 'waiting' : 'failed',
    subject: nodeIds.length === 1 ? job : `${job} (${nodeIds.length} deliveries)`,
    rest,
    action: nodeIds.length === 1 ? 'Show' : `Show all ${nodeIds.length}`,
    nodeIds,
  }));
}

function repeats(cascade: Cascade, triggers: readonly TriggerView[]): Finding[] {
  return repeatedRuns(cascade).map((group): Finding => {
    const event = group[0]?.event ?? null;
    return {
      key: group.map(({ id }) => id).join(),
      tone: 'retry',
      kind: 'repeat',
      subject: `${group[0]?.delivery.job ?? ''} ran ${times(group.length)}`,
      rest: `for ${event === null ? 'one row' : rowLabel(event)}, ${apart(group)} apart${whyAgain(group.at(-1), triggers)}`,
      action: group.length === 2 ? 'Show both' : `Show all ${group.length}`,
      nodeIds: group.map(({ id }) => id),
    };
  });
}

/** Of the whole cascade, whatever is selected; most severe first. */
export function findingsOf(
  cascade: Cascade,
  { loops, triggers }: Pick<TraceDetail, 'loops' | 'triggers'> = { loops: [], triggers: [] },
): Finding[] {
  const dominant = dominantFinding(cascade);
  const clock = clockFinding(cascade);
  return [
    ...loops.map((loop) => loopFinding(cascade, loop)),
    ...troubles(cascade, false),
    ...undeliveredFindings(cascade),
    ...repeats(cascade, triggers),
    ...(dominant === null ? [] : [dominant]),
    ...troubles(cascade, true),
    ...(clock === null ? [] : [clock]),
  ];
}

const mostShown = 5;

/** At most five, with the selection's weak links; those keep their place though there be more of the others. */
export function findingsFor(
  cascade: Cascade,
  findings: readonly Finding[],
  selectedId: string | null,
): Finding[] {
  const weak = weakPathFinding(cascade, selectedId);
  if (weak === null) return findings.slice(0, mostShown);
  return [...findings.slice(0, mostShown - 1), weak];
}
