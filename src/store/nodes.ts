// Reads single events and deliveries, and the list of refusals.
import type { StoreClient } from './client.ts';
import {
  deliveryColumns,
  eventColumns,
  eventTables,
  type StoredDelivery,
  type StoredEvent,
} from './read-rows.ts';
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
  const { rows } = await client.query<StoredEvent>(
    `select ${eventColumns} from ${eventTables}
     where e.id = $1 ${key.source === null ? '' : 'and e.source = $2'} order by e.source limit 20`,
    key.source === null ? [key.id] : [key.id, key.source],
  );
  return rows;
}

/** The deliveries that one event led to. */
export async function deliveriesOfEvent(
  client: StoreClient,
  event: { source: string; id: string },
): Promise<StoredDelivery[]> {
  const { rows } = await client.query<StoredDelivery>(
    `select ${deliveryColumns} from deliveries d where d.source = $1 and d.event_id = $2 order by d.id`,
    [event.source, event.id],
  );
  return rows;
}

/** @param id 64 hex digits */
export async function findDelivery(
  client: StoreClient,
  id: string,
): Promise<StoredDelivery | null> {
  const { rows } = await client.query<StoredDelivery>(
    `select ${deliveryColumns} from deliveries d where d.id = decode($1, 'hex')`,
    [id],
  );
  return rows[0] ?? null;
}

/** The latest refusals, newest first. */
export async function listRefusals(client: StoreClient, limit: number): Promise<StoredRefusal[]> {
  const { rows } = await client.query<StoredRefusal>(
    `select id, ${utc('at')} as at, source, status, reason, detail, count
     from refusals order by refusals.at desc, id desc limit $1`,
    [limit],
  );
  return rows;
}
