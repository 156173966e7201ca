// Reads single events and deliveries, and the list of refusals.
import type { StoreClient } from './client.ts';
import { deliveryRef, eventRef } from './refs.ts';
import {
  deliveryColumns,
  deliveryTables,
  eventColumns,
  eventTables,
  type StoredDelivery,
  type StoredEvent,
} from './read-rows.ts';
import { deliveryIdOf, eventIdOf, hopOf, nameOf } from './sql.ts';
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
  const { rows } = await client.query<StoredEvent>(
    `select ${eventColumns} from ${eventTables}
     where e.ref = any ($1::bigint[]) and ${eventIdOf('e')} = $2
       and ($3::text is null or ${nameOf('e.source')} = $3)
     order by source limit 20`,
    [refs, key.id, key.source],
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
    `select ${deliveryColumns} from ${deliveryTables}
     where d.trace_id = $1 and d.event_ref = $2 order by d.ref`,
    [event.traceId, await eventRef(event.source, event.id)],
  );
  return rows;
}

/** @param id 64 hex digits */
export async function findDelivery(
  client: StoreClient,
  id: string,
): Promise<StoredDelivery | null> {
  const { rows } = await client.query<StoredDelivery>(
    `select ${deliveryColumns} from ${deliveryTables}
     where ${hopOf('d.ref')} = ${hopOf('$1::bigint')} and d.ref = $1::bigint and ${deliveryIdOf('d', 'e')} = $2
     limit 1`,
    [deliveryRef(id), id],
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
