// The rows that reads give, and the SQL fragments that make them. Times are text (RFC 3339, UTC, six
// digits), ids of deliveries 64 hex digits.
import type { AttemptFacts, EventFacts, SkippedFacts } from './record.ts';
import { utc } from './utc.ts';

export type StoredLink = {
  evidence: 'certain' | 'weak' | 'pending';
  rule:
    | 'session'
    | 'value'
    | 'same_or_late_id'
    | 'same_transaction'
    | 'same_trace_context'
    | 'row_and_time';
  reason: string;
  correlationId: string | null;
  deliveryId: string | null;
};

export type StoredEvent = {
  id: string;
  source: string;
  kind: EventFacts['kind'];
  trigger: string | null;
  tableSchema: string | null;
  tableName: string | null;
  op: EventFacts['op'];
  rowKey: string | null;
  actor: string | null;
  previousActor: string | null;
  sessionUser: string | null;
  sessionCorrelationId: string | null;
  sessionVariables: Record<string, string> | null;
  createdAt: string;
  arrivedAt: string;
  arrivals: number;
  traceId: string;
  startsTrace: boolean;
  changeId: string;
  oldRow: Record<string, unknown> | null;
  newRow: Record<string, unknown> | null;
  payloadKept: boolean;
  link: StoredLink | null;
};

export type StoredAttempt = {
  id: string;
  destination: string;
  startedAt: string;
  endedAt: string | null;
  status: number | null;
  outcome: AttemptFacts['outcome'];
  error: string | null;
  answer: string | null;
  degraded: boolean;
  worksInBackground: boolean;
  skipped: SkippedFacts[];
};

export type StoredDelivery = {
  id: string;
  source: string;
  eventId: string;
  traceId: string;
  job: string;
  target: string;
  algorithm: string;
  correlationId: string;
  /** Whether the sender of the latest arrival, or the edge itself, will try again after a failure. */
  hasRetriesLeft: boolean;
  /** Nobody will try again, and nobody has replayed it since. */
  isDead: boolean;
  /** The delivery that this one makes again. */
  rerunOf: string | null;
  /** Whether the event took its route's rollout; null where no stored route was named. */
  isRollout: boolean | null;
  /** Those that make this one again and have been attempted, the first first. */
  reruns: string[];
  attempts: StoredAttempt[];
};

/** Selects a StoredEvent from `events e left join links l`. Numbers above 2⁵³ in rows lose digits when parsed. */
export const eventColumns = `
  e.id, e.source, e.kind, e.trigger, e.table_schema as "tableSchema", e.table_name as "tableName",
  e.op, e.row_key as "rowKey", e.actor, e.previous_actor as "previousActor",
  e.session_user_name as "sessionUser", e.session_correlation_id as "sessionCorrelationId",
  e.session_variables as "sessionVariables",
  ${utc('e.created_at')} as "createdAt", ${utc('e.arrived_at')} as "arrivedAt",
  (select count(*)::int from arrivals a where a.source = e.source and a.event_id = e.id) as arrivals,
  e.trace_id as "traceId", e.starts_trace as "startsTrace", e.change_id as "changeId",
  e.old_row as "oldRow", e.new_row as "newRow", e.payload_kept as "payloadKept",
  case when l.evidence is null then null else json_build_object(
    'evidence', l.evidence, 'rule', l.rule, 'reason', l.reason, 'correlationId', l.correlation_id,
    'deliveryId', encode(l.cause_delivery_id, 'hex')) end as link`;

export const eventTables = `events e left join links l on l.source = e.source and l.event_id = e.id`;

/** Whether it is the edge that tries delivery `d` again: a broadcast's, a rerun, and one that was replayed. */
export const isRetriedHere = `(d.algorithm = 'broadcast' or d.rerun_of is not null
  or exists (select from dead_letters x where x.delivery_id = d.id and x.replayed_at is not null))`;

/**
 * Whether the edge will try delivery `d` again, or the sender: the latest arrival leaves it a retry, or it is not a day
 * yet since it came.
 */
export const hasRetriesLeft = `(${isRetriedHere}
  or exists (select from dead_letters x where x.delivery_id = d.id and x.replayed_at is null and x.dead_at > now())
  or coalesce((
    select r.current_retry < r.max_retries from arrivals r
    where r.source = d.source and r.event_id = d.event_id order by r.at desc, r.id desc limit 1), false))`;

/** Whether delivery `d` is a dead letter that nobody has replayed. One that has arrived all the same is none. */
export const isDead = `exists (
  select from dead_letters x where x.delivery_id = d.id and x.replayed_at is null and x.dead_at <= now())`;

/** Selects a StoredDelivery from `deliveries d`. */
export const deliveryColumns = `
  encode(d.id, 'hex') as id, d.source, d.event_id as "eventId", d.trace_id as "traceId", d.job, d.target,
  d.algorithm, d.correlation_id as "correlationId", ${hasRetriesLeft} as "hasRetriesLeft",
  ${isDead} as "isDead", encode(d.rerun_of, 'hex') as "rerunOf",
  d.is_rollout as "isRollout",
  coalesce((
    select json_agg(encode(x.id, 'hex') order by (
      select min(a.started_at) from attempts a where a.delivery_id = x.id), x.id)
    from deliveries x where x.rerun_of = d.id), '[]'::json) as reruns,
  coalesce((
    select json_agg(json_build_object(
      'id', a.id, 'destination', a.destination, 'startedAt', ${utc('a.started_at')},
      'endedAt', ${utc('a.ended_at')}, 'status', a.status, 'outcome', a.outcome, 'error', a.error,
      'answer', a.answer, 'degraded', a.degraded,
      'worksInBackground', a.works_in_background, 'skipped', coalesce(a.skipped, '[]'::jsonb)) order by a.started_at, a.id)
    from attempts a where a.delivery_id = d.id), '[]'::json) as attempts`;
