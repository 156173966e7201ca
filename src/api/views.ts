// The shapes the API answers with. Schemas, so that tests can hold the answers against them and the
// dashboard gets its types from the same place.
import { z } from 'zod';
import { edgeHealthSchema } from './edge-health-view.ts';
import { time } from './times.ts';

export const actorViewSchema = z
  .object({
    kind: z.enum(['user', 'system', 'carried', 'unattributed', 'legacy', 'unknown']),
    /** What stands in `updated_by`; null where the row has none. */
    value: z.string().nullable(),
    /** For people: the e-mail, a system's or job's name, or "unknown". */
    name: z.string(),
  })
  .meta({ id: 'Actor' });

export const columnChangeSchema = z
  .object({
    column: z.string(),
    old: z.unknown(),
    new: z.unknown(),
  })
  .meta({ id: 'ColumnChange' });

/** Why an event is drawn below a delivery. `pending`: the named delivery has not arrived yet. */
export const linkViewSchema = z
  .object({
    evidence: z.enum(['certain', 'weak', 'pending']),
    /** The rule's name as in docs/architecture.md, "Evidence". */
    rule: z.enum([
      'session',
      'value',
      'same_or_late_id',
      'same_transaction',
      'same_trace_context',
      'row_and_time',
    ]),
    /** One sentence for people. */
    reason: z.string(),
    /** The correlation ID that the event names; null where it names none. */
    correlationId: z.string().nullable(),
    /** Null while pending. */
    deliveryId: z.string().nullable(),
  })
  .meta({ id: 'Link' });

export const eventViewSchema = z
  .object({
    id: z.string(),
    source: z.string(),
    kind: z.enum(['hasura', 'webhook']),
    trigger: z.string().nullable(),
    table: z.object({ schema: z.string(), name: z.string() }).nullable(),
    op: z.enum(['INSERT', 'UPDATE', 'DELETE', 'MANUAL']).nullable(),
    rowKey: z.string().nullable(),
    actor: actorViewSchema,
    createdAt: time,
    arrivedAt: time,
    arrivals: z.number().int(),
    traceId: z.string(),
    /** Events with the same change id are one write that several triggers reported. */
    changeId: z.string(),
    /** Columns that differ, `updated_at` and `updated_by` last; for INSERT and DELETE every column. */
    changes: z.array(columnChangeSchema),
    payloadKept: z.boolean(),
    /** An admin sent it to see what becomes of it: no write of the application is behind it. Left out of all others. */
    isTest: z.literal(true).optional(),
    /** When a payload that was kept was removed, as its retention says; null while it is there. */
    payloadRemovedAt: time.nullable(),
    sessionVariables: z.record(z.string(), z.string()).nullable(),
    /** Null where nothing in Throughline is known to have caused it. Its delivery can be in another trace. */
    cause: linkViewSchema.nullable(),
  })
  .meta({ id: 'Event' });

/** What an event's sender sent, as far as it is kept. */
export const eventPayloadViewSchema = z
  .object({
    /**
     * `not_kept`: a generic webhook's body, one too large to be read, or one of which nobody could say what to leave out.
     * `removed`: it was kept, until its retention ended. `no_row`: the event tells of no row.
     */
    state: z.enum(['kept', 'not_kept', 'removed', 'no_row']),
    removedAt: time.nullable(),
    /**
     * In the form of a Hasura event trigger, with whole rows, without `delivery_info`. What is redacted was left out before
     * it was stored. Numbers of more than 15 digits are rounded.
     */
    payload: z
      .object({
        id: z.string(),
        created_at: time,
        trigger: z.object({ name: z.string() }).nullable(),
        table: z.object({ schema: z.string(), name: z.string() }).nullable(),
        event: z.object({
          op: z.string(),
          data: z.object({
            old: z.record(z.string(), z.unknown()).nullable(),
            new: z.record(z.string(), z.unknown()).nullable(),
          }),
          session_variables: z.record(z.string(), z.string()).nullable(),
        }),
      })
      .nullable(),
  })
  .meta({ id: 'EventPayload' });

