// Makes the lines of traces from the events that are stored, never from a record's own account: a webhook can have come
// with another trace's.
import type { StoreClient } from './client.ts';
import { type EventKey, tracesOf } from './refs.ts';
import { isOfTraces, keyRows } from './sql.ts';
import { storableJson } from './storable-json.ts';

/** The start and the root are the earliest of what has come so far, whatever came first. */
const rootIsEarlier = `
  excluded.root_ref is not null and (traces.root_ref is null
    or (excluded.root_created_at, excluded.root_ref) < (traces.root_created_at, traces.root_ref))`;

/** An event is a root where it starts a trace, or joins one without naming a hop of it. */
const insert = `
  with brought as materialized (
    select e.trace_id, e.ref, e.source, e.created_at, e.named_hop is null or e.starts_trace as is_root
    from ${keyRows('$1')} join events e on e.trace_id = r."traceId" and e.ref = r.ref
    where ${isOfTraces('e', '$2')})
  insert into traces (id, source, started_at, root_ref, root_created_at)
  select b.trace_id, min(b.source), min(b.created_at),
    (array_agg(b.ref order by b.created_at, b.ref) filter (where b.is_root))[1],
    min(b.created_at) filter (where b.is_root)
  from brought b
  group by b.trace_id
  order by b.trace_id
  on conflict (id) do update set
    source = least(traces.source, excluded.source),
    started_at = least(traces.started_at, excluded.started_at),
    root_ref = case when ${rootIsEarlier} then excluded.root_ref else traces.root_ref end,
    root_created_at =
      case when ${rootIsEarlier} then excluded.root_created_at else traces.root_created_at end
  where excluded.started_at < traces.started_at or excluded.source < traces.source or (${rootIsEarlier})`;

/** Must run after the events of the batch are written, in the same transaction. */
export async function insertTraces(
  client: StoreClient,
  events: readonly EventKey[],
): Promise<void> {
  const keys = events.map(({ traceId, ref }) => ({ traceId, ref }));
  await client.query(insert, [storableJson(keys), tracesOf(keys)]);
}
