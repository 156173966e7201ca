// Writes the rows of a batch. Every statement gives the same tables for any order and any repetition of
// the same records, and takes its row locks in ascending key order, so that consumers cannot deadlock.
import type { StoreClient } from './client.ts';
import { insertTraces } from './insert-traces.ts';
import { insertJobs } from './jobs.ts';
import type { EventRow, Rows, UnreadableRow } from './rows.ts';
import { storableJson } from './storable-json.ts';

/** What an event's earliest arrival told of it; a later one's account does not replace it. */
const factColumns = {
  kind: 'text',
  trigger: 'text',
  table_schema: 'text',
  table_name: 'text',
  op: 'text',
  row_key: 'text',
  created_at_raw: 'text',
  created_at: 'timestamptz',
  arrived_at: 'timestamptz',
  actor: 'text',
  previous_actor: 'text',
  session_correlation_id: 'text',
  session_user_name: 'text',
  session_variables: 'jsonb',
  context_trace_id: 'text',
  trace_id: 'uuid',
  starts_trace: 'boolean',
  named_hop_id: 'uuid',
  named_by: 'text',
} satisfies Partial<Record<keyof EventRow, string>>;

/** What comes with a payload: one record of an event can carry it while another had to leave it out. */
const payloadColumns = {
  change_id: 'uuid',
  old_row: 'jsonb',
  new_row: 'jsonb',
  payload_kept: 'boolean',
} satisfies Partial<Record<keyof EventRow, string>>;

const earlier = 'excluded.arrived_at < events.arrived_at';
const fuller = 'excluded.payload_kept and not events.payload_kept';
const eventColumns = { source: 'text', id: 'text', ...factColumns, ...payloadColumns };

const insertEvents = `
  insert into events (${Object.keys(eventColumns).join(', ')})
  select ${Object.keys(eventColumns).join(', ')}
  from json_to_recordset($1::json) as r (${typed(eventColumns)})
  order by source collate "C", id collate "C"
  on conflict (source, id) do update set
    ${[...choose(Object.keys(factColumns), earlier), ...choose(Object.keys(payloadColumns), fuller)].join(', ')}
  where ${earlier} or (${fuller})`;

const insertArrivals = `
  insert into arrivals (id, source, event_id, at, current_retry, max_retries)
  select id, source, event_id, at, current_retry, max_retries
  from json_to_recordset($1::json) as r (
    id uuid, source text, event_id text, at timestamptz, current_retry integer, max_retries integer)
  order by id
  on conflict (id) do nothing`;

/**
 * In the trace that its event is stored in. Of two arrivals of one webhook the earlier one's ID is kept, as
 * the event is: the one that belongs to that trace.
 */
const isOutside = (row: string): string =>
  `(left(${row}.hop_id::text, 26) <> left(excluded.trace_id::text, 26))`;
const insertDeliveries = `
  insert into deliveries
    (id, source, event_id, trace_id, target, algorithm, job, correlation_id, hop_id, rerun_of,
      is_rollout)
  select decode(r.id, 'hex'), r.source, r.event_id, e.trace_id, r.target, r.algorithm, r.job,
    r.correlation_id, r.hop_id, decode(r.rerun_of, 'hex'), r.is_rollout
  from json_to_recordset($1::json) as r (
    id text, source text, event_id text, target text, algorithm text, job text, correlation_id text,
    hop_id uuid, rerun_of text, is_rollout boolean)
  join events e on e.source = r.source and e.id = r.event_id
  order by decode(r.id, 'hex')
  on conflict (id) do update set correlation_id = excluded.correlation_id, hop_id = excluded.hop_id
  where (${isOutside('excluded')}, excluded.hop_id) < (${isOutside('deliveries')}, deliveries.hop_id)`;

