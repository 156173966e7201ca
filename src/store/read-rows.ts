// The rows that reads give, and the SQL fragments that make them. Times are text (RFC 3339, UTC, six
// digits), ids of deliveries 64 hex digits.
import type { AttemptFacts, EventFacts, SkippedFacts } from './record.ts';
import { evidenceCodes, outcomeCodes, ruleCodes, wordOf } from './codes.ts';
import { furtherArrivalsOf } from './further-arrivals.ts';
import {
  actorOf,
  correlationIdOf,
  deliveryIdOf,
  errorOf,
  eventIdOf,
  hopUuidOf,
  isAttemptOf,
  isDelivery,
  isLetterOf,
  kindOf,
  namedTraceOf,
  nameOf,
  numberOf,
  oldRowOf,
  opOf,
  payloadRemovedAt,
  previousActorOf,
  sessionIdOf,
} from './sql.ts';
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
  isTest: boolean;
  /** When a payload that was kept was removed, as its retention says; null while it is there. */
  payloadRemovedAt: string | null;
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

/**
 * The latest arrival of event `e`: a row of `at`, `id`, `current_retry`, `max_retries`.
 * @param isNear what is said of each table where it looks, so that Postgres shuts partitions out
 */
export const latestArrivalOf = (e: string, isNear?: (x: string) => string): string => `(
  select coalesce(${e}.arrival_at, ${e}.arrived_at) as at, ${e}.arrival_id as id, ${e}.current_retry,
    ${e}.max_retries
  union all
  select f.at, f.id, f.current_retry, f.max_retries from ${furtherArrivalsOf(`${e}.trace_id`, `${e}.ref`, isNear)} f) r
  order by r.at desc, r.id desc limit 1`;

/** The id of the delivery that link `l` leads to. */
const causeIdOf = `(
  select ${deliveryIdOf('c', 'o')}
  from (
    select x.* from deliveries x
    where ${isDelivery('x', 'coalesce(l.cause_trace_id, l.trace_id)', 'l.cause_ref')} limit 1) c
  cross join lateral (
    select x.* from events x where x.trace_id = c.trace_id and x.ref = c.event_ref limit 1) o)`;

/**
 * Selects a StoredEvent from `eventTables`. Numbers above 2⁵³ in rows lose digits when parsed.
 * @param isNear what is said of each table of the event's own trace, so that Postgres shuts partitions out
 */
export const eventColumns = (isNear?: (x: string) => string): string => `
  ${eventIdOf('e')} as id, ${nameOf('e.source')} as source, ${kindOf('e')} as kind,
  ${nameOf('e.trigger')} as trigger, ${nameOf('e.table_schema')} as "tableSchema",
  ${nameOf('e.table_name')} as "tableName", ${opOf('e')} as op, e.row_key as "rowKey",
  ${actorOf('e')} as actor, ${previousActorOf('e')} as "previousActor",
  ${nameOf('e.session_user_name')} as "sessionUser", ${sessionIdOf('e')} as "sessionCorrelationId",
  p.session_variables as "sessionVariables",
  ${utc('e.created_at')} as "createdAt", ${utc('e.arrived_at')} as "arrivedAt",
  1 + (select count(*)::int from ${furtherArrivalsOf('e.trace_id', 'e.ref', isNear)} f) as arrivals,
  e.trace_id as "traceId", e.starts_trace as "startsTrace",
  lpad(to_hex(e.change_ref), 16, '0') as "changeId", ${oldRowOf('p')} as "oldRow", p.new_row as "newRow",
  e.payload_kept as "payloadKept", e.is_test as "isTest", ${utc(payloadRemovedAt)} as "payloadRemovedAt",
  case when l.evidence is null then null else json_build_object(
    'evidence', ${wordOf('l.evidence', evidenceCodes)}, 'rule', ${wordOf('l.rule', ruleCodes)},
    'reason', ${nameOf('l.reason')},
    'correlationId', ${nameOf('l.named')} || ${hopUuidOf(namedTraceOf('e'), 'e.named_hop')},
    'deliveryId', ${causeIdOf}) end as link`;

/** What lists show of the event that a trace begins with. */
export type StoredRoot = Pick<
  StoredEvent,
  | 'source'
  | 'kind'
  | 'tableSchema'
  | 'tableName'
  | 'op'
  | 'rowKey'
  | 'actor'
  | 'previousActor'
  | 'sessionUser'
  | 'sessionCorrelationId'
  | 'traceId'
  | 'oldRow'
  | 'newRow'
  | 'isTest'
>;

/** Selects a StoredRoot from events `e` with their payloads `p`: a link and all arrivals cost more to plan than to read. */
export const rootColumns = `
  ${nameOf('e.source')} as source, ${kindOf('e')} as kind, ${nameOf('e.table_schema')} as "tableSchema",
  ${nameOf('e.table_name')} as "tableName", ${opOf('e')} as op, e.row_key as "rowKey",
  ${actorOf('e')} as actor, ${previousActorOf('e')} as "previousActor",
  ${nameOf('e.session_user_name')} as "sessionUser", ${sessionIdOf('e')} as "sessionCorrelationId",
  e.trace_id as "traceId", ${oldRowOf('p')} as "oldRow", p.new_row as "newRow", e.is_test as "isTest"`;

