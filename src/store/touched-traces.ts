// Reads under which cascade a batch's events are shown. It reads what is committed, and changes nothing.
import { findRoots } from './cascades.ts';
import type { StoreClient } from './client.ts';
import type { EventKey } from './rows.ts';
import { storableJson } from './storable-json.ts';

/** `source\0id` of an event → its cascade's root. Of two arrivals of a webhook the stored one's trace counts. */
export async function readRootsOf(
  client: StoreClient,
  events: readonly EventKey[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<EventKey & { traceId: string }>(
    `select e.source, e.id, e.trace_id as "traceId"
     from json_to_recordset($1::json) as r (source text, id text)
     join events e on e.source = r.source and e.id = r.id`,
    [storableJson(events.map(({ source, id }) => ({ source, id })))],
  );
  const roots = await findRoots(client, [...new Set(rows.map(({ traceId }) => traceId))]);
  return new Map(
    rows.map(({ source, id, traceId }) => [`${source}\0${id}`, roots.get(traceId) ?? traceId]),
  );
}
