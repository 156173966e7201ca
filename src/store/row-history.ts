// Reads what has happened to one row of an application's table.
import type { StoreClient } from './client.ts';
import { eventColumns, eventTables, type StoredEvent } from './read-rows.ts';
import { rowRef } from './refs.ts';
import { correlationIdOf, eventIdOf, isDelivery, nameOf } from './sql.ts';

/** A row as events name it; `key` is its `id` as text, or a JSON array where several columns name it. */
export type RowName = { source: string; schema: string; table: string; key: string };

/** A place in a row's history: everything after it is older. */
export type RowPosition = { createdAt: string; eventId: string };

/** One write, told by one of the events that report it. */
export type StoredRowChange = StoredEvent & {
  /** All triggers that reported it, in order. */
  triggers: string[];
  /** The delivery that made it, as far as is known. */
  causeJob: string | null;
  causeCorrelationId: string | null;
};

const isWrite = (e: string): string => `${e}.op in ('I', 'U', 'D') and ${e}.row_ref is not null`;

/** The order of events in which one write is reported: the one that has its payload, if any has it, comes first. */
const tellsIt = `not exists (
  select from events o
  where o.row_ref = e.row_ref and ${isWrite('o')} and o.created_at = e.created_at and o.change_ref = e.change_ref
    and (not o.payload_kept, ${eventIdOf('o')} collate "C") < (not e.payload_kept, ${eventIdOf('e')} collate "C"))`;

/** The writes of a row, newest first: `limit` of them, older than `after` where it is given. */
export async function readRowHistory(
  client: StoreClient,
  row: RowName,
  page: { limit: number; after: RowPosition | null },
): Promise<StoredRowChange[]> {
  const older = page.after
    ? `and e.created_at <= $6::timestamptz and (e.created_at, ${eventIdOf('e')} collate "C") < ($6::timestamptz, $7)`
    : '';
  const { rows } = await client.query<StoredRowChange>(
    `select ${eventColumns()}, ${nameOf('c.job')} as "causeJob", ${correlationIdOf('c')} as "causeCorrelationId",
       (select coalesce(json_agg(distinct t.trigger) filter (where t.trigger is not null), '[]'::json)
        from (
          select ${nameOf('o.trigger')} as trigger from events o
          where o.row_ref = e.row_ref and ${isWrite('o')} and o.created_at = e.created_at
            and o.change_ref = e.change_ref) t) as triggers
     from ${eventTables}
     left join lateral (
       select x.* from deliveries x
       where ${isDelivery('x', 'coalesce(l.cause_trace_id, l.trace_id)', 'l.cause_ref')} limit 1) c on true
     where e.row_ref = $1::bigint and ${isWrite('e')} and e.row_key = $2 and ${nameOf('e.source')} = $3
       and ${nameOf('e.table_name')} = $4 and ${tellsIt} ${older}
     order by e.created_at desc, ${eventIdOf('e')} collate "C" desc limit $5`,
    [
      await rowRef(row),
      row.key,
      row.source,
      row.table,
      page.limit,
      ...(page.after ? [page.after.createdAt, page.after.eventId] : []),
    ],
  );
  return rows;
}
