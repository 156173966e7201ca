// Reads traces: one page of the list with what its summaries need, and everything of some of them.
import type { StoreClient } from './client.ts';
import { wordOf, evidenceCodes } from './codes.ts';
import {
  deliveryTablesIn,
  hasRetriesLeft,
  isDead,
  rootColumns,
  type StoredRoot,
} from './read-rows.ts';
import { isAttemptOf, isOfTraces, nameOf } from './sql.ts';
import { utc } from './utc.ts';

/** A place in the list: everything after it is older. */
export type TracePosition = { startedAt: string; id: string };

/** What is kept of a whole cascade with its root (cascade-lines.ts), as of the last batch that touched it. */
export type StoredLine = {
  lastAt: string | null;
  events: number;
  deliveries: number;
  attempts: number;
  weakLinks: number;
  running: number;
  unarrived: number;
  failed: number;
  dead: number;
};

export type StoredTrace = TracePosition & {
  source: string;
  root: StoredRoot | null;
  /** Null while it has not been made. */
  line: StoredLine | null;
};

/** Which traces, as the end of a statement about `traces t`, or about what `from` has in their place; with its values. */
export type TraceChoice = { from?: string; text: string; values: unknown[] };

/** What a summary needs to know of an event. */
export type EventOutline = {
  traceId: string;
  /** Names it among all outlines, and no more. */
  key: string;
  createdAt: string;
  evidence: 'certain' | 'weak' | 'pending' | null;
  /** The key of a {@link DeliveryOutline}. */
  causeKey: string | null;
};

/** What a summary needs to know of a delivery. */
export type DeliveryOutline = {
  traceId: string;
  key: string;
  eventKey: string;
  /** Asked only of what neither runs nor has arrived: false otherwise. */
  hasRetriesLeft: boolean;
  /** As `hasRetriesLeft`. */
  isDead: boolean;
  attempts: number;
  /** Its latest attempt is. */
  isRunning: boolean;
  isDelivered: boolean;
  endedAt: string | null;
};

/** A trace whose root has not been read yet. */
export type TraceRow = Omit<StoredTrace, 'root'> & { rootRef: string | null };

const traceColumns = `t.id, ${nameOf('t.source')} as source, ${utc('t.started_at')} as "startedAt",
  t.root_ref::text as "rootRef",
  case when t.about is not null then json_build_object('lastAt', ${utc('t.last_at')}, 'events', t.events,
    'deliveries', t.deliveries, 'attempts', t.attempts, 'weakLinks', t.weak_links, 'running', t.running,
    'unarrived', t.unarrived, 'failed', t.failed, 'dead', t.dead) end as line`;

/**
 * The statement of the newest, `limit` of them, older than `after` where it is given.
 * @param page.which `roots` leaves out the traces that are joined to another
 */
export function newest(page: {
  limit: number;
  after: TracePosition | null;
  which: 'roots' | 'all';
}): TraceChoice {
  // Statements of their own, since `$2 is null or …` would not be planned as a walk along an index.
  const older = page.after ? 'and (t.started_at, t.id) < ($2::timestamptz, $3::uuid)' : '';
  const inOrder = 'order by t.started_at desc, t.id desc limit $1';
  const values = [page.limit, ...(page.after ? [page.after.startedAt, page.after.id] : [])];
  const roots = `where t.joined_to is null ${older} ${inOrder}`;
  if (page.which === 'roots') return { text: roots, values };
  // Either sort has an index of its own, so that no trace is in two.
  const joined = `where t.joined_to is not null ${older} ${inOrder}`;
  return {
    from: `((select t.* from traces t ${roots}) union all (select t.* from traces t ${joined})) t`,
    text: inOrder,
    values,
  };
}

/** The lines of some traces, with their roots. */
export async function listTraces(client: StoreClient, choice: TraceChoice): Promise<StoredTrace[]> {
  return withRoots(client, await listLines(client, choice));
}

