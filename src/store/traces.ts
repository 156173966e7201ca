// Reads traces: one page of the list with what its summaries need, and everything of some of them.
import type { StoreClient } from './client.ts';
import {
  deliveryColumns,
  eventColumns,
  eventTables,
  hasRetriesLeft,
  isDead,
  type StoredDelivery,
  type StoredEvent,
} from './read-rows.ts';
import { utc } from './utc.ts';

/** A place in the list: everything after it is older. */
export type TracePosition = { startedAt: string; id: string };

export type StoredTrace = TracePosition & { source: string; root: StoredEvent | null };

/** What a summary needs to know of an event. */
export type EventOutline = {
  traceId: string;
  source: string;
  id: string;
  createdAt: string;
  evidence: 'certain' | 'weak' | 'pending' | null;
  causeDeliveryId: string | null;
};

/** What a summary needs to know of a delivery. */
export type DeliveryOutline = {
  traceId: string;
  id: string;
  source: string;
  eventId: string;
  hasRetriesLeft: boolean;
  isDead: boolean;
  attempts: number;
  /** Its latest attempt is. */
  isRunning: boolean;
  isDelivered: boolean;
  endedAt: string | null;
};

type TraceRow = Omit<StoredTrace, 'root'> & {
  rootSource: string | null;
  rootEventId: string | null;
};

const traceColumns = `t.id, coalesce(t.root_source, t.source) as source,
  ${utc('t.started_at')} as "startedAt", t.root_source as "rootSource", t.root_event_id as "rootEventId"`;

/**
 * Newest first, `limit` of them, older than `after` where it is given.
 * @param page.which `roots` leaves out the traces that are joined to another
 */
export async function listTraces(
  client: StoreClient,
  page: { limit: number; after: TracePosition | null; which: 'roots' | 'all' },
): Promise<StoredTrace[]> {
  // Statements of their own, since `$2 is null or …` would not be planned as a walk along an index.
  const conditions = [
    ...(page.which === 'roots' ? ['t.joined_to is null'] : []),
    ...(page.after ? ['(t.started_at, t.id) < ($2::timestamptz, $3::uuid)'] : []),
  ];
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
  const { rows } = await client.query<TraceRow>(
    `select ${traceColumns} from traces t ${where} order by t.started_at desc, t.id desc limit $1`,
    [page.limit, ...(page.after ? [page.after.startedAt, page.after.id] : [])],
  );
  return withRoots(client, rows);
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

/** What the summaries of these traces are made from. */
export async function readOutlines(
  client: StoreClient,
  traceIds: readonly string[],
): Promise<{ events: EventOutline[]; deliveries: DeliveryOutline[] }> {
  const events = await client.query<EventOutline>(
    `select e.trace_id as "traceId", e.source, e.id, ${utc('e.created_at')} as "createdAt",
       l.evidence, encode(l.cause_delivery_id, 'hex') as "causeDeliveryId"
     from ${eventTables} where e.trace_id = any ($1::uuid[])`,
    [traceIds],
  );
  const deliveries = await client.query<DeliveryOutline>(
    `select d.trace_id as "traceId", encode(d.id, 'hex') as id, d.source, d.event_id as "eventId",
       ${hasRetriesLeft} as "hasRetriesLeft", ${isDead} as "isDead", coalesce(a.attempts, 0) as attempts,
       coalesce(a.running, false) as "isRunning", coalesce(a.delivered, false) as "isDelivered",
       ${utc('a.ended_at')} as "endedAt"
     from deliveries d
     left join lateral (
       select count(*)::int as attempts, (array_agg(ended_at is null order by started_at desc, id desc))[1] as running,
         bool_or(outcome = 'delivered') as delivered, max(ended_at) as ended_at
       from attempts where delivery_id = d.id) a on true
     where d.trace_id = any ($1::uuid[])`,
    [traceIds],
  );
  return { events: events.rows, deliveries: deliveries.rows };
}

/** All events and deliveries of these traces, each in the order of time. */
export async function readTraceNodes(
  client: StoreClient,
  traceIds: readonly string[],
): Promise<{ events: StoredEvent[]; deliveries: StoredDelivery[] }> {
  const events = await client.query<StoredEvent>(
    `select ${eventColumns} from ${eventTables} where e.trace_id = any ($1::uuid[])
     order by e.created_at, e.arrived_at, e.source, e.id`,
    [traceIds],
  );
  const deliveries = await client.query<StoredDelivery>(
    `select ${deliveryColumns} from deliveries d where d.trace_id = any ($1::uuid[])
     order by (select min(a.started_at) from attempts a where a.delivery_id = d.id), d.id`,
    [traceIds],
  );
  return { events: events.rows, deliveries: deliveries.rows };
}

async function withRoots(client: StoreClient, traces: readonly TraceRow[]): Promise<StoredTrace[]> {
  const keys = traces.filter((trace) => trace.rootEventId !== null);
  const { rows } = await client.query<StoredEvent>(
    `select ${eventColumns}
     from unnest($1::text[], $2::text[]) as r (source, id)
     join events e on e.source = r.source and e.id = r.id
     left join links l on l.source = e.source and l.event_id = e.id`,
    [keys.map((trace) => trace.rootSource), keys.map((trace) => trace.rootEventId)],
  );
  const roots = new Map(rows.map((event) => [`${event.source}\0${event.id}`, event]));
  return traces.map(({ rootSource, rootEventId, ...trace }) => ({
    ...trace,
    root: roots.get(`${rootSource}\0${rootEventId}`) ?? null,
  }));
}
