// Finds what an ID or a name stands for. It reads only, by indexes only, and few of each.
import { aboutKinds, type AboutKind } from './cascade-lines.ts';
import type { StoreClient } from './client.ts';
import { deliveryIdOf, eventIdOf, hopOf, nameOf, opOf } from './sql.ts';
import { namedHop } from './refs.ts';

export type FoundHop = { deliveryId: string; traceId: string; job: string; trigger: string | null };

/** The delivery of a hop. @param uuid of a hop, not of a trace */
export async function findHops(client: StoreClient, uuid: string): Promise<FoundHop[]> {
  const { rows } = await client.query<FoundHop>(
    `select ${deliveryIdOf('d', 'e')} as "deliveryId", d.trace_id as "traceId", ${nameOf('d.job')} as job,
       ${nameOf('e.trigger')} as trigger
     from deliveries d join events e on e.trace_id = d.trace_id and e.ref = d.event_ref
     where ${hopOf('d.ref')} = $1::bigint and d.trace_id = $2::uuid limit 5`,
    [namedHop(uuid), `${uuid.slice(0, 26)}0000000000`],
  );
  return rows;
}

export type FoundWrite = {
  id: string;
  source: string;
  traceId: string;
  trigger: string | null;
  op: string | null;
  table: string | null;
  rowKey: string | null;
};

/** The events that name a hop, whether or not it has been recorded: it may be what cannot be found itself. */
export async function findWritesNaming(client: StoreClient, uuid: string): Promise<FoundWrite[]> {
  const { rows } = await client.query<FoundWrite>(
    `select ${eventIdOf('e')} as id, ${nameOf('e.source')} as source, e.trace_id as "traceId",
       ${nameOf('e.trigger')} as trigger, ${opOf('e')} as op, ${nameOf('e.table_name')} as table,
       e.row_key as "rowKey"
     from events e
     where e.named_hop = $1::bigint and e.named_hop is not null
       and coalesce(e.named_trace_id, e.trace_id) = $2::uuid
     order by e.created_at desc limit 5`,
    [namedHop(uuid), `${uuid.slice(0, 26)}0000000000`],
  );
  return rows;
}

/** As what each of these names occurs in any cascade: the numbers of names by kind. */
export async function kindsOfNames(
  client: StoreClient,
  numbers: readonly number[],
): Promise<{ number: number; kind: AboutKind }[]> {
  const kinds = Object.entries(aboutKinds)
    .filter(([kind]) => kind !== 'namedBy')
    .map(([kind, at]) => ({ kind, at }));
  const { rows } = await client.query<{ number: number; kind: AboutKind }>(
    `select n.number, k.kind
     from unnest($1::integer[]) n (number), json_to_recordset($2::json) as k (kind text, at integer)
     where exists (
       select from traces t where t.joined_to is null and t.about @> array[n.number * 8 + k.at])`,
    [numbers, JSON.stringify(kinds)],
  );
  return rows;
}
