// Keeps which trace a trace is joined to by a weak link. It reads links and decides nothing about them.
import type { StoreClient } from './client.ts';
import type { EventKey } from './refs.ts';
import { storableJson } from './storable-json.ts';

/**
 * Joins the traces of these events, and the traces whose weak links lead to a trace of these events, anew:
 * each to the trace of its earliest beginning's weak cause, or to none. Must run after the links are
 * written, in the same transaction.
 *
 * A trace is joined only to one that started strictly before it, so that no circle can stand. A trace's
 * start only ever moves back: for what is joined to it that changes nothing, and for the trace itself,
 * the batch that moved it comes here again. Whoever joins a trace holds its row, and reads the links and
 * starts after it got it: of two consumers the later one decides with what both have stored.
 *
 * @returns the traces that are joined otherwise than before, with those that they were joined to
 */
export async function joinTraces(
  client: StoreClient,
  graded: readonly EventKey[],
): Promise<string[]> {
  if (graded.length === 0) return [];
  const own = [...new Set(graded.map(({ traceId }) => traceId))];
  const found = await client.query<{ id: string }>(
    `select id from unnest($1::uuid[]) as own (id)
     union
     select l.trace_id from links l
     where l.cause_trace_id = any ($1::uuid[]) and l.evidence = 'w' and l.cause_trace_id is not null`,
    [own],
  );
  const ids = found.rows.map(({ id }) => id);
  await client.query(
    'select id from traces where id = any ($1::uuid[]) order by id for no key update',
    [ids],
  );
  const { rows } = await client.query<{ id: string; parent: string | null; before: string | null }>(
    `select t.id, t.joined_to as before, (
       select l.cause_trace_id from links l
       join events b on b.trace_id = l.trace_id and b.ref = l.event_ref
         and (b.named_hop is null or b.starts_trace)
       join traces c on c.id = l.cause_trace_id and c.started_at < t.started_at
       where l.trace_id = t.id and l.evidence = 'w' and l.cause_trace_id is not null
       order by b.created_at, b.ref limit 1) as parent
     from traces t where t.id = any ($1::uuid[])`,
    [ids],
  );
  const changes = storableJson(rows);
  const { rows: changed } = await client.query<{ id: string; before: string | null }>(
    `update traces t set joined_to = k.parent
     from json_to_recordset($2::json) as k (id uuid, parent uuid, before uuid)
     where t.id = any ($1::uuid[]) and t.id = k.id and t.joined_to is distinct from k.parent
     returning t.id, k.before`,
    [ids, changes],
  );
  return changed.flatMap(({ id, before }) => (before === null ? [id] : [id, before]));
}