export const attemptViewSchema = z
  .object({
    id: z.string(),
    destination: z.string(),
    startedAt: time,
    endedAt: time.nullable(),
    durationMs: z.number().nullable(),
    status: z.number().int().nullable(),
    outcome: z.enum(['running', 'delivered', 'failed', 'unreachable', 'timed_out', 'cancelled']),
    error: z.string().nullable(),
    answer: z.string().nullable(),
    /** True where the destination was chosen without the state that the choice rests on otherwise. */
    degraded: z.boolean(),
    /** True where its job goes on after it has answered, as configured or as the answer says. */
    worksInBackground: z.boolean(),
    /** Destinations that were passed over for this one, or this one itself for some time, and why. */
    skipped: z.array(
      z.object({ destination: z.string(), why: z.enum(['circuit_open', 'disabled']) }),
    ),
  })
  .meta({ id: 'Attempt' });

export const deliveryViewSchema = z
  .object({
    id: z.string(),
    source: z.string(),
    eventId: z.string(),
    traceId: z.string(),
    job: z.string(),
    target: z.string(),
    algorithm: z.string(),
    /** Whether the event took its route's rollout; null where no stored route was named. */
    isRollout: z.boolean().nullable(),
    correlationId: z.string(),
    /**
     * `waiting`: the last attempt failed, and the sender or the edge will try again.
     * `dead`: nobody will try again by themselves; it can be replayed.
     */
    state: z.enum(['running', 'delivered', 'waiting', 'failed', 'dead']),
    startedAt: time,
    endedAt: time.nullable(),
    durationMs: z.number().nullable(),
    /** The delivery that this one makes again; null for a first one. */
    rerunOf: z.string().nullable(),
    /** The deliveries that make this one again and have been attempted. */
    reruns: z.array(z.string()),
    attempts: z.array(attemptViewSchema),
  })
  .meta({ id: 'Delivery' });

/** A trace together with the traces that weak links join to it. */
export const traceSummarySchema = z
  .object({
    id: z.string(),
    source: z.string(),
    startedAt: time,
    /** The last attempt's end (or the last event, where nothing was attempted). */
    endedAt: time.nullable(),
    durationMs: z.number().nullable(),
    state: z.enum(['running', 'delivered', 'waiting', 'failed']),
    /** The change that began it, null while its record is under way. */
    root: z
      .object({
        actor: actorViewSchema,
        kind: z.enum(['hasura', 'webhook']),
        table: z.object({ schema: z.string(), name: z.string() }).nullable(),
        op: z.enum(['INSERT', 'UPDATE', 'DELETE', 'MANUAL']).nullable(),
        rowKey: z.string().nullable(),
        /** As of an event. */
        isTest: z.literal(true).optional(),
        changes: z.array(columnChangeSchema),
      })
      .nullable(),
    events: z.number().int(),
    deliveries: z.number().int(),
    attempts: z.number().int(),
    failed: z.number().int(),
    /** Of those that failed, the dead letters: they can be replayed. */
    dead: z.number().int(),
    weakLinks: z.number().int(),
    /** Deliveries per depth, depth 1 first. Empty in a list where there are 200 deliveries or more. */
    shape: z.array(z.number().int()),
  })
  .meta({ id: 'TraceSummary' });

export const tracePageSchema = z
  .object({
    traces: z.array(traceSummarySchema),
    /** Opaque; give it back as `?cursor=`. Null on the last page. */
    nextCursor: z.string().nullable(),
    /**
     * Where a search has stopped before the page was full: what began earlier has not been looked at. With `nextCursor`
     * the search goes on from there. Null: everything that is asked for has been looked at, or the page is full.
     */
    searchedUntil: time.nullable(),
    /** On the first page: how many there are in all. An estimate comes from Postgres's statistics. */
    count: z.object({ value: z.number().int(), isEstimate: z.boolean() }).nullable(),
  })
  .meta({ id: 'TracePage' });

