// Reads what has happened to one row of an application's table.
import type { StoreClient } from './client.ts';
import { eventColumns, eventTables, type StoredEvent } from './read-rows.ts';

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

/** As the generated column `events.row_id` has it. */
const rowId = `md5($1 || E'\\x1f' || $2 || E'\\x1f' || $3 || E'\\x1f' || $4)::uuid`;
const isWrite = (e: string): string =>
  `${e}.op in ('INSERT', 'UPDATE', 'DELETE') and ${e}.row_id is not null`;

/** Of the events that report one write, the one that tells it: with its payload, if any has it. */
const tellsIt = `not exists (
  select from events o
  where o.row_id = e.row_id and ${isWrite('o')} and o.created_at = e.created_at and o.change_id = e.change_id
    and (not o.payload_kept, o.id collate "C") < (not e.payload_kept, e.id collate "C"))`;

/** The writes of a row, newest first: `limit` of them, older than `after` where it is given. */
export async function readRowHistory(
  client: StoreClient,
  row: RowName,
  page: { limit: number; after: RowPosition | null },
): Promise<StoredRowChange[]> {
  const older = page.after ? 'and (e.created_at, e.id) < ($6::timestamptz, $7)' : '';
  const { rows } = await client.query<StoredRowChange>(
    `select ${eventColumns}, c.job as "causeJob", c.correlation_id as "causeCorrelationId",
       (select coalesce(json_agg(distinct o.trigger) filter (where o.trigger is not null), '[]'::json)
        from events o where o.row_id = e.row_id and ${isWrite('o')} and o.created_at = e.created_at
          and o.change_id = e.change_id) as triggers
     from ${eventTables} left join deliveries c on c.id = l.cause_delivery_id
     where e.row_id = ${rowId} and ${isWrite('e')} and ${tellsIt} ${older}
     order by e.created_at desc, e.id desc limit $5`,
    [
      row.source,
      row.schema,
      row.table,
      row.key,
      page.limit,
      ...(page.after ? [page.after.createdAt, page.after.eventId] : []),
    ],
  );
  return rows;
}
