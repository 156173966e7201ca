// Makes of a batch's rows what the tables hold: numbers for texts that repeat, refs for long keys, a payload apart from
// its event. Pure but for hashing; what it makes is written by insert.ts.
import { deriveDelivery } from '../correlation/derive.ts';
import { parseCreatedAt } from '../correlation/created-at.ts';
import { timeOf, traceHop } from '../correlation/trace-uuid.ts';
import { answeredError } from './answered-error.ts';
import { kindCodes, namedByCodes, opCodes, outcomeCodes } from './codes.ts';
import { type Names, splitText } from './names.ts';
import {
  changeRef,
  contextRef,
  deliveryRef,
  eventRef,
  type EventKey,
  namedHop,
  rowRef,
} from './refs.ts';
import type { ArrivalRow, AttemptRow, DeliveryRow, EventRow, Rows } from './rows.ts';
import { cleanedText, storableJson } from './storable-json.ts';

/** An attempt that begins later after the write than this is found by its row, others by their event: ms. */
export const lateAfterMs = 3_600_000;

const wholeUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The texts of a batch that are kept once. */
export function textsOf(rows: Rows): Set<string> {
  const texts = new Set<string>();
  const add = (...given: (string | null)[]): void => {
    for (const text of given) if (text !== null) texts.add(cleanedText(text));
  };
  for (const row of rows.events) {
    add(row.source, row.trigger, row.table_schema, row.table_name, row.session_user_name);
    for (const text of [row.actor, row.previous_actor, row.session_correlation_id]) {
      if (text !== null) add(splitText(text).name);
    }
  }
  for (const row of rows.deliveries) {
    add(row.source, row.target, row.algorithm, row.job, splitText(row.correlation_id).name);
  }
  for (const row of rows.attempts) add(row.destination);
  return texts;
}

export type CompactEvent = EventKey & {
  /** Its account is of another trace than the one that it is stored in. */
  isElsewhere: boolean;
} & Record<string, unknown>;

export type CompactArrival = {
  trace_id: string;
  event_ref: string;
  id: string;
  at: string;
  current_retry: number | null;
  max_retries: number | null;
};

export type CompactAttempt = {
  trace_id: string;
  delivery_ref: string;
  id: string;
  eventRef: string;
  started_at: string;
  /** Of the arrival that brought it, whether or not that is kept with it. */
  arrivalId: string;
} & Record<string, unknown>;

export type CompactRows = {
  events: CompactEvent[];
  payloads: object[];
  arrivals: CompactArrival[];
  deliveries: (EventKey & Record<string, unknown>)[];
  attempts: CompactAttempt[];
  deadLetters: object[];
};

/** What a batch says of an event beside itself: which arrival brought it first, which trace it is stored in. */
type Brought = { row: EventRow; ref: string; traceId: string; arrival: ArrivalRow | undefined };

/** Of each event of a batch, its ref. */
export async function eventRefs(rows: Pick<Rows, 'events'>): Promise<Map<string, string>> {
  return new Map(
    await Promise.all(
      rows.events.map(async ({ source, id }): Promise<[string, string]> => [
        keyOf(source, id),
        await eventRef(cleanedText(source), cleanedText(id)),
      ]),
    ),
  );
}

/**
 * @param placed the trace that an event is stored in, by its source and id, where that is not its own account
 */
