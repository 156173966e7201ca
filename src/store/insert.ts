// Writes the rows of a batch. Every statement gives the same tables for any order and any repetition of
// the same records, and takes its row locks in ascending key order, so that consumers cannot deadlock.
import type { StoreClient } from './client.ts';
import { type CompactRows, compactRows, eventRefs, keyOf, textsOf } from './compact-rows.ts';
import { furtherArrivalsOf } from './further-arrivals.ts';
import {
  insertAttempts,
  insertFurtherArrivals,
  type WrittenDelivery,
  type WrittenEvent,
} from './insert-once.ts';
import { insertTraces } from './insert-traces.ts';
import { insertJobs } from './jobs.ts';
import { internNames, type Names } from './names.ts';
import { type AttemptKey, type DeliveryKey, type EventKey, keyText, tracesOf } from './refs.ts';
import { arrayRows, arraysOf, type ColumnTypes, namesIn } from './row-arrays.ts';
import type { Rows, UnreadableRow } from './rows.ts';
import { isOfTraces } from './sql.ts';
import { cleanedText, storableJson } from './storable-json.ts';

/** What an event's earliest arrival told of it; a later one's account does not replace it. */
const factColumns = {
  created_at: 'timestamptz',
  arrived_at: 'timestamptz',
  written_raw: 'timestamp',
  has_zone: 'boolean',
  raw_text: 'text',
  kind: '"char"',
  trigger: 'integer',
  table_schema: 'integer',
  table_name: 'integer',
  op: '"char"',
  row_ref: 'bigint',
  row_key: 'text',
  actor: 'integer',
  actor_uuid: 'uuid',
  actor_is_named: 'boolean',
  previous_actor: 'integer',
  previous_actor_uuid: 'uuid',
  previous_is_named: 'boolean',
  session_correlation: 'integer',
  session_uuid: 'uuid',
  session_is_named: 'boolean',
  session_user_name: 'integer',
  context_ref: 'bigint',
  context_trace_id: 'uuid',
  starts_trace: 'boolean',
  named_hop: 'bigint',
  named_trace_id: 'uuid',
  named_by: '"char"',
  is_test: 'boolean',
};

/** What comes with a payload: one record of an event can carry it while another had to leave it out. */
const payloadColumns = { change_ref: 'bigint', payload_kept: 'boolean', lacks_actor: 'boolean' };

/** The arrival that is recorded first stays with its event, whichever came first. */
const ownColumns = {
  trace_id: 'uuid',
  ref: 'bigint',
  source: 'integer',
  uuid_id: 'uuid',
  text_id: 'text',
  arrival_id: 'uuid',
  arrival_at: 'timestamptz',
  current_retry: 'integer',
  max_retries: 'integer',
};

/** What has the same ref and is another event is left alone, and found by {@link findTaken}. */
const isSame = `(events.source, events.uuid_id, events.text_id)
  is not distinct from (excluded.source, excluded.uuid_id, excluded.text_id)`;
const earlier = 'excluded.arrived_at < events.arrived_at';
const fuller = 'excluded.payload_kept and not events.payload_kept';
const eventColumns = { ...ownColumns, ...factColumns, ...payloadColumns };

const insertEvents = `
  insert into events (${namesIn(eventColumns)})
  select ${namesIn(eventColumns)} from ${arrayRows(eventColumns)} order by trace_id, ref
  on conflict (trace_id, ref) do update set
    ${[...choose(Object.keys(factColumns), earlier), ...choose(Object.keys(payloadColumns), fuller)].join(', ')},
    arrival_at = case when ${earlier} then coalesce(events.arrival_at, events.arrived_at)
      else events.arrival_at end
  where ${isSame} and (${earlier} or (${fuller}))
  returning trace_id as "traceId", ref::text, arrival_id as "arrivalId"`;

/** What was told of another trace than the one that the event stands in places nothing there. */
const insertElsewhere = `
  insert into events (${namesIn(eventColumns)})
  select ${namesIn(eventColumns)} from ${arrayRows(eventColumns)} order by trace_id, ref
  on conflict (trace_id, ref) do nothing
  returning trace_id as "traceId", ref::text, arrival_id as "arrivalId"`;