export const circuitViewSchema = z
  .object({
    id: z.string(),
    /** Without its query, which may hold a secret. */
    destination: z.string(),
    /** `half_open`: one event may try it. `disabled`: not called until it is enabled, or delivers to a pass-through. */
    state: z.enum(['closed', 'open', 'half_open', 'disabled']),
    /** Why it is open or disabled. */
    reason: z.string().nullable(),
    since: time.nullable(),
    nextProbeAt: time.nullable(),
    lastError: z.object({ at: time, text: z.string() }).nullable(),
    /** As far as it is known: what never fails is not kept. */
    lastDeliveredAt: time.nullable(),
    /** Since when nothing was delivered, though it was attempted. */
    failingSince: time.nullable(),
  })
  .meta({ id: 'Circuit' });

export const circuitListSchema = z.object({
  /** Destinations that have failed lately; the others' circuits are closed. */
  circuits: z.array(circuitViewSchema),
  /** Above 0: the list is not whole. */
  objectsOutOfReach: z.number().int(),
});

/** A trigger that fired itself, directly or through others, along one path of a cascade. */
export const loopViewSchema = z
  .object({
    /** A digest of what tells it from others: 32 hex digits as a uuid. */
    id: z.guid(),
    /** The cascade in which the path lies. */
    cascadeId: z.string(),
    /** Of the path's last event: what a stop of the trigger names. */
    traceId: z.string(),
    source: z.string(),
    trigger: z.string(),
    table: z.object({ schema: z.string(), name: z.string() }).nullable(),
    /** How often it fired along the path. */
    times: z.number().int(),
    /** Every link of the path is certain. */
    isCertain: z.boolean(),
    /** The path's last event. */
    eventId: z.string(),
    /** First event first; of a long path the beginning and the end. */
    path: z.array(
      z.object({
        eventId: z.string(),
        trigger: z.string().nullable(),
        table: z.string().nullable(),
        rowKey: z.string().nullable(),
        /** Whose delivery caused the event; null for the first. */
        job: z.string().nullable(),
        evidence: z.enum(['certain', 'weak']).nullable(),
      }),
    ),
    foundAt: time,
    latestAt: time,
  })
  .meta({ id: 'Loop' });

export const loopListSchema = z
  .object({
    loops: z.array(loopViewSchema),
    /** Opaque; give it back as `?cursor=`. Null on the last page. */
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'LoopList' });

/** What an event trigger listens to, as Hasura's metadata says. */
export const triggerViewSchema = z.object({
  source: z.string(),
  name: z.string(),
  /** Which columns fire it on an UPDATE: `*` is any; null: it does not listen to updates. */
  updateColumns: z.union([z.literal('*'), z.array(z.string())]).nullable(),
});

/** A cascade: of a joined trace too, so that `trace.id` can be another than the one asked for. */
export const traceDetailSchema = z
  .object({
    trace: traceSummarySchema,
    events: z.array(eventViewSchema),
    deliveries: z.array(deliveryViewSchema),
    /** The longest first. */
    loops: z.array(loopViewSchema),
    /** Those of its events, as far as their definitions are known. */
    triggers: z.array(triggerViewSchema),
  })
  .meta({ id: 'Trace' });

/** What is asked for with `form=columns`: docs/columns.md. */
export const columnsSchema = z
  .object({ texts: z.array(z.string()), value: z.unknown() })
  .meta({ id: 'Columns' });

export const refusalViewSchema = z
  .object({
    id: z.string(),
    at: time,
    source: z.string().nullable(),
    status: z.number().int(),
    reason: z.string(),
    detail: z.string(),
    count: z.number().int(),
  })
  .meta({ id: 'Refusal' });

