// What a stored batch is announced as: one entry for each cascade that it touched, each dead letter and each loop.
// Pure; what is new to whom is the feed's to say.
import { addCounts, mostNodes, noCounts, someNames } from '../live/entries.ts';
import type { LiveEntry, NodeChange } from '../live/protocol.ts';
import type { Announcement } from '../live/connection.ts';
import type { FoundLoop } from '../store/loops.ts';
import type { AttemptRow, DeliveryRow, EventRow, Rows } from '../store/rows.ts';

/** An event as its sender names it. */
export type NamedEvent = { source: string; id: string };

/** What was committed, and what was judged anew by it. */
export type ToldBatch = { rows: Rows; graded: readonly NamedEvent[]; loops: readonly FoundLoop[] };

export const keyOfEvent = ({ source, id }: NamedEvent): string => `${source}\0${id}`;

/** More are only counted: a client fetches anew then. */
const mostEntries = 200;

type Change = Extract<LiveEntry, { kind: 'growth' }>;
type Touched = {
  sources: Set<string>;
  events: EventRow[];
  nodes: NodeChange[];
  jobs: Set<string>;
  problem: boolean;
};

/**
 * @param roots `source\0id` of an event → its cascade's root; what is not in it is not announced
 * @param at RFC 3339
 */
export function announcementOf(
  batches: readonly ToldBatch[],
  roots: ReadonlyMap<string, string>,
  at: string,
): Omit<Announcement, 'missed'> {
  const touched = new Map<string, Touched>();
  const under = (key: NamedEvent): Touched | null => {
    const root = roots.get(keyOfEvent(key));
    if (root === undefined) return null;
    let there = touched.get(root);
    if (!there) {
      there = { sources: new Set(), events: [], nodes: [], jobs: new Set(), problem: false };
      touched.set(root, there);
    }
    there.sources.add(key.source);
    return there;
  };
  const others: LiveEntry[] = [];
  for (const { rows, graded, loops } of batches) {
    const dead = new Set(rows.deadLetters.map((letter) => letter.delivery_id));
    const attempts = latestAttempts(rows.attempts);
    for (const event of rows.events) {
      const place = under(event);
      place?.events.push(event);
      place?.nodes.push({ of: 'event', source: event.source, id: event.id });
    }
    for (const delivery of rows.deliveries) {
      const place = under({ source: delivery.source, id: delivery.event_id });
      const attempt = attempts.get(delivery.id);
      const state = dead.has(delivery.id) ? 'dead' : (attempt?.outcome ?? 'waiting');
      place?.nodes.push({ of: 'delivery', id: delivery.id, state });
      place?.jobs.add(delivery.job);
      if (place && isProblem(state)) place.problem = true;
    }
    // Judged anew: what it is linked to may have changed.
    for (const key of graded) under(key);
    others.push(...deadLettersOf(rows, roots, at), ...loops.map((loop) => loopEntry(loop, at)));
  }
  const changes = [...touched].map(([traceId, place]) => changeEntry(traceId, place, at));
  return bounded(changes, others);
}

function changeEntry(traceId: string, place: Touched, at: string): Change {
  return {
    kind: 'growth',
    at,
    problem: place.problem,
    traceId,
    sources: someNames(place.sources),
    triggers: someNames(place.events.map(({ trigger }) => trigger)),
    tables: someNames(place.events.map(tableOf)),
    jobs: someNames(place.jobs),
    nodes: place.nodes.slice(0, mostNodes),
    nodesLeftOut: Math.max(0, place.nodes.length - mostNodes),
  };
}

function deadLettersOf(rows: Rows, roots: ReadonlyMap<string, string>, at: string): LiveEntry[] {
  const deliveries = new Map(rows.deliveries.map((row): [string, DeliveryRow] => [row.id, row]));
  const events = new Map(rows.events.map((row): [string, EventRow] => [keyOfEvent(row), row]));
  return rows.deadLetters.map((letter) => {
    const { event: facts, delivery } = letter.facts;
    const key = keyOfEvent({ source: letter.source, id: facts.id });
    const event = events.get(key);
    return {
      kind: 'dead_letter',
      at,
      problem: true,
      deliveryId: letter.delivery_id,
      traceId: roots.get(key) ?? null,
      source: letter.source,
      trigger: facts.trigger,
      table: event ? tableOf(event) : null,
      job: deliveries.get(letter.delivery_id)?.job ?? delivery.job,
      reason: letter.reason,
      deadAt: letter.dead_at,
    };
  });
}

function loopEntry(loop: FoundLoop, at: string): LiveEntry {
  return {
    kind: 'loop',
    at,
    problem: true,
    traceId: loop.rootTraceId,
    source: loop.source,
    trigger: loop.trigger,
    table: `${loop.tableSchema}.${loop.tableName}`,
    times: loop.times,
  };
}

/** What is a problem is named first, then cascades in the order in which they came. */
function bounded(
  changes: readonly Change[],
  others: readonly LiveEntry[],
): Omit<Announcement, 'missed'> {
  const all: LiveEntry[] = [...others, ...changes];
  let leftOut = noCounts();
  for (const { kind } of all.slice(mostEntries)) {
    leftOut = addCounts(leftOut, { ...noCounts(), [kind]: 1 });
  }
  return { entries: all.slice(0, mostEntries), leftOut };
}

function latestAttempts(attempts: readonly AttemptRow[]): Map<string, AttemptRow> {
  const latest = new Map<string, AttemptRow>();
  for (const attempt of attempts) {
    const before = latest.get(attempt.delivery_id);
    if (!before || before.started_at < attempt.started_at) latest.set(attempt.delivery_id, attempt);
  }
  return latest;
}

function isProblem(state: Extract<NodeChange, { of: 'delivery' }>['state']): boolean {
  return ['failed', 'unreachable', 'timed_out', 'dead'].includes(state);
}

function tableOf({ table_schema: schema, table_name: table }: EventRow): string | null {
  return schema === null || table === null ? null : `${schema}.${table}`;
}
