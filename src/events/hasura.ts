// Recognises a Hasura v2 event trigger's body. Anything else is a generic webhook: never an error.
// Form: https://hasura.io/docs/2.0/event-triggers/payload/ and graphql-engine's Eventing/EventTrigger.hs.
import { z } from 'zod';

/** An object, whatever its columns: looking at each, as `z.record` does, would say nothing more of parsed JSON. */
const row = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** Postgres cuts identifiers at 63 bytes; Hasura allows a trigger's name 42 characters. */
const name = z.string().min(1).max(128);

const hasuraEventSchema = z.object({
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
  const parsed = hasuraEventSchema.safeParse(json);
  if (!parsed.success) return null;
  const { event, delivery_info: delivery, ...outer } = parsed.data;
  const traceId = event.trace_context?.trace_id;
  return {
    id: outer.id,
    createdAt: outer.created_at,
    table: outer.table,
    trigger: outer.trigger.name,
    op: event.op,
    old: event.data.old ?? null,
    new: event.data.new ?? event.data.row ?? null,
    sessionVariables: event.session_variables ? asText(event.session_variables) : null,
    contextTraceId: traceId === null || traceId === undefined ? null : String(traceId),
    currentRetry: delivery?.current_retry ?? null,
    maxRetries: delivery?.max_retries ?? null,
  };
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
