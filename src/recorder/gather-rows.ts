// Turns a batch of records into the rows they are stored as, each key once. What two records say of one
// thing is merged by the rules that the store merges by, so that it makes no difference where they meet.
import { namedBy } from '../correlation/named-by.ts';
import { namedCause } from '../causes/named-cause.ts';
import type { AttemptRecord, DeadLetterRecord, RecordMessage } from '../store/record.ts';
import type { AttemptRow, DeadLetterRow, DeliveryRow, EventRow, Rows } from '../store/rows.ts';
import { changeId } from './change-id.ts';
import { writtenAt } from './written-at.ts';

type ToldEvent = Exclude<RecordMessage, { type: 'refusal' }>;
type ToldDelivery = { row: DeliveryRow; arrivedAt: string };
/** An event's row without its change, which is told by the record that the payload is of. */
type EventSoFar = { row: Omit<EventRow, 'change_id'>; payloadOf: ToldEvent['event'] };

/** Makes the rows of a batch. Pure but for hashing. */
export async function gatherRows(records: readonly RecordMessage[]): Promise<Rows> {
  const events = new Map<string, EventSoFar>();
  const deliveries = new Map<string, ToldDelivery>();
  const attempts = new Map<string, AttemptRow>();
  const deadLetters = new Map<string, DeadLetterRow>();
  const rows: Rows = {
    events: [],
    arrivals: [],
    deliveries: [],
    attempts: [],
    deadLetters: [],
    refusals: [],
  };
  for (const record of records) {
    if (record.type === 'refusal') {
      const { id, at, source, status, reason, detail, count } = record;
      rows.refusals.push({ id, at, source, status, reason, detail, count });
      continue;
    }
    const { event } = record;
    const key = `${event.source}\0${event.id}`;
    const there = events.get(key);
    events.set(key, there ? withRecord(there, record) : eventOf(record));
    if (record.type === 'attempt') {
      const row = attemptRow(record);
      merge(attempts, row.id, row, mergeAttempts);
    } else if (record.type === 'dead_letter') {
      merge(deadLetters, record.delivery.id, deadLetterRow(record), mergeDeadLetters);
    }
    rows.arrivals.push({
      id: record.arrival.id.toLowerCase(),
      source: event.source,
      event_id: event.id,
      at: record.arrival.at,
      current_retry: record.arrival.currentRetry,
      max_retries: record.arrival.maxRetries,
    });
    const told = { row: deliveryRow(record), arrivedAt: record.arrival.at };
    merge(deliveries, told.row.id, told, mergeDeliveries);
  }
  return {
    events: await Promise.all(
      [...events.values()].map(async ({ row, payloadOf }) => ({
        ...row,
        change_id: await changeId(payloadOf),
      })),
    ),
    arrivals: once(rows.arrivals),
    deliveries: [...deliveries.values()].map(({ row }) => row),
    attempts: [...attempts.values()],
    deadLetters: [...deadLetters.values()],
    refusals: once(rows.refusals),
  };
}

function eventRow(record: ToldEvent): Omit<EventRow, 'change_id'> {
  const { event, arrival } = record;
  return {
    source: event.source,
    id: event.id,
    kind: event.kind,
    trigger: event.trigger,
    table_schema: event.table?.schema ?? null,
    table_name: event.table?.name ?? null,
    op: event.op,
    row_key: event.rowKey,
    created_at_raw: event.createdAt,
    created_at: writtenAt({
      writtenAt: event.writtenAt,
      createdAt: event.createdAt,
      arrivedAt: arrival.at,
    }),
    arrived_at: arrival.at,
    actor: event.actor,
    previous_actor: event.previousActor,
    session_correlation_id: event.sessionCorrelationId,
    session_user_name: event.sessionUser,
    session_variables: event.sessionVariables,
    context_trace_id: event.contextTraceId,
    trace_id: event.traceId,
    starts_trace: event.startsTrace,
    named_hop_id: namedCause(event)?.hopId ?? null,
    named_by: namedBy(event),
    old_row: event.old,
    new_row: event.new,
    payload_kept: event.payloadKept,
    is_test: event.isTest ?? false,
  };
}