/** The lines of some traces. */
export async function listLines(client: StoreClient, choice: TraceChoice): Promise<TraceRow[]> {
  const { rows } = await client.query<TraceRow>(
    `select ${traceColumns} from ${choice.from ?? 'traces t'} ${choice.text}`,
    choice.values,
  );
  return rows;
}

/** One trace's line, or null where there is none with this id. */
export async function findTrace(client: StoreClient, id: string): Promise<StoredTrace | null> {
  const { rows } = await client.query<TraceRow>(
    `select ${traceColumns} from traces t where t.id = $1`,
    [id],
  );
  const [trace] = await withRoots(client, rows);
  return trace ?? null;
}

/** Whether a delivery with attempts `a` waits, has failed or is dead. */
const isOpen = 'coalesce(not a.running and not a.delivered, true)';

/** What the summaries of these traces are made from. */
export async function readOutlines(
  client: StoreClient,
  traceIds: readonly string[],
): Promise<{ events: EventOutline[]; deliveries: DeliveryOutline[] }> {
  const events = await client.query<EventOutline>(
    `select e.trace_id as "traceId", e.trace_id || ' ' || e.ref as key, ${utc('e.created_at')} as "createdAt",
       ${wordOf('l.evidence', evidenceCodes)} as evidence,
       coalesce(l.cause_trace_id, l.trace_id) || ' ' || l.cause_ref as "causeKey"
     from events e
     left join links l on l.trace_id = e.trace_id and l.event_ref = e.ref and l.trace_id = any ($1::uuid[])
     where e.trace_id = any ($1::uuid[])`,
    [traceIds],
  );
  const deliveries = await client.query<DeliveryOutline>(
    `select d.trace_id as "traceId", d.trace_id || ' ' || d.ref as key,
       d.trace_id || ' ' || d.event_ref as "eventKey",
       case when ${isOpen} then ${hasRetriesLeft((x) => isOfTraces(x, '$1'))} else false end as "hasRetriesLeft",
       case when ${isOpen} then ${isDead} else false end as "isDead", coalesce(a.attempts, 0) as attempts,
       coalesce(a.running, false) as "isRunning", coalesce(a.delivered, false) as "isDelivered",
       ${utc('a.ended_at')} as "endedAt"
     from ${deliveryTablesIn('$1')}
     left join lateral (
       select count(*)::int as attempts, (array_agg(ended_at is null order by started_at desc, id desc))[1] as running,
         bool_or(outcome = 'd') as delivered, max(ended_at) as ended_at
       from attempts x where ${isAttemptOf('x', 'd')}) a on true
     where d.trace_id = any ($1::uuid[])`,
    [traceIds],
  );
  return { events: events.rows, deliveries: deliveries.rows };
}

/** Of however many lists: once of all costs less than of each. */
export async function withRoots(
  client: StoreClient,
  traces: readonly TraceRow[],
): Promise<StoredTrace[]> {
  const rooted = traces.filter((trace) => trace.rootRef !== null);
  if (rooted.length === 0) return traces.map((trace) => storedTrace(trace, null));
  const { rows } = await client.query<StoredRoot>(
    `select ${rootColumns} from events e
     left join payloads p on p.trace_id = e.trace_id and p.event_ref = e.ref and p.trace_id = any ($1::uuid[])
     where e.trace_id = any ($1::uuid[]) and (e.trace_id, e.ref) in (
       select r.trace_id, r.ref from unnest($1::uuid[], $2::bigint[]) as r (trace_id, ref))`,
    [rooted.map(({ id }) => id), rooted.map(({ rootRef }) => rootRef)],
  );
  const roots = new Map(rows.map((event) => [event.traceId, event]));
  return traces.map((trace) => storedTrace(trace, roots.get(trace.id) ?? null));
}

function storedTrace(
  { id, source, startedAt, line }: TraceRow,
  root: StoredRoot | null,
): StoredTrace {
  return { id, source: root?.source ?? source, startedAt, root, line };
}
