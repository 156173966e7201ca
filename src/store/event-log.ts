// Reads Hasura's event log in an application's database, with a role that may only read. It walks small ranges of
// indexes, changes nothing, and reads no payload.
// Source: hasura/graphql-engine, server/src-rsr/init_pg_source.sql.
import type { StoreClient } from './client.ts';
import { utc } from './utc.ts';

export type LoggedEvent = {
  id: string;
  trigger: string;
  tableSchema: string;
  tableName: string;
  /** Without zone, six digits: the time of the writer's session. */
  createdAt: string;
  delivered: boolean;
  /** Hasura has given it up. */
  error: boolean;
};

export type EventLogState = {
  hasEventLog: boolean;
  /** An index that begins with `created_at`: without it a range of a large log cannot be read. */
  hasIndex: boolean;
  /** The planner's estimate. */
  estimatedRows: number;
  totalBytes: number;
};

export type PendingEvents = {
  pending: number;
  oldestPendingAt: string | null;
  /** Whose lock is older than half an hour: they are delivered again. */
  longLocked: number;
};

export async function readEventLogState(client: StoreClient): Promise<EventLogState> {
  const { rows } = await client.query<EventLogState>(
    `select true as "hasEventLog", greatest(c.reltuples, 0)::float8 as "estimatedRows",
       pg_total_relation_size(c.oid)::float8 as "totalBytes",
       exists (
         select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
         where i.indrelid = c.oid and i.indisvalid and i.indpred is null and a.attname = 'created_at') as "hasIndex"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'hdb_catalog' and c.relname = 'event_log'`,
  );
  return rows[0] ?? { hasEventLog: false, hasIndex: false, estimatedRows: 0, totalBytes: 0 };
}

/** What waits to be delivered: along Hasura's own index of it. */
export async function readPendingEvents(client: StoreClient): Promise<PendingEvents> {
  const { rows } = await client.query<PendingEvents>(
    `select count(*)::float8 as pending,
       ${utc("min(created_at) at time zone 'UTC'")} as "oldestPendingAt",
       (count(*) filter (where locked < now() - interval '30 minutes'))::float8 as "longLocked"
     from (
       select created_at, locked from hdb_catalog.event_log
       where not delivered and not error and not archived limit 100000) waiting`,
  );
  return rows[0] ?? { pending: 0, oldestPendingAt: null, longLocked: 0 };
}

const naive = `to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US')`;

/** A place in the event log: times without zone, then ids. A transaction's events share one time. */
export type LogPosition = { at: string; id: string };

/** Events after `from` and before `until`, in order. */
export async function readLoggedEvents(
  client: StoreClient,
  range: { from: LogPosition; until: string; limit: number },
): Promise<LoggedEvent[]> {
  const { rows } = await client.query<LoggedEvent>(
    `select id, trigger_name as trigger, schema_name as "tableSchema", table_name as "tableName",
       ${naive} as "createdAt", delivered, error
     from hdb_catalog.event_log
     where (created_at, id) > ($1::timestamp, $2) and created_at < $3::timestamp and not archived
     order by created_at, id limit $4`,
    [range.from.at, range.from.id, range.until, range.limit],
  );
  return rows;
}

/** Which of these the event log has. */
export async function findLoggedEvents(
  client: StoreClient,
  ids: readonly string[],
): Promise<Set<string>> {
  const { rows } = await client.query<{ id: string }>(
    'select id from hdb_catalog.event_log where id = any ($1::text[])',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Hasura's metadata, where this database keeps it; null where it does not, or may not be read. */
export async function readHasuraMetadata(client: StoreClient): Promise<unknown> {
  const readable = await client.query<{ may: boolean | null }>(
    `select has_table_privilege(to_regclass('hdb_catalog.hdb_metadata'), 'select') as may`,
  );
  if (readable.rows[0]?.may !== true) return null;
  const { rows } = await client.query<{ metadata: unknown }>(
    'select metadata from hdb_catalog.hdb_metadata where id = 1',
  );
  return rows[0]?.metadata ?? null;
}
