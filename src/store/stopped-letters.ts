// What stops keep: the dead letters of a stopped trigger in its trace. It decides nothing about them.
import type { StoreClient } from './client.ts';
import type { DiscardAct } from './discards.ts';
import { isDelivered } from './letter-filter.ts';
import { isDelivery, nameOf } from './sql.ts';

/** $1: what is stopped, as JSON. By the trace of the event as it is stored. */
const kept = `
  from json_to_recordset($1::json) as s (id uuid, source text, trigger text, "traceId" uuid)
  join dead_letters l on l.trace_id = s."traceId"
  join deliveries d on ${isDelivery('d', 'l.trace_id', 'l.ref')}
  join events e on e.trace_id = d.trace_id and e.ref = d.event_ref and ${nameOf('e.source')} = s.source
    and ${nameOf('e.trigger')} = s.trigger
  where l.reason = 'stopped' and l.replayed_at is null and l.discarded_at is null and not ${isDelivered}`;

/** A stop: a trigger in a trace. */
export type CountedStop = { id: string; source: string; trigger: string; traceId: string };

/** How many deliveries are kept, by the stop's id; of those without any, none. */
export async function countKept(
  client: StoreClient,
  stops: readonly CountedStop[],
): Promise<Map<string, number>> {
  if (stops.length === 0) return new Map();
  const { rows } = await client.query<{ id: string; kept: number }>(
    `select s.id, count(distinct l.delivery_id)::int as kept ${kept} group by s.id`,
    [JSON.stringify(stops)],
  );
  return new Map(rows.map((row) => [row.id, row.kept]));
}

/** Ids of kept deliveries in 64 hex digits, the oldest first. */
export async function keptLetters(
  client: StoreClient,
  stop: CountedStop,
  limit: number,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select encode(l.delivery_id, 'hex') as id ${kept} order by l.dead_at, l.delivery_id limit $2`,
    [JSON.stringify([stop]), limit],
  );
  return rows.map(({ id }) => id);
}

/** Takes what is kept off the list of dead letters. @returns how many */
export async function discardKept(
  client: StoreClient,
  stop: CountedStop,
  act: DiscardAct,
): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `with gone as (update dead_letters x set discarded_at = $2, discard_id = $3, discarded_by = $4,
       discarded_for = $5, discard_note = $6
     where x.delivery_id in (select l.delivery_id ${kept}) and x.replayed_at is null
     returning 1) select count(*)::int as n from gone`,
    [JSON.stringify([stop]), act.at, act.id, act.who, act.onBehalfOf, act.note],
  );
  return rows[0]?.n ?? 0;
}
