// What the edge writes down about one HTTP request to a destination: the shape of a queue message.
// It holds facts only, never a judgement: causes are graded by the consumer, which has the database.
import { z } from 'zod';

const uuid = z.uuid();
/** RFC 3339 in UTC with milliseconds, taken from the edge's clock. */
const edgeTime = z.iso.datetime();

/** An object, whatever its columns: looking at each, as `z.record` does, would say nothing more of parsed JSON. */
const row = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'Invalid input: expected an object',
);

export const eventFactsSchema = z.object({
  /** Hasura's event id, or an id derived from a webhook's own. Unique within `source`. */
  id: z.string().min(1),
  /** The application database it came from, named by the ingest key. */
  source: z.string().min(1),
  kind: z.enum(['hasura', 'webhook']),
  trigger: z.string().nullable(),
  table: z.object({ schema: z.string(), name: z.string() }).nullable(),
  op: z.enum(['INSERT', 'UPDATE', 'DELETE', 'MANUAL']).nullable(),
  /** The row's `id` as text; null where the payload has none. */
  rowKey: z.string().nullable(),
  /** `created_at` as the sender wrote it: the writer's session's time zone, see facts on Hasura. */
  createdAt: z.string().nullable(),
  /** The write's UTC time as the session variables tell it (set by `correlation.use`). */
  writtenAt: z.string().nullable(),
  /** `updated_by` after and before the write. */
  actor: z.string().nullable(),
  previousActor: z.string().nullable(),
  /** The correlation ID that the session variables (or a webhook's `x-correlation-id`) name. */
  sessionCorrelationId: z.string().nullable(),
  /** The user that the session names: `x-hasura-user-email` or `x-hasura-user-id`. */
  sessionUser: z.string().nullable(),
  sessionVariables: z.record(z.string(), z.string()).nullable(),
  /** Hasura's `trace_context.trace_id`. */
  contextTraceId: z.string().nullable(),
  traceId: uuid,
  /** True when no ID in the payload could prove an earlier trace. */
  startsTrace: z.boolean(),
  /** True where an admin sent it to see what becomes of it: no write of the application is behind it. */
  isTest: z.boolean().optional(),
  old: row.nullable(),
  new: row.nullable(),
  /** False when the payload was too large to keep: `old` and `new` are null then. */
  payloadKept: z.boolean(),
});

export const arrivalFactsSchema = z.object({
  id: uuid,
  at: edgeTime,
  currentRetry: z.number().int().nonnegative().nullable(),
  maxRetries: z.number().int().nonnegative().nullable(),
});

