// Recognises a Hasura v2 event trigger's body. Anything else is a generic webhook: never an error.
// Form: https://hasura.io/docs/2.0/event-triggers/payload/ and graphql-engine's Eventing/EventTrigger.hs.
import { z } from 'zod';
import { shallowRow } from './shallow-row.ts';

/** An object, whatever its columns: looking at each, as `z.record` does, would say nothing more of parsed JSON. */
const row = z.custom<Record<string, unknown>>(isObject);

/** Postgres cuts identifiers at 63 bytes; Hasura allows a trigger's name 42 characters. */
const name = z.string().min(1).max(128);

/** Says what is an event and what is not. */
export const hasuraEventSchema = z.object({
  id: z.string().min(1).max(200),
  created_at: z.string().min(1).max(64),
  table: z.object({ schema: name, name }),
  trigger: z.object({ name }),
  event: z.object({
    op: z.enum(['INSERT', 'UPDATE', 'DELETE', 'MANUAL']),
    // `row` is how 2.0.0 to 2.0.6 send the row of a manual invocation.
    data: z.object({ old: row.nullish(), new: row.nullish(), row: row.nullish() }),
    // Values are strings in Hasura; a writer that sets `hasura.user` itself may send others.
    session_variables: row.nullish(),
    trace_context: z
      .object({ trace_id: z.union([z.string(), z.number()]).nullish() })
      .loose()
      .nullish(),
  }),
  delivery_info: z
    .object({
      current_retry: z.number().int().nonnegative(),
      max_retries: z.number().int().nonnegative(),
    })
    .nullish(),
});

export type HasuraEvent = {
  id: string;
  /** As Hasura wrote it. */
  createdAt: string;
  table: { schema: string; name: string };
  trigger: string;
  op: 'INSERT' | 'UPDATE' | 'DELETE' | 'MANUAL';
  old: Record<string, unknown> | null;
  new: Record<string, unknown> | null;
  sessionVariables: Record<string, string> | null;
  contextTraceId: string | null;
  currentRetry: number | null;
  maxRetries: number | null;
};

/**
 * Reads a parsed body.
 * @returns null where it is not an event trigger's
 */
export function parseHasuraEvent(json: unknown): HasuraEvent | null {
  const parsed = isAsHasuraWrites(json) ? json : hasuraEventSchema.safeParse(json).data;
  if (!parsed) return null;
  const { event, delivery_info: delivery, table } = parsed;
  const traceId = event.trace_context?.trace_id;
  return {
    id: parsed.id,
    createdAt: parsed.created_at,
    table: { schema: table.schema, name: table.name },
    trigger: parsed.trigger.name,
    op: event.op,
    old: rowOf(event.data.old),
    new: rowOf(event.data.new ?? event.data.row),
    sessionVariables: event.session_variables ? asText(shallowRow(event.session_variables)) : null,
    contextTraceId: traceId === null || traceId === undefined ? null : String(traceId),
    currentRetry: delivery?.current_retry ?? null,
    maxRetries: delivery?.max_retries ?? null,
  };
}

/**
 * Whether it has the form that Hasura 2 sends. True only of what the schema takes too, which costs a hundred times as much
 * (docs/performance.md); false says nothing: the schema decides then.
 */
export function isAsHasuraWrites(json: unknown): json is z.infer<typeof hasuraEventSchema> {
  if (!isObject(json)) return false;
  const { table, trigger, event, delivery_info: delivery } = json;
  if (!isText(json['id'], 200) || !isText(json['created_at'], 64)) return false;
  if (!isObject(table) || !isText(table['schema'], 128) || !isText(table['name'], 128))
    return false;
  if (!isObject(trigger) || !isText(trigger['name'], 128)) return false;
  return isEvent(event) && (delivery === null || delivery === undefined || isDelivery(delivery));
}

function isEvent(event: unknown): boolean {
  if (!isObject(event)) return false;
  const { op, data, session_variables: session, trace_context: context } = event;
  const isWrite = op === 'INSERT' || op === 'UPDATE' || op === 'DELETE' || op === 'MANUAL';
  if (!isWrite || !isObject(data) || 'row' in data) return false;
  if (!isObjectOrNone(data['old']) || !isObjectOrNone(data['new'])) return false;
  if (!isObjectOrNone(session) || !isObjectOrNone(context)) return false;
  return !context || typeof context['trace_id'] === 'string';
}

function isDelivery(delivery: unknown): boolean {
  return (
    isObject(delivery) && isCount(delivery['current_retry']) && isCount(delivery['max_retries'])
  );
}

function rowOf(sent: Record<string, unknown> | null | undefined): HasuraEvent['new'] {
  return sent ? shallowRow(sent) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isObjectOrNone(value: unknown): value is Record<string, unknown> | null | undefined {
  return value === null || value === undefined || isObject(value);
}

function isText(value: unknown, maxLength: number): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= maxLength;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Names of session variables are case-insensitive; they are kept in lower case. */
function asText(variables: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([variable, value]) => [
        variable.toLowerCase(),
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
  );
}
