// All SQL of the running engine: locks, outcomes, redelivery. It never decides what an outcome is.
import type pg from 'pg';
import type { LockedEvent } from './event.ts';

/** Hasura fetches this many at once. */
export const batchSize = 100;

type Row = {
  id: string;
  schema_name: string;
  table_name: string;
  trigger_name: string;
  payload: string;
  tries: number;
  created_at: string;
};

export type Invocation = {
  triggerName: string;
  status: number | null;
  /** JSON texts. */
  request: string;
  response: string;
};

/**
 * Locks and returns what is due, at most a batch. A lock older than 30 minutes is taken over: whoever held it is
 * taken for dead (graphql-engine, `fetchEvents`).
 */
export async function lockDueEvents(
  pool: pg.Pool,
  triggerNames: readonly string[],
): Promise<LockedEvent[]> {
  const due = await pool.query<Row>(
    `update hdb_catalog.event_log set locked = now()
     where id in (
       select id from hdb_catalog.event_log
       where not delivered and not error and not archived
         and (locked is null or locked < now() - interval '30 minutes')
         and (next_retry_at is null or next_retry_at <= now())
         and trigger_name = any($2)
       order by locked nulls first, next_retry_at nulls first, created_at
       limit $1
       for update skip locked)
     returning id, schema_name, table_name, trigger_name, payload::text as payload, tries,
       to_char(created_at, 'YYYY-MM-DD HH24:MI:SS.US') as created_at`,
    [batchSize, triggerNames],
  );
  return due.rows.map((row) => ({
    id: row.id,
    schemaName: row.schema_name,
    tableName: row.table_name,
    triggerName: row.trigger_name,
    payloadText: row.payload,
    tries: row.tries,
    createdAtText: row.created_at,
  }));
}

/** Records a delivery and what became of the event, in one transaction. */
export async function recordInvocation(
  pool: pg.Pool,
  eventId: string,
  invocation: Invocation,
  outcome: { kind: 'delivered' } | { kind: 'error' } | { kind: 'retry'; delaySec: number },
): Promise<void> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    await client.query(
      `insert into hdb_catalog.event_invocation_logs (event_id, trigger_name, status, request, response)
       values ($1, $2, $3, $4, $5)`,
      [eventId, invocation.triggerName, invocation.status, invocation.request, invocation.response],
    );
    await client.query(
      `update hdb_catalog.event_log set tries = tries + 1, locked = null,
         delivered = delivered or $2, error = error or $3,
         next_retry_at = now() + make_interval(secs => $4)
       where id = $1`,
      [
        eventId,
        outcome.kind === 'delivered',
        outcome.kind === 'error',
        // Null where nothing is due again: the sum is null too.
        outcome.kind === 'retry' ? outcome.delaySec : null,
      ],
    );
    await client.query('commit');
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A connection that failed inside its transaction is thrown away.
    client.release(broken);
  }
}

/** Gives locks back without counting an attempt, as Hasura does on a graceful stop. */
export async function unlockEvents(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await pool.query(
    'update hdb_catalog.event_log set locked = null where id = any($1) and locked is not null',
    [ids],
  );
}

/**
 * Hasura's `pg_redeliver_event`: the event is new again, `tries` back at 0.
 * @throws when there is no such event, or it is being delivered now
 */
export async function redeliverEvent(pool: pg.Pool, eventId: string): Promise<void> {
  const marked = await pool.query(
    `update hdb_catalog.event_log set delivered = false, error = false, tries = 0
     where id = $1 and (locked is null or locked < now() - interval '30 minutes')`,
    [eventId],
  );
  if (marked.rowCount) return;
  const found = await pool.query('select 1 from hdb_catalog.event_log where id = $1', [eventId]);
  throw new Error(found.rowCount ? 'event is already being processed' : 'event not found');
}