export const deliveryFactsSchema = z.object({
  /** SHA-256 of (source, event id, target) in hex: also the `idempotency-key`. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the delivery is for: the destination's URL, or a route's name. */
  target: z.string(),
  /** The stored route's name; null, or left out by older versions, where the sender's URL named no route. */
  route: z.string().nullable().optional(),
  algorithm: z.string(),
  job: z.string(),
  correlationId: z.string(),
  /** The uuid within `correlationId`. */
  hopId: uuid,
  /** True where the event took the route's rollout. */
  isRollout: z.boolean().optional(),
  /** The delivery that this one makes again; left out for a first one. */
  rerunOf: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

const skippedFactsSchema = z.object({
  destination: z.string(),
  why: z.enum(['circuit_open', 'disabled']),
});

export const attemptFactsSchema = z.object({
  id: uuid,
  destination: z.string(),
  startedAt: edgeTime,
  /** Null while it runs. */
  endedAt: edgeTime.nullable(),
  /** The destination's HTTP status; null when none came. */
  status: z.number().int().nullable(),
  /** `failed` is any answer but 2xx; `cancelled` is the sender gone away. */
  outcome: z.enum(['running', 'delivered', 'failed', 'unreachable', 'timed_out', 'cancelled']),
  /** Why, in one sentence, where there was no 2xx. */
  error: z.string().nullable(),
  /** The answer's first bytes as text. */
  answer: z.string().nullable(),
  /** True where the destination was chosen without the state that the choice rests on otherwise. */
  degraded: z.boolean().optional(),
  /** True where its job goes on after it has answered: the configuration or the answer says so. */
  worksInBackground: z.boolean().optional(),
  /** Destinations that were passed over for this one, or for some time, and why. Without their queries. */
  skipped: z.array(skippedFactsSchema).optional(),
});

/** One attempt with everything it belongs to. Sent again with the same ids when it ends. */
export const attemptRecordSchema = z.object({
  v: z.literal(1),
  type: z.literal('attempt'),
  event: eventFactsSchema,
  arrival: arrivalFactsSchema,
  delivery: deliveryFactsSchema,
  attempt: attemptFactsSchema,
});

/** A delivery that waits for its first attempt, so that it is seen before there is one. */
const deliveryRecordSchema = attemptRecordSchema
  .omit({ attempt: true })
  .extend({ type: z.literal('delivery') });

/** Why nobody will try a delivery again by themselves. */
export const deathReasonSchema = z.enum([
  /** Out of attempts. */
  'attempts_used_up',
  /** The destination answered 410 (RFC 9110 §15.5.11). */
  'gone',
  /** The sender, who retried it, has made its last try, or has not come again for a day. */
  'sender_gave_up',
  /** The allowlist has no place for the destination any more. */
  'not_allowed',
  /** Somebody cancelled its further attempts. */
  'cancelled',
  /** The destination is disabled: nothing was delivered to it for days. */
  'disabled',
  /** Its trigger is stopped in its trace: kept until somebody releases or discards it. */
  'stopped',
]);

/** A delivery that nobody will try again, with what a replay needs. */
export const deadLetterRecordSchema = z.object({
  v: z.literal(1),
  type: z.literal('dead_letter'),
  event: eventFactsSchema,
  arrival: arrivalFactsSchema,
  delivery: deliveryFactsSchema,
  death: z.object({
    /** In the future where its sender may come again until then. */
    at: edgeTime,
    /** When the failure happened; left out where that is `at`. */
    toldAt: edgeTime.optional(),
    reason: deathReasonSchema,
    firstAttemptAt: edgeTime,
    /** Of the last attempt, as far as there are any. */
    status: z.number().int().nullable(),
    error: z.string().nullable(),
  }),
  destination: z.string(),
  /** The request itself, or where it is kept because it fits no queue message. */
  request: z.discriminatedUnion('kept', [
    z.object({
      kept: z.literal('here'),
      method: z.string(),
      headers: z.array(z.tuple([z.string(), z.string()])),
      /** Base64; null where there is none. */
      body: z.base64().nullable(),
    }),
    z.object({ kept: z.literal('bodies'), key: z.string().min(1) }),
  ]),
});

/** Requests turned away before any attempt, counted by the isolate so that a flood stays small. */
export const refusalRecordSchema = z.object({
  v: z.literal(1),
  type: z.literal('refusal'),
  id: uuid,
  at: edgeTime,
  /** Null when the key named no source. */
  source: z.string().nullable(),
  status: z.number().int(),
  reason: z.string(),
  detail: z.string(),
  count: z.number().int().positive(),
});

export const recordSchema = z.discriminatedUnion('type', [
  attemptRecordSchema,
  deliveryRecordSchema,
  deadLetterRecordSchema,
  refusalRecordSchema,
]);

export type EventFacts = z.infer<typeof eventFactsSchema>;
export type ArrivalFacts = z.infer<typeof arrivalFactsSchema>;
export type DeliveryFacts = z.infer<typeof deliveryFactsSchema>;
export type AttemptFacts = z.infer<typeof attemptFactsSchema>;
export type SkippedFacts = z.infer<typeof skippedFactsSchema>;
export type AttemptRecord = z.infer<typeof attemptRecordSchema>;
export type DeliveryRecord = z.infer<typeof deliveryRecordSchema>;
export type DeathReason = z.infer<typeof deathReasonSchema>;
export type DeadLetterRecord = z.infer<typeof deadLetterRecordSchema>;
export type RefusalRecord = z.infer<typeof refusalRecordSchema>;
export type RecordMessage = z.infer<typeof recordSchema>;