/** {@link eventTables} of the traces that a parameter such as `$1` lists: said of each table, or Postgres reads it whole. */
export const eventTablesIn = (traces: string): string => `events e
  left join links l on l.trace_id = e.trace_id and l.event_ref = e.ref and l.trace_id = any (${traces}::uuid[])
  left join payloads p on p.trace_id = e.trace_id and p.event_ref = e.ref and p.trace_id = any (${traces}::uuid[])`;

export const eventTables = `events e
  left join links l on l.trace_id = e.trace_id and l.event_ref = e.ref
  left join payloads p on p.trace_id = e.trace_id and p.event_ref = e.ref`;

/** Whether it is the edge that tries delivery `d` again from the start: a broadcast's, and a rerun. */
const beganHere = `(coalesce(d.algorithm = (${numberOf(`'broadcast'`)}), false) or d.rerun_of is not null)`;

/** Whether it is the edge that tries delivery `d` again: a broadcast's, a rerun, and one that was replayed. */
export const isRetriedHere = `(${beganHere}
  or exists (select from dead_letters x where ${isLetterOf('x', 'd')} and x.replayed_at is not null))`;

/** Whether delivery `d` is tried again whatever its event's arrivals say: here, or since its sender may come for a day. */
const willBeTried = `(${isRetriedHere}
  or exists (select from dead_letters x where ${isLetterOf('x', 'd')} and x.replayed_at is null and x.dead_at > now()))`;

/** The same, where `hasLetter` says whether it has a dead letter at all. */
export const willBeTriedIf = (hasLetter: string): string =>
  `case when ${hasLetter} then ${willBeTried} else ${beganHere} end`;

/**
 * Whether the edge will try delivery `d` of event `e` again, or the sender: the latest arrival leaves it a retry, or it
 * is not a day yet since it came.
 * @param isNear as {@link latestArrivalOf} has it
 */
export const hasRetriesLeft = (isNear: (x: string) => string): string => `(${willBeTried}
  or coalesce((select r.current_retry < r.max_retries from ${latestArrivalOf('e', isNear)}), false))`;

/** Whether delivery `d` is a dead letter that nobody has replayed. One that has arrived all the same is none. */
export const isDead = `exists (
  select from dead_letters x where ${isLetterOf('x', 'd')} and x.replayed_at is null and x.dead_at <= now())`;

/** Whether an attempt of `d`, a delivery or a dead letter, arrived. */
export const hasArrived = (d: string): string => `exists (
  select from attempts a where ${isAttemptOf('a', d)} and a.outcome = 'd')`;

/** Selects a StoredDelivery from `deliveryTables`. @param isNear as {@link eventColumns} has it */
export const deliveryColumns = (isNear: (x: string) => string): string => `
  ${deliveryIdOf('d', 'e')} as id, ${nameOf('d.source')} as source, ${eventIdOf('e')} as "eventId",
  d.trace_id as "traceId", ${nameOf('d.job')} as job, ${nameOf('d.target')} as target,
  ${nameOf('d.algorithm')} as algorithm, ${correlationIdOf('d')} as "correlationId",
  ${hasRetriesLeft(isNear)} as "hasRetriesLeft", ${isDead} as "isDead",
  (select ${deliveryIdOf('x', 'e')} from deliveries x
   where x.trace_id = d.trace_id and x.event_ref = d.event_ref and x.ref = d.rerun_of and ${isNear('x')}) as "rerunOf",
  d.is_rollout as "isRollout",
  coalesce((
    select json_agg(${deliveryIdOf('x', 'e')} order by (
      select min(a.started_at) from attempts a where ${isAttemptOf('a', 'x')} and ${isNear('a')}), x.ref)
    from deliveries x
    where x.trace_id = d.trace_id and x.event_ref = d.event_ref and x.rerun_of = d.ref and ${isNear('x')}), '[]'::json) as reruns,
  coalesce((
    select json_agg(json_build_object(
      'id', a.id, 'destination', ${nameOf('a.destination')}, 'startedAt', ${utc('a.started_at')},
      'endedAt', ${utc('a.ended_at')}, 'status', a.status, 'outcome', ${wordOf('a.outcome', outcomeCodes)},
      'error', ${errorOf('a')}, 'answer', a.answer, 'degraded', a.degraded,
      'worksInBackground', a.works_in_background, 'skipped', coalesce(a.skipped, '[]'::jsonb)) order by a.started_at, a.id)
    from attempts a where ${isAttemptOf('a', 'd')} and ${isNear('a')}), '[]'::json) as attempts`;

/** {@link deliveryTables} of the traces that a parameter lists. */
export const deliveryTablesIn = (traces: string): string => `deliveries d
  join events e on e.trace_id = d.trace_id and e.ref = d.event_ref and e.trace_id = any (${traces}::uuid[])`;

export const deliveryTables = `deliveries d
  join events e on e.trace_id = d.trace_id and e.ref = d.event_ref`;
