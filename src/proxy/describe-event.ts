// Turns an inbound request into the facts that are recorded of it, and places it in a trace.
// Only the event's own payload decides where it belongs; nothing is looked up.
import { actorColumn, keyColumnsOf, type RowKeys } from '../config/redaction.ts';
import { parseCreatedAt } from '../correlation/created-at.ts';
import { deriveTraceId } from '../correlation/derive.ts';
import { placeEvent } from '../correlation/place-event.ts';
import { traceIdOf } from '../correlation/trace-uuid.ts';
import { type HasuraEvent, parseHasuraEvent } from '../events/hasura.ts';
import { parseScheduledEvent, type ScheduledEvent } from '../events/hasura-scheduled.ts';
import { shallowRow } from '../events/shallow-row.ts';
import { parseJsonObject } from '../events/parse-json.ts';
import { senderTimeMs } from '../events/sender-time.ts';
import { readWebhook } from '../events/webhook.ts';
import type { ArrivalFacts, EventFacts } from '../store/record.ts';
import type { FieldReader } from './header-fields.ts';
import { correlationVariable, sessionUserOf, writtenAtVariable } from './session-variables.ts';

export type DescribedEvent = { event: EventFacts; arrival: ArrivalFacts };

/** The longest cascade: an ID older than this pulls no new event into its trace. */
const longestCascadeMs = 86_400_000;

/** Stands where a one-off scheduled event has no trigger's name. */
const oneOffName = 'one-off-event';

/** What an event that reports no write cannot say. */
const withoutWrite = {
  table: null,
  op: null,
  rowKey: null,
  writtenAt: null,
  actor: null,
  previousActor: null,
  sessionCorrelationId: null,
  sessionUser: null,
  sessionVariables: null,
  contextTraceId: null,
  old: null,
  new: null,
} as const satisfies Partial<EventFacts>;

/**
 * Describes one request.
 * @param body the whole body, or null where it was too large to be read
 * @param at the edge's time, ms since the epoch
 */
export async function describeEvent(request: {
  source: string;
  headers: FieldReader;
  body: Uint8Array | null;
  at: number;
  rowKeys: RowKeys;
}): Promise<DescribedEvent> {
  const json = request.body ? parseJsonObject(request.body) : undefined;
  const hasura = parseHasuraEvent(json);
  const scheduled = hasura ? null : parseScheduledEvent(json);
  const event = hasura
    ? await describeHasura(request.source, hasura, request.at, request.rowKeys)
    : scheduled
      ? await describeScheduled(request.source, scheduled, request.at)
      : await describeWebhook(request);
  return {
    event,
    arrival: {
      id: crypto.randomUUID(),
      at: new Date(request.at).toISOString(),
      currentRetry: hasura?.currentRetry ?? null,
      maxRetries: hasura?.maxRetries ?? null,
    },
  };
}

async function describeHasura(
  source: string,
  hasura: HasuraEvent,
  at: number,
  rowKeys: RowKeys,
): Promise<EventFacts> {
  const session = hasura.sessionVariables;
  // A deleted row has no new actor: what stood in it was written by somebody else.
  const actor = textOf(hasura.new, actorColumn);
  const previousActor = textOf(hasura.old, actorColumn);
  const sessionCorrelationId = session?.[correlationVariable] ?? null;
  const created = parseCreatedAt(hasura.createdAt);
  const place = placeEvent({
    op: hasura.op,
    actor,
    previousActor,
    sessionCorrelationId,
    atMs: created?.ms ?? at,
    longestCascadeMs,
  });
  const sessionUser = sessionUserOf(session);
  return {
    id: hasura.id,
    source,
    kind: 'hasura',
    trigger: hasura.trigger,
    table: hasura.table,
    op: hasura.op,
    rowKey: rowKeyOf(hasura, keyColumnsOf(rowKeys, source, hasura.table)),
    createdAt: hasura.createdAt,
    writtenAt: session?.[writtenAtVariable] ?? null,
    actor,
    previousActor,
    sessionCorrelationId,
    sessionUser,
    sessionVariables: session,
    contextTraceId: hasura.contextTraceId,
    traceId: place.joins
      ? traceIdOf(place.joins)
      : await deriveTraceId({
          source,
          cause: hasura.contextTraceId ?? actor ?? sessionUser ?? '',
          // A time nobody can read still makes a trace: the arrival's.
          createdAt: created ? hasura.createdAt : new Date(at).toISOString(),
        }),
    startsTrace: place.joins === null,
    old: hasura.old,
    new: hasura.new,
    payloadKept: true,
  };
}

/** A cron trigger or a one-off event: a root that no write caused. Its payload is anybody's, never an actor. */
async function describeScheduled(
  source: string,
  scheduled: ScheduledEvent,
  at: number,
): Promise<EventFacts> {
  const { id, payload, scheduledTime } = scheduled;
  const createdAt = parseCreatedAt(scheduledTime) ? scheduledTime : new Date(at).toISOString();
  const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
  return {
    ...withoutWrite,
    id,
    source,
    kind: 'hasura',
    trigger: scheduled.name ?? oneOffName,
    createdAt,
    traceId: await deriveTraceId({ source, cause: id, createdAt }),
    startsTrace: true,
    // What is no object is kept as one: the store holds rows.
    new: shallowRow(isObject ? { ...payload } : { payload }),
    payloadKept: true,
  };
}

async function describeWebhook(request: {
  source: string;
  headers: FieldReader;
  body: Uint8Array | null;
  at: number;
}): Promise<EventFacts> {
  const webhook = readWebhook(request.headers);
  const id = webhook.id ?? crypto.randomUUID();
  const createdAt = new Date(request.at).toISOString();
  // Where the sender tells it, every try of an event gets the same trace.
  const { time } = webhook;
  const madeAtMs = senderTimeMs({ id: webhook.id ?? '', time, arrivedAtMs: request.at });
  const madeAt = madeAtMs === null ? createdAt : new Date(madeAtMs).toISOString();
  const place = placeEvent({
    op: 'INSERT',
    actor: null,
    previousActor: null,
    sessionCorrelationId: webhook.correlationId,
    atMs: request.at,
    longestCascadeMs,
  });
  return {
    ...withoutWrite,
    id,
    source: request.source,
    kind: 'webhook',
    trigger: null,
    createdAt,
    sessionCorrelationId: webhook.correlationId,
    traceId: place.joins
      ? traceIdOf(place.joins)
      : await deriveTraceId({ source: request.source, cause: id, createdAt: madeAt }),
    startsTrace: place.joins === null,
    payloadKept: false,
  };
}

/** The row's key as text: a column's value, or of several a JSON array of their values; null without all of them. */
function rowKeyOf(
  event: Pick<HasuraEvent, 'old' | 'new'>,
  columns: readonly string[],
): string | null {
  const row = event.new ?? event.old;
  const values = columns.map((column) => textOf(row, column) ?? textOf(event.old, column));
  if (values.includes(null)) return null;
  return values.length === 1 ? (values[0] ?? null) : JSON.stringify(values);
}

function textOf(row: Record<string, unknown> | null, column: string): string | null {
  const value = row?.[column];
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
