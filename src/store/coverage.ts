// Writes down what comparing an event log with what arrived has shown. What is compared, and when, is the caller's.
import type { StoreClient } from './client.ts';
import type { LogPosition, LoggedEvent } from './event-log.ts';
import { eventRef } from './refs.ts';
import { eventIdOf, nameOf, numberOf } from './sql.ts';
import { storableJson } from './storable-json.ts';
import { utc } from './utc.ts';

export type EventLogFinding = {
  source: string;
  state: 'ok' | 'needs_index' | 'unreachable' | 'no_event_log';
  /** For people. */
  detail: string;
  pending: number | null;
  oldestPendingAt: string | null;
  longLocked: number | null;
  estimatedRows: number | null;
  totalBytes: number | null;
};

/** Which of these ids have arrived at the edge. */
export async function findArrived(
  client: StoreClient,
  source: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const refs = await Promise.all(ids.map((id) => eventRef(source, id)));
  const { rows } = await client.query<{ id: string }>(
    `select ${eventIdOf('e')} as id from events e
     where e.ref = any ($1::bigint[]) and ${nameOf('e.source')} = $2 and ${eventIdOf('e')} = any ($3::text[])`,
    [refs, source, ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Hasura's events that arrived in a span of time, oldest first. */
export async function readArrivedIds(
  client: StoreClient,
  source: string,
  span: { from: string; until: string; limit: number },
): Promise<LoggedEvent[]> {
  const { rows } = await client.query<LoggedEvent>(
    `select ${eventIdOf('e')} as id, coalesce(${nameOf('e.trigger')}, '') as trigger,
       ${nameOf('e.table_schema')} as "tableSchema", ${nameOf('e.table_name')} as "tableName",
       ${utc('e.created_at')} as "createdAt", false as delivered, false as error
     from events e
     where e.source = (${numberOf('$1')}) and e.created_at >= $2::timestamptz and e.created_at < $3::timestamptz
       and e.named_by is not null and e.kind = 'h'
     order by e.created_at limit $4`,
    [source, span.from, span.until, span.limit],
  );
  return rows;
}

/** Keeps gaps; one that is known already stays as it was found. */
export async function insertGaps(
  client: StoreClient,
  found: {
    source: string;
    kind: 'never_arrived' | 'not_in_event_log';
    events: readonly LoggedEvent[];
    at: string;
  },
): Promise<void> {
  if (found.events.length === 0) return;
  await client.query(
    `insert into event_gaps (source, event_id, kind, trigger, table_schema, table_name, created_at, has_failed,
       found_at)
     select $1, r.id, $2, r.trigger, r."tableSchema", r."tableName",
       rtrim(r."createdAt", 'Z')::timestamp at time zone 'UTC', r.error, $3::timestamptz
     from json_to_recordset($4::json) as r (
       id text, trigger text, "tableSchema" text, "tableName" text, "createdAt" text, error boolean)
     order by r.id on conflict (source, event_id) do nothing`,
    [found.source, found.kind, found.at, storableJson(found.events)],
  );
}

/** Marks gaps of events that have arrived meanwhile. @param at RFC 3339 */
export async function resolveGaps(client: StoreClient, source: string, at: string): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `select event_id as id from event_gaps
     where source = $1 and resolved_at is null and kind = 'never_arrived' limit 10000`,
    [source],
  );
  const arrived = await findArrived(
    client,
    source,
    rows.map(({ id }) => id),
  );
  if (arrived.size === 0) return;
  await client.query(
    `update event_gaps set resolved_at = $2
     where source = $1 and event_id = any ($3::text[]) and resolved_at is null and kind = 'never_arrived'`,
    [source, at, [...arrived]],
  );
}

/** Up to where every event has been compared once; null before the first time. */
export async function readCheckedUntil(
  client: StoreClient,
  source: string,
): Promise<LogPosition | null> {
  const { rows } = await client.query<{ at: string | null; id: string | null }>(
    'select checked_until as at, checked_until_id as id from reconciliations where source = $1',
    [source],
  );
  const [row] = rows;
  return row && row.at !== null ? { at: row.at, id: row.id ?? '' } : null;
}

/** @param checked null: as far as before */
export async function upsertEventLog(
  client: StoreClient,
  finding: EventLogFinding,
  checked: LogPosition | null,
  at: string,
): Promise<void> {
  await client.query(
    `insert into reconciliations (source, checked_at, state, detail, checked_until, checked_until_id, pending,
       oldest_pending_at, long_locked, estimated_rows, total_bytes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (source) do update set checked_at = excluded.checked_at, state = excluded.state,
       detail = excluded.detail, checked_until = coalesce(excluded.checked_until, reconciliations.checked_until),
       checked_until_id = case when excluded.checked_until is null then reconciliations.checked_until_id
         else excluded.checked_until_id end,
       pending = excluded.pending, oldest_pending_at = excluded.oldest_pending_at,
       long_locked = excluded.long_locked, estimated_rows = excluded.estimated_rows,
       total_bytes = excluded.total_bytes`,
    [
      finding.source,
      at,
      finding.state,
      finding.detail,
      checked?.at ?? null,
      checked?.id ?? null,
      finding.pending,
      finding.oldestPendingAt,
      finding.longLocked,
      finding.estimatedRows,
      finding.totalBytes,
    ],
  );
  if (finding.estimatedRows === null || finding.totalBytes === null) return;
  await client.query(
    `insert into reconciliation_sizes (source, at, estimated_rows, total_bytes)
     values ($1, date_trunc('hour', $2::timestamptz), $3, $4) on conflict (source, at) do nothing`,
    [finding.source, at, finding.estimatedRows, finding.totalBytes],
  );
  await client.query(
    `delete from reconciliation_sizes where source = $1 and at < $2::timestamptz - interval '35 days'`,
    [finding.source, at],
  );
}

/** Replaces what is known of a source's event triggers. @param at RFC 3339 */
export async function replaceTriggerDefinitions(
  client: StoreClient,
  source: string,
  definitions: readonly { name: string; table: { schema: string; name: string } }[],
  at: string,
): Promise<void> {
  await client.query(
    'delete from trigger_definitions where source = $1 and name <> all ($2::text[])',
    [source, definitions.map(({ name }) => name)],
  );
  await client.query(
    `insert into trigger_definitions (source, name, table_schema, table_name, definition, read_at)
     select $1, r.definition ->> 'name', r.definition -> 'table' ->> 'schema', r.definition -> 'table' ->> 'name',
       r.definition, $2::timestamptz
     from json_array_elements($3::json) as r (definition) order by 2
     on conflict (source, name) do update set table_schema = excluded.table_schema,
       table_name = excluded.table_name, definition = excluded.definition, read_at = excluded.read_at`,
    [source, at, storableJson(definitions)],
  );
}