/** 64 bits and the trace are as good as unique by chance, and can be made equal by somebody who tries. */
const findTaken = `
  select coalesce(r.text_id, r.uuid_id::text) as id
  from json_to_recordset($1::json) as r (trace_id uuid, ref bigint, source integer, uuid_id uuid, text_id text)
  join events e on e.trace_id = r.trace_id and e.ref = r.ref
  where ${isOfTraces('e', '$3')} and (e.source, e.uuid_id, e.text_id) is distinct from (r.source, r.uuid_id, r.text_id)
  union all
  select d.id from json_to_recordset($2::json) as d (
    id text, trace_id uuid, event_ref bigint, ref bigint, target integer)
  join deliveries x on x.trace_id = d.trace_id and x.event_ref = d.event_ref and x.ref = d.ref
  where ${isOfTraces('x', '$3')} and (x.target, x.id) is distinct from (d.target, decode(d.id, 'hex'))`;

const insertPayloads = `
  insert into payloads
    (trace_id, event_ref, is_delta, changed, old_row, new_row, session_variables, context_text)
  select trace_id, event_ref, is_delta, changed, old_row, new_row, session_variables, context_text
  from json_to_recordset($1::json) as r (
    trace_id uuid, event_ref bigint, is_delta boolean, changed text[], old_row jsonb, new_row jsonb,
    session_variables jsonb, context_text text)
  order by trace_id, event_ref
  on conflict (trace_id, event_ref) do update set
    is_delta = excluded.is_delta, changed = excluded.changed, old_row = excluded.old_row,
    new_row = excluded.new_row,
    session_variables = coalesce(excluded.session_variables, payloads.session_variables)
  where payloads.old_row is null and payloads.new_row is null
    and (excluded.old_row is not null or excluded.new_row is not null)`;

const deliveryColumns = {
  trace_id: 'uuid',
  event_ref: 'bigint',
  ref: 'bigint',
  rerun_of: 'bigint',
  source: 'integer',
  target: 'integer',
  algorithm: 'integer',
  job: 'integer',
  named: 'integer',
  is_rollout: 'boolean',
  id: 'text',
};

const insertDeliveries = `
  insert into deliveries
    (trace_id, event_ref, ref, rerun_of, source, target, algorithm, job, named, is_rollout, id)
  select trace_id, event_ref, ref, rerun_of, source, target, algorithm, job, named, is_rollout,
    decode(id, 'hex')
  from ${arrayRows(deliveryColumns)}
  order by trace_id, event_ref, ref
  on conflict (trace_id, event_ref, ref) do nothing
  returning trace_id as "traceId", event_ref::text as "eventRef", ref::text`;

/** Which side of a rollout an event takes can change until it comes again: its latest arrival tells. */
const correctSides = `
  with changed as materialized (
    select d.trace_id, d.event_ref, d.ref, r.is_rollout, r.told_at
    from json_to_recordset($1::json) as r (
      trace_id uuid, event_ref bigint, ref bigint, is_rollout boolean, told_at timestamptz)
    join deliveries d on d.trace_id = r.trace_id and d.event_ref = r.event_ref and d.ref = r.ref
    join events e on e.trace_id = r.trace_id and e.ref = r.event_ref
    where ${isOfTraces('d', '$2')} and ${isOfTraces('e', '$2')} and d.is_rollout is distinct from r.is_rollout
      and r.told_at >= coalesce(e.arrival_at, e.arrived_at)),
  told as materialized (
    select c.trace_id, c.event_ref, c.ref, c.is_rollout
    from changed c join deliveries d on d.trace_id = c.trace_id and d.event_ref = c.event_ref and d.ref = c.ref
    where ${isOfTraces('d', '$2')} and not exists (
      select from ${furtherArrivalsOf('c.trace_id', 'c.event_ref', (x) => isOfTraces(x, '$2'))} f where f.at > c.told_at)
    order by d.trace_id, d.event_ref, d.ref for update of d)
  update deliveries d set is_rollout = t.is_rollout from told t
  where d.trace_id = t.trace_id and d.event_ref = t.event_ref and d.ref = t.ref and ${isOfTraces('d', '$2')}`;

