// Reads under which cascade a batch's events are shown. It reads what is committed, and changes nothing.
import { findRoots } from './cascades.ts';
import type { StoreClient } from './client.ts';
import { type EventKey, tracesOf } from './refs.ts';
import { eventIdOf, isOfTraces, keyRows, nameOf } from './sql.ts';
import { storableJson } from './storable-json.ts';

/** An event as its sender names it, and its cascade's root. */
export type TouchedEvent = EventKey & { source: string; id: string; rootTraceId: string };

/** Of those that are stored. */
export async function readTouched(
  client: StoreClient,
  events: readonly EventKey[],
): Promise<TouchedEvent[]> {
  const { rows } = await client.query<Omit<TouchedEvent, 'rootTraceId'>>(
    `select e.trace_id as "traceId", e.ref::text, ${nameOf('e.source')} as source, ${eventIdOf('e')} as id
     from ${keyRows('$1')} join events e on e.trace_id = r."traceId" and e.ref = r.ref
     where ${isOfTraces('e', '$2')}`,
    [storableJson(events), tracesOf(events)],
  );
  const roots = await findRoots(client, [...new Set(rows.map(({ traceId }) => traceId))]);
  return rows.map((row) => ({ ...row, rootTraceId: roots.get(row.traceId) ?? row.traceId }));
}
