// Keeps which trace a trace is joined to by a weak link. It reads links and decides nothing about them.
import type { StoreClient } from './client.ts';
import type { EventKey } from './rows.ts';
import { storableJson } from './storable-json.ts';

const beginnings = (trace: string): string =>
  `b.trace_id = ${trace} and (b.named_hop_id is null or b.starts_trace)`;

/**
 * Joins the traces of these events, and the traces whose weak links lead to a trace of these events, anew:
 * each to the trace of its earliest beginning's weak cause, or to none. Must run after the links are
 * written, in the same transaction.
 *
 * A trace is joined only to one that started strictly before it, so that no circle can stand. A trace's
 * start only ever moves back: for what is joined to it that changes nothing, and for the trace itself,
 * the batch that moved it comes here again. Whoever joins a trace holds its row, and reads the links and
 * starts after it got it: of two consumers the later one decides with what both have stored.
 */
export async function joinTraces(client: StoreClient, graded: readonly EventKey[]): Promise<void> {
  if (graded.length === 0) return;
  const found = await client.query<{ id: string }>(
    `with own as materialized (
       select distinct e.trace_id from json_to_recordset($1::json) as r (source text, id text)
       join events e on e.source = r.source and e.id = r.id)
     select trace_id as id from own
     union
     select e.trace_id from own o
     join links l on l.cause_trace_id = o.trace_id and l.evidence = 'weak'
     join events e on e.source = l.source and e.id = l.event_id`,
    [storableJson(graded.map(({ source, id }) => ({ source, id })))],
  );
  const ids = found.rows.map(({ id }) => id);
  await client.query(
    'select id from traces where id = any ($1::uuid[]) order by id for no key update',
    [ids],
  );
  const { rows } = await client.query<{ id: string; parent: string | null }>(
    `select t.id, (
       select l.cause_trace_id from events b
       join links l on l.source = b.source and l.event_id = b.id and l.evidence = 'weak'
       join traces c on c.id = l.cause_trace_id and c.started_at < t.started_at
       where ${beginnings('t.id')}
       order by b.created_at, b.source collate "C", b.id collate "C" limit 1) as parent
     from traces t where t.id = any ($1::uuid[])`,
    [ids],
  );
  await client.query(
    `update traces t set joined_to = k.parent
     from unnest($1::uuid[], $2::uuid[]) as k (id, parent)
     where t.id = any ($1::uuid[]) and t.id = k.id and t.joined_to is distinct from k.parent`,
    [rows.map(({ id }) => id), rows.map(({ parent }) => parent)],
  );
}