export async function compactRows(
  rows: Rows,
  names: Names,
  refs: ReadonlyMap<string, string>,
  placed: ReadonlyMap<string, string>,
): Promise<CompactRows> {
  const name = (text: string): number => {
    const id = names.get(cleanedText(text));
    if (id === undefined) throw new Error(`"${text}" was not given a number.`);
    return id;
  };
  const firstArrivals = new Map<string, ArrivalRow>();
  for (const arrival of rows.arrivals) {
    const key = keyOf(arrival.source, arrival.event_id);
    const there = firstArrivals.get(key);
    if (!there || arrival.at < there.at) firstArrivals.set(key, arrival);
  }
  const brought = new Map<string, Brought>();
  for (const row of rows.events) {
    const key = keyOf(row.source, row.id);
    brought.set(key, {
      row,
      ref: refs.get(key) ?? '',
      traceId: placed.get(key) ?? row.trace_id,
      arrival: firstArrivals.get(key),
    });
  }
  const of = (source: string, id: string): Brought => {
    const found = brought.get(keyOf(source, id));
    if (!found) throw new Error(`The batch names event ${id} of ${source} and does not bring it.`);
    return found;
  };
  const deliveryOf = new Map<string, { event: Brought; ref: string }>();
  const compact: CompactRows = {
    events: [],
    payloads: [],
    arrivals: [],
    deliveries: [],
    attempts: [],
    deadLetters: [],
  };
  const events = [...brought.values()];
  compact.events = await Promise.all(events.map((event) => compactEvent(event, name)));
  for (const event of events) {
    const payload = payloadOf(event);
    if (payload) compact.payloads.push(payload);
  }
  for (const { source, event_id, id, at, current_retry, max_retries } of rows.arrivals) {
    const { traceId, ref } = of(source, event_id);
    compact.arrivals.push({
      trace_id: traceId,
      event_ref: ref,
      id,
      at,
      current_retry,
      max_retries,
    });
  }
  for (const row of rows.deliveries) {
    const event = of(row.source, row.event_id);
    const ref = deliveryRef(row.id, row.hop_id.slice(-traceHop.length));
    deliveryOf.set(row.id, { event, ref });
  }
  const deliveryById = (id: string): { event: Brought; ref: string } => {
    const found = deliveryOf.get(id);
    if (!found) throw new Error(`The batch does not bring delivery ${id}.`);
    return found;
  };
  compact.deliveries = await Promise.all(
    rows.deliveries.map((row) => compactDelivery(row, deliveryById(row.id), name)),
  );
  compact.attempts = await Promise.all(
    rows.attempts.map((row) => compactAttempt(row, deliveryById(row.delivery_id), name)),
  );
  for (const row of rows.deadLetters) {
    const { event, ref } = deliveryById(row.delivery_id);
    compact.deadLetters.push({ ...row, trace_id: event.traceId, ref });
  }
  return compact;
}

async function compactEvent(
  { row, ref, traceId, arrival }: Brought,
  name: (text: string) => number,
): Promise<CompactEvent> {
  const namedTrace = row.named_hop_id && row.named_hop_id.slice(0, 26) + traceHop;
  const isNamed = (uuid: string | null): boolean => uuid !== null && uuid === row.named_hop_id;
  const inParts = (text: string | null) => {
    const { name: start, uuid } = text === null ? { name: null, uuid: null } : splitText(text);
    return {
      name: start === null ? null : name(start),
      uuid: isNamed(uuid) ? null : uuid,
      isNamed: isNamed(uuid),
    };
  };
  const actor = inParts(row.actor);
  const previous = inParts(row.previous_actor);
  const session = inParts(row.session_correlation_id);
  const nullable = (text: string | null): number | null => (text === null ? null : name(text));
  const id = cleanedText(row.id);
  return {
    traceId,
    isElsewhere: traceId !== row.trace_id,
    trace_id: traceId,
    ref,
    change_ref: changeRef(row.change_id),
    uuid_id: wholeUuid.test(id) ? id : null,
    text_id: wholeUuid.test(id) ? null : id,
    arrival_id: arrival?.id,
    row_ref: await rowRefOf(row),
    named_hop: row.named_hop_id && namedHop(row.named_hop_id),
    named_trace_id: namedTrace === traceId ? null : namedTrace,
    context_ref:
      row.context_trace_id === null ? null : await contextRef(cleanedText(row.context_trace_id)),
    context_trace_id: traceOfContext(row.context_trace_id),
    created_at: row.created_at,
    arrived_at: row.arrived_at,
    arrival_at: arrival?.at === row.arrived_at ? null : arrival?.at,
    ...writtenRaw(row.created_at_raw),
    actor: actor.name,
    actor_uuid: actor.uuid,
    actor_is_named: actor.isNamed,
    previous_actor: previous.name,
    previous_actor_uuid: previous.uuid,
    previous_is_named: previous.isNamed,
    session_correlation: session.name,
    session_uuid: session.uuid,
    session_is_named: session.isNamed,
    session_user_name: nullable(row.session_user_name),
    source: name(row.source),
    trigger: nullable(row.trigger),
    table_schema: nullable(row.table_schema),
    table_name: nullable(row.table_name),
    current_retry: arrival?.current_retry,
    max_retries: arrival?.max_retries,
    kind: kindCodes[row.kind],
    op: row.op && opCodes[row.op],
    named_by: row.named_by && namedByCodes[row.named_by],
    starts_trace: row.starts_trace,
    payload_kept: row.payload_kept,
    is_test: row.is_test,
    lacks_actor:
      row.op !== null &&
      row.op !== 'DELETE' &&
      row.actor === null &&
      row.new_row !== null &&
      !('updated_by' in row.new_row),
    row_key: row.row_key,
  };
}