/** Told twice, as running and as ended, in any order: the end stays. */
const insertAttempts = `
  insert into attempts
    (id, delivery_id, arrival_id, destination, started_at, ended_at, status, outcome, error, answer,
      degraded, skipped, works_in_background, row_id)
  select id, decode(delivery_id, 'hex'), arrival_id, destination, started_at, ended_at, status, outcome,
    error, answer, degraded, skipped, works_in_background, (
      select e.row_id from deliveries d join events e on e.source = d.source and e.id = d.event_id
      where d.id = decode(delivery_id, 'hex'))
  from json_to_recordset($1::json) as r (
    id uuid, delivery_id text, arrival_id uuid, destination text, started_at timestamptz,
    ended_at timestamptz, status integer, outcome text, error text, answer text,
    degraded boolean, skipped jsonb, works_in_background boolean)
  order by id
  on conflict (id) do update set
    ended_at = excluded.ended_at, status = excluded.status, outcome = excluded.outcome,
    error = excluded.error, answer = excluded.answer, works_in_background = excluded.works_in_background
  where attempts.ended_at is null and excluded.ended_at is not null`;

/** A delivery can die again after a replay: the latest death is what counts, and nobody has replayed it. */
const insertDeadLetters = `
  insert into dead_letters
    (delivery_id, source, dead_at, told_at, reason, first_attempt_at, status, error, destination, method,
      headers, body, body_key, facts)
  select decode(delivery_id, 'hex'), source, dead_at, told_at, reason, first_attempt_at, status, error,
    destination, method, headers, decode(body, 'base64'), body_key, facts
  from json_to_recordset($1::json) as r (
    delivery_id text, source text, dead_at timestamptz, told_at timestamptz, reason text, first_attempt_at timestamptz, status integer, error text, destination text, method text, headers json,
    body text, body_key text, facts json)
  order by decode(delivery_id, 'hex')
  on conflict (delivery_id) do update set
    dead_at = excluded.dead_at, told_at = excluded.told_at, reason = excluded.reason, first_attempt_at = excluded.first_attempt_at, status = excluded.status, error = excluded.error,
    destination = excluded.destination, method = excluded.method, headers = excluded.headers,
    body = excluded.body, body_key = excluded.body_key, facts = excluded.facts, replayed_at = null,
    discarded_at = null
  where excluded.told_at > dead_letters.told_at`;

const insertRefusals = `
  insert into refusals (id, at, source, status, reason, detail, count)
  select id, at, source, status, reason, detail, count
  from json_to_recordset($1::json) as r (
    id uuid, at timestamptz, source text, status integer, reason text, detail text, count integer)
  order by id
  on conflict (id) do nothing`;

const insertUnreadable = `
  insert into unreadable_records (message_id, position, received_at, reason, body)
  select message_id, position, received_at, reason, body
  from json_to_recordset($1::json) as r (
    message_id text, position integer, received_at timestamptz, reason text, body text)
  order by message_id, position
  on conflict (message_id, position) do nothing`;

/** Writes a batch's rows, in the caller's transaction: one round trip for each table that gets any. */
export async function insertRows(client: StoreClient, rows: Rows): Promise<void> {
  const steps: [string, readonly unknown[]][] = [
    [insertEvents, rows.events],
    [insertArrivals, rows.arrivals],
    [insertDeliveries, rows.deliveries],
    [insertJobs, rows.deliveries],
    [insertAttempts, rows.attempts],
    [insertDeadLetters, rows.deadLetters],
    [insertRefusals, rows.refusals],
  ];
  for (const [statement, list] of steps) {
    if (list.length > 0) await client.query(statement, [storableJson(list)]);
  }
  if (rows.events.length > 0) await insertTraces(client, rows.events);
}

/** Keeps records that could not be read or stored, with the reason. */
export async function insertUnreadableRows(
  client: StoreClient,
  rows: readonly UnreadableRow[],
): Promise<void> {
  if (rows.length > 0) await client.query(insertUnreadable, [storableJson(rows)]);
}

function typed(columns: Record<string, string>): string {
  return Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');
}

function choose(columns: readonly string[], condition: string): string[] {
  return columns.map(
    (column) =>
      `${column} = case when ${condition} then excluded.${column} else events.${column} end`,
  );
}