/** A delivery can die again after a replay: the latest death is what counts, and nobody has replayed it. */
const insertDeadLetters = `
  insert into dead_letters
    (delivery_id, trace_id, ref, source, dead_at, told_at, reason, first_attempt_at, status, error,
      destination, method, headers, body, body_key, facts)
  select decode(delivery_id, 'hex'), trace_id, ref, source, dead_at, told_at, reason, first_attempt_at,
    status, error, destination, method, headers, decode(body, 'base64'), body_key, facts
  from json_to_recordset($1::json) as r (
    delivery_id text, trace_id uuid, ref bigint, source text, dead_at timestamptz, told_at timestamptz,
    reason text, first_attempt_at timestamptz, status integer, error text, destination text, method text,
    headers json, body text, body_key text, facts json)
  order by decode(delivery_id, 'hex')
  on conflict (delivery_id) do update set
    dead_at = excluded.dead_at, told_at = excluded.told_at, reason = excluded.reason,
    first_attempt_at = excluded.first_attempt_at, status = excluded.status, error = excluded.error,
    destination = excluded.destination, method = excluded.method, headers = excluded.headers,
    body = excluded.body, body_key = excluded.body_key, facts = excluded.facts, replayed_at = null,
    discarded_at = null, discard_id = null, discarded_by = null, discarded_for = null, discard_note = null
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

/** What a batch has brought, by the keys that it is stored under. */
export type StoredKeys = { events: EventKey[]; deliveries: DeliveryKey[]; attempts: AttemptKey[] };

/** The ref of a record's event or delivery belongs to another one: it is kept apart, not stored over it. */
export class RefTaken extends Error {
  override readonly name = 'RefTaken';
  /** unique_violation: the record is at fault, and will be again. */
  readonly code = '23505';
}

/**
 * Writes a batch's rows, in the caller's transaction: one round trip for each table that gets any.
 * @throws RefTaken
 */
export async function insertRows(client: StoreClient, rows: Rows): Promise<StoredKeys> {
  const names = await internNames(client, textsOf(rows));
  const refs = await eventRefs(rows);
  const placed = await placeWebhooks(client, rows, names, refs);
  const compact = await compactRows(rows, names, refs, placed);
  const events = [
    ...(await insertArrays<WrittenEvent>(
      client,
      insertEvents,
      eventColumns,
      compact.events.filter((event) => !event.isElsewhere),
    )),
    ...(await insertArrays<WrittenEvent>(
      client,
      insertElsewhere,
      eventColumns,
      compact.events.filter((event) => event.isElsewhere),
    )),
  ];
  await insertEach(client, [[insertPayloads, compact.payloads]]);
  const deliveries = await insertArrays<WrittenDelivery>(
    client,
    insertDeliveries,
    deliveryColumns,
    compact.deliveries,
  );
  await insertEach(client, [
    [insertJobs, jobsOf(compact)],
    [insertDeadLetters, compact.deadLetters],
    [insertRefusals, rows.refusals],
  ]);
  const attempts = await insertFurtherArrivals(client, compact, events);
  await insertAttempts(client, attempts, deliveries);
  await compareKnown(client, compact, { events, deliveries });
  if (compact.events.length > 0) await insertTraces(client, compact.events);
  return {
    events: compact.events.map(({ traceId, ref }) => ({ traceId, ref })),
    deliveries: compact.deliveries.map(({ traceId, ref }) => ({ traceId, ref })),
    attempts: compact.attempts.map((row) => ({
      traceId: row.trace_id,
      deliveryRef: row.delivery_ref,
      id: row.id,
      eventRef: row.eventRef,
    })),
  };
}

/** One after the other, those that get any rows. */
async function insertEach(
  client: StoreClient,
  steps: readonly [statement: string, rows: readonly unknown[]][],
): Promise<void> {
  for (const [statement, list] of steps) {
    if (list.length > 0) await client.query(statement, [storableJson(list)]);
  }
}

/** @returns what the statement returns */
async function insertArrays<Returned>(
  client: StoreClient,
  statement: string,
  columns: ColumnTypes,
  list: readonly Readonly<Record<string, unknown>>[],
): Promise<Returned[]> {
  if (list.length === 0) return [];
  return (await client.query<Returned>(statement, arraysOf(columns, list))).rows;
}

/**
 * Looks at the events and deliveries that were there before: whether they are the same, and which side of a rollout they
 * take now.
 * @throws RefTaken
 */
async function compareKnown(
  client: StoreClient,
  compact: CompactRows,
  written: { events: readonly WrittenEvent[]; deliveries: readonly WrittenDelivery[] },
): Promise<void> {
  const events = withoutWritten(compact.events, written.events.map(keyText), keyText);
  const deliveries = withoutWritten(
    compact.deliveries,
    written.deliveries.map((key) => `${keyText(key)} ${key.eventRef}`),
    (row) => `${keyText(row)} ${String(row['event_ref'])}`,
  );
  const traces = tracesOf(events, deliveries);
  if (deliveries.length > 0) await client.query(correctSides, [storableJson(deliveries), traces]);
  if (traces.length > 0) await refuseTaken(client, { events, deliveries }, traces);
}

/** The rows whose keys have not been written, or which share a key with another one: only one of these was. */
function withoutWritten<Row>(
  rows: readonly Row[],
  written: readonly string[],
  textOfRow: (row: Row) => string,
): Row[] {
  const keys = new Set(written);
  const times = new Map<string, number>();
  for (const row of rows) times.set(textOfRow(row), (times.get(textOfRow(row)) ?? 0) + 1);
  return rows.filter((row) => !keys.has(textOfRow(row)) || times.get(textOfRow(row)) !== 1);
}

/**
 * The trace of each webhook, by source and id: the one that it was recorded in first. Its row is held until the
 * transaction ends, so that two deliveries of one webhook end up in one trace, and see each other's attempts.
 */
async function placeWebhooks(
  client: StoreClient,
  rows: Rows,
  names: Names,
  refs: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const webhooks = rows.events.filter((event) => event.kind === 'webhook');
  if (webhooks.length === 0) return new Map();
  const keys = storableJson(
    webhooks.map((event) => ({
      event_ref: refs.get(keyOf(event.source, event.id)),
      source: names.get(cleanedText(event.source)),
      trace_id: event.trace_id,
    })),
  );
  const given = `json_to_recordset($1::json) as r (event_ref bigint, source integer, trace_id uuid)`;
  await client.query(
    `insert into webhook_places (event_ref, source, trace_id)
     select event_ref, source, trace_id from ${given} order by event_ref, source
     on conflict (event_ref, source) do nothing`,
    [keys],
  );
  const { rows: found } = await client.query<{
    event_ref: string;
    source: number;
    trace_id: string;
  }>(
    `select p.event_ref::text, p.source, p.trace_id
     from ${given} join webhook_places p on p.event_ref = r.event_ref and p.source = r.source
     order by p.event_ref, p.source for no key update of p`,
    [keys],
  );
  const byRef = new Map(found.map((row) => [`${row.source} ${row.event_ref}`, row.trace_id]));
  return new Map(
    webhooks.map(({ source, id, trace_id }) => [
      keyOf(source, id),
      byRef.get(`${names.get(cleanedText(source))} ${refs.get(keyOf(source, id))}`) ?? trace_id,
    ]),
  );
}

/** Each once. */
function jobsOf({ deliveries }: CompactRows): object[] {
  const jobs = deliveries.map(({ source, job }): [string, object] => [
    `${String(source)} ${String(job)}`,
    { source, job },
  ]);
  return [...new Map(jobs).values()];
}

async function refuseTaken(
  client: StoreClient,
  compact: Pick<CompactRows, 'events' | 'deliveries'>,
  traces: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ id: string | null }>(findTaken, [
    storableJson(
      compact.events.map(({ trace_id, ref, source, uuid_id, text_id }) => ({
        trace_id,
        ref,
        source,
        uuid_id,
        text_id,
      })),
    ),
    storableJson(
      compact.deliveries.map(({ id, trace_id, event_ref, ref, target }) => ({
        id,
        trace_id,
        event_ref,
        ref,
        target,
      })),
    ),
    traces,
  ]);
  const [taken] = rows;
  if (taken) {
    throw new RefTaken(
      `Another event or delivery of the same trace has the same 64 bits of hash as ${taken.id ?? 'a delivery'}.`,
    );
  }
}

/** Keeps records that could not be read or stored, with the reason. */
export async function insertUnreadableRows(
  client: StoreClient,
  rows: readonly UnreadableRow[],
): Promise<void> {
  if (rows.length > 0) await client.query(insertUnreadable, [storableJson(rows)]);
}

function choose(columns: readonly string[], condition: string): string[] {
  return columns.map(
    (column) =>
      `${column} = case when ${condition} then excluded.${column} else events.${column} end`,
  );
}
