// Reads everything of some traces: events, deliveries and their attempts, column by column. Texts that repeat come as numbers
// and are looked up once, and rows find each other in the Worker: asked for row by row, both are most of the time that a large
// cascade takes.
import type { StoreClient } from './client.ts';
import { evidenceCodes, outcomeCodes, ruleCodes, wordOf } from './codes.ts';
import { arrivedAtOf } from './further-arrivals.ts';
import {
  type AttemptRow,
  type DeliveryRow,
  type EventRow,
  deliveriesOf,
  eventsOf,
  type Name,
  retryBits,
} from './nodes-of-columns.ts';
import { type Columns, type Expressions, readColumns } from './read-columns.ts';
import {
  deliveryTables,
  deliveryTablesIn,
  eventTablesIn,
  isDead,
  type StoredDelivery,
  type StoredEvent,
  willBeTriedIf,
} from './read-rows.ts';
import { keyText, refOfHex } from './refs.ts';
import {
  deliveryIdOf,
  errorOf,
  eventIdOf,
  isDelivery,
  isOfTraces,
  kindOf,
  oldRowOf,
  opOf,
  payloadRemovedAt,
} from './sql.ts';

/** A time as JSON has it, see `nodes-of-columns.ts`: writing it in the API's form takes Postgres three times as long. */
const timeOf = (expression: string): string => `${expression} at time zone 'UTC'`;

/** Among those that are asked for. They are few: a join would mislead the planner about how many rows there are. */
const placeOf = (row: string): string => `array_position($1::uuid[], ${row}.trace_id)`;

/** Whether arrival `a`, or the one that event `a` has with it, leaves its sender another try. */
const leavesRetry = (a: string): string => `coalesce(${a}.current_retry < ${a}.max_retries, false)`;

// What few deliveries have is looked up for those alone.
const hasArrivedAgain = `(d.trace_id, d.event_ref) in (
  select a.trace_id, a.event_ref from arrivals a where ${isOfTraces('a', '$1')})`;
const hasLetter = `(d.trace_id, d.ref) in (
  select x.trace_id, x.ref from dead_letters x where ${isOfTraces('x', '$1')})`;

const eventColumns: Expressions<EventRow> = {
  id: eventIdOf('e'),
  source: 'e.source',
  kind: { sql: kindOf('e'), mostly: 'hasura' },
  trigger: 'e.trigger',
  tableSchema: 'e.table_schema',
  tableName: 'e.table_name',
  op: opOf('e'),
  rowKey: 'e.row_key',
  actor: 'e.actor',
  actorUuid: { sql: 'e.actor_uuid', mostly: null },
  actorIsNamed: { sql: 'e.actor_is_named', mostly: true },
  previousActor: { sql: 'e.previous_actor', mostly: null },
  previousUuid: { sql: 'e.previous_actor_uuid', mostly: null },
  previousIsNamed: { sql: 'e.previous_is_named', mostly: false },
  sessionUser: { sql: 'e.session_user_name', mostly: null },
  sessionCorrelationId: 'e.session_correlation',
  sessionUuid: { sql: 'e.session_uuid', mostly: null },
  sessionIsNamed: { sql: 'e.session_is_named', mostly: true },
  namedTraceId: { sql: 'e.named_trace_id', mostly: null },
  namedHop: 'to_hex(e.named_hop)',
  sessionVariables: { sql: 'p.session_variables', mostly: null },
  createdAt: timeOf('e.created_at'),
  arrivedAt: timeOf('e.arrived_at'),
  trace: { sql: placeOf('e'), mostly: 1 },
  startsTrace: { sql: 'e.starts_trace', mostly: false },
  changeId: `lpad(to_hex(e.change_ref), 16, '0')`,
  oldRow: oldRowOf('p'),
  newRow: 'p.new_row',
  payloadKept: 'e.payload_kept',
  isTest: { sql: 'e.is_test', mostly: false },
  payloadRemovedAt: { sql: timeOf(payloadRemovedAt), mostly: null },
  evidence: { sql: wordOf('l.evidence', evidenceCodes), mostly: 'certain' },
  rule: { sql: wordOf('l.rule', ruleCodes), mostly: 'session' },
  reason: { sql: 'l.reason', mostly: null },
  named: 'l.named',
  causeTraceId: { sql: 'l.cause_trace_id', mostly: null },
  causeRef: 'to_hex(l.cause_ref)',
};

const eventsInOrder = `${eventTablesIn('$1')} where ${isOfTraces('e', '$1')}
  order by e.created_at, e.arrived_at, e.source, e.ref`;

const deliveryColumns: Expressions<DeliveryRow> = {
  id: deliveryIdOf('d', 'e', { source: 's.text', target: 't.text' }),
  ref: 'to_hex(d.ref)',
  source: 'd.source',
  eventId: eventIdOf('e'),
  trace: { sql: placeOf('d'), mostly: 1 },
  job: 'd.job',
  target: 'd.target',
  algorithm: 'd.algorithm',
  named: 'd.named',
  retries: `(${willBeTriedIf(hasLetter)})::int * ${retryBits.willBeTried} + ${leavesRetry('e')}::int * ${retryBits.ownLeavesRetry}`,
  ownArrivalAt: { sql: timeOf('e.arrival_at'), mostly: null },
  arrivalsAlone: {
    sql: `case when ${hasArrivedAgain} then (
      select json_agg(json_build_array(a.id, ${timeOf('a.at')}, ${leavesRetry('a')})) from arrivals a
      where a.trace_id = d.trace_id and a.event_ref = d.event_ref and ${isOfTraces('a', '$1')}) end`,
    mostly: null,
  },
  isDead: { sql: `case when ${hasLetter} then ${isDead} else false end`, mostly: false },
  rerunOfRef: { sql: 'to_hex(d.rerun_of)', mostly: null },
  isRollout: { sql: 'd.is_rollout', mostly: null },
};