function rowRefOf(row: EventRow): Promise<string | null> {
  const { source, table_schema: schema, table_name: table, row_key: key } = row;
  return schema === null || table === null || key === null
    ? Promise.resolve(null)
    : rowRef({
        source: cleanedText(source),
        schema: cleanedText(schema),
        table: cleanedText(table),
        key: cleanedText(key),
      });
}

/** The trace whose id a trace context is: a job hands the `traceparent` on that it got. */
function traceOfContext(context: string | null): string | null {
  if (context === null || !/^[0-9a-f]{32}$/.test(context)) return null;
  const uuid = context.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return timeOf(uuid) === null ? null : uuid;
}

/** `created_at` as the sender wrote it, as a timestamp where it can be written again from that. */
function writtenRaw(raw: string | null): {
  written_raw: string | null;
  has_zone: boolean;
  raw_text: string | null;
} {
  const read = raw === null ? null : parseCreatedAt(raw);
  if (raw === null || read === null) return { written_raw: null, has_zone: false, raw_text: raw };
  // As Postgres writes a timestamp in JSON: without the zeros at its end.
  const plain = read.canonical.replace(/\.?0*Z$/, '');
  const written_raw = read.canonical.slice(0, -1);
  if (raw === plain) return { written_raw, has_zone: false, raw_text: null };
  if (raw === `${plain}Z`) return { written_raw, has_zone: true, raw_text: null };
  return { written_raw, has_zone: false, raw_text: raw };
}

function payloadOf({ row, ref, traceId }: Brought): object | null {
  const { old_row, new_row, session_variables, context_trace_id } = row;
  if (!old_row && !new_row && !session_variables && context_trace_id === null) return null;
  return {
    trace_id: traceId,
    event_ref: ref,
    ...changedColumns(row),
    session_variables,
    context_text: context_trace_id,
  };
}

/** An UPDATE's old row is mostly the new one again: only what differs is kept, where both have the same columns. */
function changedColumns({ op, old_row: before, new_row: after }: EventRow): {
  is_delta: boolean;
  changed: string[] | null;
  old_row: object | null;
  new_row: object | null;
} {
  const plain = { is_delta: false, changed: null, old_row: before, new_row: after };
  if (op !== 'UPDATE' || before === null || after === null) return plain;
  const columns = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...columns].filter(
    (column) => JSON.stringify(before[column]) !== JSON.stringify(after[column]),
  );
  if ([...columns].some((column) => !(column in before && column in after))) {
    return { ...plain, changed };
  }
  const old_row = Object.fromEntries(changed.map((column) => [column, before[column]]));
  return { is_delta: true, changed, old_row, new_row: after };
}

async function compactDelivery(
  row: DeliveryRow,
  { event, ref }: { event: Brought; ref: string },
  name: (text: string) => number,
): Promise<EventKey & Record<string, unknown>> {
  const derived = await deriveDelivery({
    source: cleanedText(row.source),
    eventId: cleanedText(row.event_id),
    target: cleanedText(row.target),
  });
  return {
    traceId: event.traceId,
    trace_id: event.traceId,
    event_ref: event.ref,
    ref,
    rerun_of: row.rerun_of && deliveryRef(row.rerun_of),
    source: name(row.source),
    target: name(row.target),
    algorithm: name(row.algorithm),
    job: name(row.job),
    named: name(splitText(row.correlation_id).name),
    is_rollout: row.is_rollout,
    told_at: row.told_at,
    id: derived.deliveryId === row.id ? null : row.id,
  };
}

async function compactAttempt(
  row: AttemptRow,
  { event, ref }: { event: Brought; ref: string },
  name: (text: string) => number,
): Promise<CompactAttempt> {
  const isLate = Date.parse(row.started_at) - Date.parse(event.row.created_at) > lateAfterMs;
  return {
    trace_id: event.traceId,
    delivery_ref: ref,
    id: row.id,
    eventRef: event.ref,
    arrivalId: row.arrival_id,
    started_at: row.started_at,
    ended_at: row.ended_at,
    late_row_ref: isLate ? await rowRefOf(event.row) : null,
    destination: name(row.destination),
    status: row.status,
    outcome: outcomeCodes[row.outcome],
    degraded: row.degraded,
    works_in_background: row.works_in_background,
    error: saysStatusOnly(row) ? null : row.error,
    answer: row.answer,
    skipped: row.skipped && storableJson(row.skipped),
  };
}

/** Its error is made again of its status. */
function saysStatusOnly({ outcome, status, error }: AttemptRow): boolean {
  return outcome === 'failed' && status !== null && error === answeredError(status);
}

export function keyOf(source: string, id: string): string {
  return `${source}\0${id}`;
}