export const refusalListSchema = z
  .object({
    refusals: z.array(refusalViewSchema),
    /** Opaque; give it back as `?cursor=`. Null on the last page. */
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'RefusalList' });

export const deadLetterViewSchema = z
  .object({
    deliveryId: z.string(),
    source: z.string(),
    eventId: z.string(),
    traceId: z.string(),
    trigger: z.string().nullable(),
    table: z.object({ schema: z.string(), name: z.string() }).nullable(),
    rowKey: z.string().nullable(),
    job: z.string(),
    target: z.string(),
    correlationId: z.string(),
    destination: z.string(),
    /** `gone`: the destination said 410. `sender_gave_up`: the sender, who retried it, has no retries left. */
    reason: z.enum([
      'attempts_used_up',
      'gone',
      'sender_gave_up',
      'not_allowed',
      'cancelled',
      'disabled',
      'stopped',
    ]),
    /** Of the last attempt. */
    status: z.number().int().nullable(),
    error: z.string().nullable(),
    attempts: z.number().int(),
    firstAttemptAt: time,
    deadAt: time,
    /** Somebody said that it is not wanted: it is not on the list until it is restored, or dies again. Null: nobody has. */
    discard: z
      .object({
        /** Of the act: all that it took can be restored by it. Null of what stops discarded before they kept this. */
        id: z.string().nullable(),
        at: time,
        who: z.string().nullable(),
        /** What the caller says of itself; not verified. */
        onBehalfOf: z.string().nullable(),
        note: z.string().nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'DeadLetter' });

export const deadLetterPageSchema = z
  .object({
    deadLetters: z.array(deadLetterViewSchema),
    /** Opaque; give it back as `?cursor=`. Null on the last page. */
    nextCursor: z.string().nullable(),
    /** Fewer than asked for fit among those that were looked at, which are those from then on. Null: all were looked at. */
    searchedUntil: time.nullable(),
  })
  .meta({ id: 'DeadLetterPage' });

/** The delivery waits for its next attempts; what comes of them is in its attempts. */
export const replayViewSchema = z.object({ deliveryId: z.string(), replayedAt: time });

/** No attempt follows. It becomes a dead letter when its next attempt would have been due. */
export const cancellationViewSchema = z.object({ deliveryId: z.string(), cancelledAt: time });

/** One write of a row. */
export const rowChangeViewSchema = z
  .object({
    changeId: z.string(),
    /** One of the events that report it. */
    eventId: z.string(),
    op: z.enum(['INSERT', 'UPDATE', 'DELETE', 'MANUAL']).nullable(),
    createdAt: time,
    actor: actorViewSchema,
    /** All that reported it. */
    triggers: z.array(z.string()),
    changes: z.array(columnChangeSchema),
    payloadKept: z.boolean(),
    /** When a payload that was kept was removed, as its retention says; null while it is there. */
    payloadRemovedAt: time.nullable(),
    /** The delivery that made it, as far as is known. */
    cause: linkViewSchema.extend({ job: z.string().nullable() }).nullable(),
    /** How it came to be: from the first change, and who made that, to the job that made this one. Null without a cause. */
    because: z
      .object({
        actor: actorViewSchema,
        /** False where it began earlier than was looked: more than 50 steps or 14 days up. */
        isWhole: z.boolean(),
        steps: z.array(
          z.object({
            eventId: z.string(),
            trigger: z.string().nullable(),
            table: z.object({ schema: z.string(), name: z.string() }).nullable(),
            rowKey: z.string().nullable(),
            /** That the change was sent to, and that made the next. */
            job: z.string(),
            evidence: z.enum(['certain', 'weak']),
          }),
        ),
      })
      .nullable(),
    /**
     * What must have happened between this change and the one before it, and was not recorded: this one found other values
     * than the earlier one had left. Null where nothing is missing, or nobody can know.
     */
    unseen: z
      .object({
        from: time,
        until: time,
        /** `DELETE` and `INSERT`: the row was gone, or there, all of a sudden. */
        op: z.enum(['INSERT', 'UPDATE', 'DELETE']),
        changes: z.array(columnChangeSchema),
      })
      .nullable(),
    traceId: z.string(),
    /** The root trace under which the change is shown. */
    cascadeId: z.string(),
  })
  .meta({ id: 'RowChange' });

export const rowHistoryPageSchema = z
  .object({
    row: z.object({ source: z.string(), schema: z.string(), table: z.string(), key: z.string() }),
    /** Newest first; empty where nothing of the row has been recorded. */
    changes: z.array(rowChangeViewSchema),
    /** Opaque; give it back as `?cursor=`. Null on the last page. */
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'RowHistoryPage' });

/** How the things are that Throughline depends on. */
export const healthViewSchema = z
  .object({
    database: z.discriminatedUnion('state', [
      z.object({ state: z.literal('ok') }),
      z.object({ state: z.literal('offline'), detail: z.string() }),
    ]),
    grafana: z.discriminatedUnion('state', [
      z.object({ state: z.literal('ok') }),
      z.object({
        state: z.literal('offline'),
        reason: z.string(),
        detail: z.string(),
        since: time,
      }),
    ]),
    /** Hasura's, as its event logs told last. `behind`: events have been waiting for minutes. */
    eventEngine: z.discriminatedUnion('state', [
      z.object({ state: z.literal('ok') }),
      z.object({ state: z.literal('behind'), since: time, detail: z.string() }),
      z.object({ state: z.literal('unknown'), since: time.nullable(), detail: z.string() }),
    ]),
    /** `behind`: what is stored has not been published, or not for a day. */
    configuration: z.discriminatedUnion('state', [
      z.object({ state: z.literal('ok'), version: z.number(), publishedVersion: z.number() }),
      z.object({
        state: z.literal('behind'),
        version: z.number(),
        publishedVersion: z.number(),
        detail: z.string(),
      }),
      z.object({ state: z.literal('offline'), detail: z.string() }),
    ]),
    /** What the edge works by, where it was asked. `degraded`: it could not be read, or is older than a day. */
    edge: edgeHealthSchema,
  })
  .meta({ id: 'Health' });

export type CircuitView = z.infer<typeof circuitViewSchema>;
export type CircuitList = z.infer<typeof circuitListSchema>;
export type ActorView = z.infer<typeof actorViewSchema>;
export type ColumnChange = z.infer<typeof columnChangeSchema>;
export type LinkView = z.infer<typeof linkViewSchema>;
export type EventView = z.infer<typeof eventViewSchema>;
export type EventPayloadView = z.infer<typeof eventPayloadViewSchema>;
export type AttemptView = z.infer<typeof attemptViewSchema>;
export type DeliveryView = z.infer<typeof deliveryViewSchema>;
export type TraceSummary = z.infer<typeof traceSummarySchema>;
export type TracePage = z.infer<typeof tracePageSchema>;
export type TraceDetail = z.infer<typeof traceDetailSchema>;
export type RowChangeView = z.infer<typeof rowChangeViewSchema>;
export type RowHistoryPage = z.infer<typeof rowHistoryPageSchema>;
export type TriggerView = z.infer<typeof triggerViewSchema>;
export type LoopView = z.infer<typeof loopViewSchema>;
export type LoopList = z.infer<typeof loopListSchema>;
export type RefusalList = z.infer<typeof refusalListSchema>;
export type DeadLetterView = z.infer<typeof deadLetterViewSchema>;
export type DeadLetterPage = z.infer<typeof deadLetterPageSchema>;
export type CancellationView = z.infer<typeof cancellationViewSchema>;
export type ReplayView = z.infer<typeof replayViewSchema>;
export type HealthView = z.infer<typeof healthViewSchema>;