function attemptRow({ attempt, delivery, arrival }: AttemptRecord): AttemptRow {
  return {
    // One uuid can be written in two ways, and is one key.
    id: attempt.id.toLowerCase(),
    delivery_id: delivery.id,
    arrival_id: arrival.id.toLowerCase(),
    destination: attempt.destination,
    started_at: attempt.startedAt,
    ended_at: attempt.endedAt,
    status: attempt.status,
    outcome: attempt.outcome,
    error: attempt.error,
    answer: attempt.answer,
    degraded: attempt.degraded ?? false,
    works_in_background: attempt.worksInBackground ?? false,
    skipped: attempt.skipped ?? null,
  };
}

function deadLetterRow(record: DeadLetterRecord): DeadLetterRow {
  const { event, arrival, delivery, death, request } = record;
  const isHere = request.kept === 'here';
  return {
    delivery_id: delivery.id,
    source: event.source,
    dead_at: death.at,
    told_at: death.toldAt ?? death.at,
    reason: death.reason,
    first_attempt_at: death.firstAttemptAt,
    status: death.status,
    error: death.error,
    destination: record.destination,
    method: isHere ? request.method : null,
    headers: isHere ? request.headers : null,
    body: isHere ? request.body : null,
    body_key: isHere ? null : request.key,
    // The rows are in the body, and in `events`: once is enough here.
    facts: { event: { ...event, old: null, new: null, payloadKept: false }, arrival, delivery },
  };
}

function deliveryRow({ event, arrival, delivery }: ToldEvent): DeliveryRow {
  return {
    id: delivery.id,
    source: event.source,
    event_id: event.id,
    target: delivery.target,
    algorithm: delivery.algorithm,
    job: delivery.job,
    correlation_id: delivery.correlationId,
    hop_id: delivery.hopId,
    rerun_of: delivery.rerunOf ?? null,
    is_rollout: delivery.isRollout ?? null,
    told_at: arrival.at,
  };
}

function eventOf(record: ToldEvent): EventSoFar {
  return { row: eventRow(record), payloadOf: record.event };
}

/**
 * The earliest arrival's account stays. Most records tell of an event what another has told: their rows are not even made.
 */
function withRecord(there: EventSoFar, record: ToldEvent): EventSoFar {
  const isTold = isEarlier(record.arrival.at, there.row.arrived_at);
  const isKept = record.event.payloadKept && !there.row.payload_kept;
  if (!isTold && !isKept) return there;
  const given = eventOf(record);
  const told = isTold ? given : there;
  const kept = isKept ? given : there;
  const { old_row, new_row, payload_kept } = kept.row;
  return { row: { ...told.row, old_row, new_row, payload_kept }, payloadOf: kept.payloadOf };
}

/** Of two times in RFC 3339. Most are the same text: two records of one arrival. */
function isEarlier(a: string, b: string): boolean {
  return a !== b && Date.parse(a) < Date.parse(b);
}

function mergeAttempts(a: AttemptRow, b: AttemptRow): AttemptRow {
  return a.ended_at === null && b.ended_at !== null ? b : a;
}

function mergeDeadLetters(a: DeadLetterRow, b: DeadLetterRow): DeadLetterRow {
  return Date.parse(b.told_at) > Date.parse(a.told_at) ? b : a;
}

/**
 * As for its event, the earliest arrival's account: another one can have handed out another ID. Which side of a rollout
 * it took is the latest's.
 */
function mergeDeliveries(a: ToldDelivery, b: ToldDelivery): ToldDelivery {
  const told = isEarlier(b.arrivedAt, a.arrivedAt) ? b : a;
  const latest = isEarlier(a.row.told_at, b.row.told_at) ? b : a;
  const { is_rollout, told_at } = latest.row;
  return { ...told, row: { ...told.row, is_rollout, told_at } };
}

function merge<Row>(rows: Map<string, Row>, key: string, row: Row, how: (a: Row, b: Row) => Row) {
  const there = rows.get(key);
  rows.set(key, there ? how(there, row) : row);
}

/** The first of each id. */
function once<Row extends { id: string }>(list: readonly Row[]): Row[] {
  const seen = new Map<string, Row>();
  for (const row of list) if (!seen.has(row.id)) seen.set(row.id, row);
  return [...seen.values()];
}