/**
 * Each name is looked up along its index, and remembered where Postgres knows how many rows there are: where it expects one,
 * as among ten million events, it would go through all names for each of ten thousand deliveries.
 */
const nameIn = (column: string, as: string): string =>
  `cross join lateral (select n.text from names n where n.id = ${column} limit 1) ${as}`;
const deliveriesOfTraces = `${deliveryTablesIn('$1')}
  ${nameIn('d.source', 's')} ${nameIn('d.target', 't')} where ${isOfTraces('d', '$1')}`;

const attemptColumns: Expressions<AttemptRow> = {
  trace: { sql: placeOf('a'), mostly: 1 },
  deliveryRef: 'to_hex(a.delivery_ref)',
  id: 'a.id',
  destination: 'a.destination',
  startedAt: timeOf('a.started_at'),
  endedAt: timeOf('a.ended_at'),
  status: { sql: 'a.status', mostly: 200 },
  outcome: { sql: wordOf('a.outcome', outcomeCodes), mostly: 'delivered' },
  error: { sql: errorOf('a'), mostly: null },
  answer: { sql: 'a.answer', mostly: null },
  degraded: { sql: 'a.degraded', mostly: false },
  worksInBackground: { sql: 'a.works_in_background', mostly: false },
  skipped: { sql: 'a.skipped', mostly: null },
  arrival: {
    sql: `case when a.arrival_id is not null then
      json_build_array(a.arrival_id, ${timeOf(arrivedAtOf('a'))}, ${leavesRetry('a')}) end`,
    mostly: null,
  },
};

const attemptsInOrder = `attempts a where ${isOfTraces('a', '$1')} order by a.started_at, a.delivery_ref, a.id`;

/**
 * All events and deliveries of these traces, each in the order of time.
 * @param meanwhile is called with the deliveries while Postgres reads the events, which takes it longest: what is done with
 * them then costs no time
 */
export async function readTraceNodes(
  client: StoreClient,
  traceIds: readonly string[],
  meanwhile: (deliveries: readonly StoredDelivery[]) => void = () => {},
): Promise<{ events: StoredEvent[]; deliveries: StoredDelivery[] }> {
  const rows = await readColumns<DeliveryRow>(client, deliveryColumns, deliveriesOfTraces, [
    traceIds,
  ]);
  const attempts = await readColumns<AttemptRow>(client, attemptColumns, attemptsInOrder, [
    traceIds,
  ]);
  const names = await readNames(client, [
    rows.source,
    rows.job,
    rows.target,
    rows.algorithm,
    rows.named,
    attempts.destination,
  ]);
  const [events, { deliveries, idOf, further }] = await Promise.all([
    readColumns<EventRow>(client, eventColumns, eventsInOrder, [traceIds]),
    whileItIsAsked(() => {
      const read = deliveriesOf({ traceIds, deliveries: rows, attempts, names });
      meanwhile(read.deliveries);
      return read;
    }),
  ]);
  const eventNames = await readNames(client, [
    events.source,
    events.trigger,
    events.tableSchema,
    events.tableName,
    events.actor,
    events.previousActor,
    events.sessionUser,
    events.sessionCorrelationId,
    events.reason,
    events.named,
  ]);
  const elsewhere = await readIds(client, causesElsewhere(events, new Set(traceIds)));
  return {
    events: eventsOf({ traceIds, events, names: eventNames, here: idOf, elsewhere, further }),
    deliveries,
  };
}

/** What it throws is told as what is asked beside it is: a statement leaves as soon as it is asked. */
async function whileItIsAsked<T>(work: () => T): Promise<T> {
  return work();
}

async function readNames(
  client: StoreClient,
  columns: readonly (readonly (Name | null)[])[],
): Promise<ReadonlyMap<Name, string>> {
  const used = new Set<Name | null>();
  for (const column of columns) for (const name of column) used.add(name);
  used.delete(null);
  const { rows } = await client.query<{ id: Name; text: string }>(
    'select n.id, n.text from names n where n.id = any ($1::int[])',
    [[...used]],
  );
  return new Map(rows.map(({ id, text }) => [id, text]));
}

/** The deliveries that these events lead to in other traces. */
function causesElsewhere(
  { causeTraceId, causeRef }: Columns<EventRow>,
  here: ReadonlySet<string>,
): { traceId: string; ref: string }[] {
  return causeTraceId.flatMap((traceId, row) => {
    const ref = causeRef[row];
    return traceId === null || here.has(traceId) || !ref ? [] : { traceId, ref };
  });
}

/** The ids of deliveries by their keys, of those that there are. */
async function readIds(
  client: StoreClient,
  keys: readonly { traceId: string; ref: string }[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const { rows } = await client.query<{ traceId: string; ref: string; id: string }>(
    `select k."traceId", to_hex(k.ref) as ref, c.id
     from json_to_recordset($1::json) as k ("traceId" uuid, ref bigint)
     cross join lateral (
       select ${deliveryIdOf('d', 'e')} as id from ${deliveryTables}
       where ${isDelivery('d', 'k."traceId"', 'k.ref')} limit 1) c`,
    [JSON.stringify(keys.map(({ traceId, ref }) => ({ traceId, ref: refOfHex(ref) })))],
  );
  return new Map(rows.map(({ id, ...key }) => [keyText(key), id]));
}
