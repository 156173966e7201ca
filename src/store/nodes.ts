// Reads single events and deliveries, and the list of refusals.
import type { StoreClient } from './client.ts';
import { deliveryRef, eventRef, tracesOf } from './refs.ts';
import {
  deliveryColumns,
  deliveryTables,
  deliveryTablesIn,
  eventColumns,
  eventTablesIn,
  type StoredDelivery,
  type StoredEvent,
} from './read-rows.ts';
import { deliveryIdOf, eventIdOf, hopOf, isOfTraces, nameOf } from './sql.ts';
import { utc } from './utc.ts';

export type StoredRefusal = {
  id: string;
  at: string;
  source: string | null;
  status: number;
  reason: string;
  detail: string;
  count: number;
};

/** The events with this id: more than one where several sources use it and none is named. */
export async function findEvents(
  client: StoreClient,
  key: { id: string; source: string | null },
): Promise<StoredEvent[]> {
  const sources = key.source === null ? await listSources(client) : [key.source];
  const refs = await Promise.all(sources.map((source) => eventRef(source, key.id)));
  // Where they are, first: what is asked of an event is planned for its week alone.
  const traces = await client.query<{ traceId: string }>(
    'select e.trace_id as "traceId" from events e where e.ref = any ($1::bigint[])',
    [refs],
  );
  if (traces.rows.length === 0) return [];
  const { rows } = await client.query<StoredEvent>(
    `select ${eventColumns((x) => isOfTraces(x, '$4'))} from ${eventTablesIn('$4')}
     where ${isOfTraces('e', '$4')} and e.ref = any ($1::bigint[]) and ${eventIdOf('e')} = $2
       and ($3::text is null or ${nameOf('e.source')} = $3)
     order by source limit 20`,
    [refs, key.id, key.source, tracesOf(traces.rows)],
  );
  return rows;
}

/** Those that events have come from. */
async function listSources(client: StoreClient): Promise<string[]> {
  const { rows } = await client.query<{ source: string }>(
    `select distinct ${nameOf('j.source')} as source from jobs j`,
  );
  return rows.map(({ source }) => source);
}

/** The deliveries that one event led to. */
export async function deliveriesOfEvent(
  client: StoreClient,
  event: { source: string; id: string; traceId: string },
): Promise<StoredDelivery[]> {
  const { rows } = await client.query<StoredDelivery>(
    `select ${deliveryColumns((x) => `${x}.trace_id = $1`)} from ${deliveryTables}
     where d.trace_id = $1 and d.event_ref = $2 order by d.ref`,
    [event.traceId, await eventRef(event.source, event.id)],
  );
  return rows;
}

/**
 * The traces in which a delivery can be: one, unless somebody took pains. What is asked of it is planned for their weeks alone.
 * @param id 64 hex digits
 */
export async function findTracesOf(client: StoreClient, id: string): Promise<string[]> {
  const { rows } = await client.query<{ traceId: string }>(
    `select d.trace_id as "traceId" from deliveries d
     where ${hopOf('d.ref')} = ${hopOf('$1::bigint')} and d.ref = $1::bigint`,
    [deliveryRef(id)],
  );
  return tracesOf(rows);
}

/** @param id 64 hex digits */
export async function findDelivery(
  client: StoreClient,
  id: string,
): Promise<StoredDelivery | null> {
  const traces = await findTracesOf(client, id);
  if (traces.length === 0) return null;
  const { rows } = await client.query<StoredDelivery>(
    `select ${deliveryColumns((x) => isOfTraces(x, '$3'))} from ${deliveryTablesIn('$3')}
     where ${isOfTraces('d', '$3')} and ${hopOf('d.ref')} = ${hopOf('$1::bigint')} and d.ref = $1::bigint
       and ${deliveryIdOf('d', 'e')} = $2
     limit 1`,
    [deliveryRef(id), id, traces],
  );
  return rows[0] ?? null;
}

/** Refusals, newest first. @param after the last one of the page before */
export async function listRefusals(
  client: StoreClient,
  { limit, after }: { limit: number; after: Pick<StoredRefusal, 'at' | 'id'> | null },
): Promise<StoredRefusal[]> {
  const { rows } = await client.query<StoredRefusal>(
    `select id, ${utc('at')} as at, source, status, reason, detail, count
     from refusals where $2::timestamptz is null or (refusals.at, id) < ($2, $3::uuid)
     order by refusals.at desc, id desc limit $1`,
    [limit, after?.at ?? null, after?.id ?? null],
  );
  return rows;
}
