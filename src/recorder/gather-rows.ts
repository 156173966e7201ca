// Turns a batch of records into the rows they are stored as, each key once. What two records say of one
// thing is merged by the rules that the store merges by, so that it makes no difference where they meet.
import { namedCause } from '../causes/named-cause.ts';
import type { AttemptRecord, DeadLetterRecord, RecordMessage } from '../store/record.ts';
import type { AttemptRow, DeadLetterRow, EventRow, Rows, TraceRow } from '../store/rows.ts';
import { changeId } from './change-id.ts';
import { writtenAt } from './written-at.ts';

/** Makes the rows of a batch. Pure but for hashing. */
export async function gatherRows(records: readonly RecordMessage[]): Promise<Rows> {
  const events = new Map<string, EventRow>();
  const traces = new Map<string, TraceRow>();
  const attempts = new Map<string, AttemptRow>();
  const deadLetters = new Map<string, DeadLetterRow>();
  const rows: Rows = {
    events: [],
    arrivals: [],
    deliveries: [],
    attempts: [],
    traces: [],
    deadLetters: [],
    refusals: [],
  };
  for (const record of records) {
    if (record.type === 'refusal') {
      const { id, at, source, status, reason, detail, count } = record;
      rows.refusals.push({ id, at, source, status, reason, detail, count });
      continue;
    }
    const event = await eventRow(record);
    merge(events, `${event.source}\0${event.id}`, event, mergeEvents);
    merge(traces, event.trace_id, traceRow(event), mergeTraces);
    if (record.type === 'attempt') {
      merge(attempts, record.attempt.id, attemptRow(record), mergeAttempts);
    } else {
      merge(deadLetters, record.delivery.id, deadLetterRow(record), mergeDeadLetters);
    }
    rows.arrivals.push({
      id: record.arrival.id,
      source: event.source,
      event_id: event.id,
      at: record.arrival.at,
      current_retry: record.arrival.currentRetry,
      max_retries: record.arrival.maxRetries,
    });
    rows.deliveries.push({
      id: record.delivery.id,
      source: event.source,
      event_id: event.id,
      trace_id: event.trace_id,
      target: record.delivery.target,
      algorithm: record.delivery.algorithm,
      job: record.delivery.job,
      correlation_id: record.delivery.correlationId,
      hop_id: record.delivery.hopId,
    });
  }
  return {
    events: [...events.values()],
    arrivals: once(rows.arrivals),
    deliveries: once(rows.deliveries),
    attempts: [...attempts.values()],
    traces: [...traces.values()],
    deadLetters: [...deadLetters.values()],
    refusals: once(rows.refusals),
  };
}

async function eventRow(record: AttemptRecord | DeadLetterRecord): Promise<EventRow> {
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
    change_id: await changeId(event),
    old_row: event.old,
    new_row: event.new,
    payload_kept: event.payloadKept,
  };
}

function attemptRow({ attempt, delivery, arrival }: AttemptRecord): AttemptRow {
  return {
    id: attempt.id,
    delivery_id: delivery.id,
    arrival_id: arrival.id,
    destination: attempt.destination,
    started_at: attempt.startedAt,
    ended_at: attempt.endedAt,
    status: attempt.status,
    outcome: attempt.outcome,
    error: attempt.error,
    answer: attempt.answer,
    degraded: attempt.degraded ?? false,
  };
}

function deadLetterRow(record: DeadLetterRecord): DeadLetterRow {
  const { event, arrival, delivery, death, request } = record;
  const isHere = request.kept === 'here';
  return {
    delivery_id: delivery.id,
    source: event.source,
    dead_at: death.at,
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

/** An event is a root where it starts a trace, or joins one without naming a hop of it. */
function traceRow(event: EventRow): TraceRow {
  const isRoot = event.starts_trace || event.named_hop_id === null;
  return {
    id: event.trace_id,
    source: event.source,
    started_at: event.created_at,
    root_source: isRoot ? event.source : null,
    root_event_id: isRoot ? event.id : null,
    root_created_at: isRoot ? event.created_at : null,
  };
}

function mergeEvents(a: EventRow, b: EventRow): EventRow {
  const told = Date.parse(b.arrived_at) < Date.parse(a.arrived_at) ? b : a;
  const kept = b.payload_kept && !a.payload_kept ? b : a;
  const { change_id, old_row, new_row, payload_kept } = kept;
  return { ...told, change_id, old_row, new_row, payload_kept };
}

function mergeAttempts(a: AttemptRow, b: AttemptRow): AttemptRow {
  return a.ended_at === null && b.ended_at !== null ? b : a;
}

function mergeDeadLetters(a: DeadLetterRow, b: DeadLetterRow): DeadLetterRow {
  return Date.parse(b.dead_at) > Date.parse(a.dead_at) ? b : a;
}

function mergeTraces(a: TraceRow, b: TraceRow): TraceRow {
  const root = compareRoots(a, b) <= 0 ? a : b;
  return {
    id: a.id,
    source: a.source < b.source ? a.source : b.source,
    started_at: a.started_at < b.started_at ? a.started_at : b.started_at,
    root_source: root.root_source,
    root_event_id: root.root_event_id,
    root_created_at: root.root_created_at,
  };
}

/** The earlier root first, and one that is known before one that is not. */
function compareRoots(a: TraceRow, b: TraceRow): number {
  if (a.root_created_at === null || b.root_created_at === null) {
    return Number(a.root_created_at === null) - Number(b.root_created_at === null);
  }
  return rootKey(a) <= rootKey(b) ? -1 : 1;
}

function rootKey(row: TraceRow): string {
  return [row.root_created_at, row.root_source, row.root_event_id].join('\0');
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
