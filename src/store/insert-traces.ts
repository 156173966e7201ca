// Makes the lines of traces from the events that are stored, never from a record's own account: of two
// arrivals of one webhook the later one's trace was not kept.
import type { StoreClient } from './client.ts';
import type { EventKey } from './rows.ts';
import { storableJson } from './storable-json.ts';

/** The start and the root are the earliest of what has come so far, whatever came first. */
const rootIsEarlier = `
  excluded.root_event_id is not null and (traces.root_event_id is null
    or (excluded.root_created_at, excluded.root_source collate "C", excluded.root_event_id collate "C")
      < (traces.root_created_at, traces.root_source collate "C", traces.root_event_id collate "C"))`;

/** An event is a root where it starts a trace, or joins one without naming a hop of it. */
const insertFrom = (events: string): string => `
  with brought as materialized (select e.* from ${events}),
  roots as (
    select distinct on (trace_id) trace_id, source, id, created_at from brought
    where named_hop_id is null or starts_trace
    order by trace_id, created_at, source collate "C", id collate "C")
  insert into traces (id, source, started_at, root_source, root_event_id, root_created_at)
  select b.trace_id, min(b.source collate "C"), min(b.created_at), r.source, r.id, r.created_at
  from brought b left join roots r on r.trace_id = b.trace_id
  group by b.trace_id, r.source, r.id, r.created_at
  order by b.trace_id
  on conflict (id) do update set
    source = least(traces.source collate "C", excluded.source collate "C"),
    started_at = least(traces.started_at, excluded.started_at),
    root_source = case when ${rootIsEarlier} then excluded.root_source else traces.root_source end,
    root_event_id = case when ${rootIsEarlier} then excluded.root_event_id else traces.root_event_id end,
    root_created_at =
      case when ${rootIsEarlier} then excluded.root_created_at else traces.root_created_at end
  where excluded.started_at < traces.started_at
    or excluded.source collate "C" < traces.source collate "C" or (${rootIsEarlier})`;

const keyed = 'json_to_recordset($1::json) as r (source text, id text)';
const stored = `${keyed} join events e on e.source = r.source and e.id = r.id`;

/** Must run after the events and the deliveries of the batch are written, in the same transaction. */
export async function insertTraces(
  client: StoreClient,
  events: readonly EventKey[],
): Promise<void> {
  const keys = storableJson(events.map(({ source, id }) => ({ source, id })));
  await client.query(insertFrom(stored), [keys]);
  // An earlier arrival than the one that was known has placed its event elsewhere.
  const left = await client.query<{ id: string }>(
    `select t.id from ${stored} join traces t on t.root_source = e.source and t.root_event_id = e.id
     where t.id <> e.trace_id order by t.id for update of t`,
    [keys],
  );
  if (left.rows.length === 0) return;
  const ids = left.rows.map(({ id }) => id);
  await client.query(
    `update deliveries d set trace_id = e.trace_id
     from ${stored} where d.source = e.source and d.event_id = e.id and d.trace_id <> e.trace_id`,
    [keys],
  );
  await client.query(
    `delete from traces t where t.id = any ($1::uuid[])
       and not exists (select from events e where e.trace_id = t.id)`,
    [ids],
  );
  await client.query(
    `update traces set root_source = null, root_event_id = null, root_created_at = null
     where id = any ($1::uuid[])`,
    [ids],
  );
  await client.query(insertFrom('events e where e.trace_id = any ($1::uuid[])'), [ids]);
}
