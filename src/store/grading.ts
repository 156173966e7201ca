// What is needed to judge why events happened, and the judgements written down. It judges nothing.
import type { StoreClient } from './client.ts';
import type { EventFacts } from './record.ts';
import type { JobFound } from './jobs.ts';
import type { StoredLink } from './read-rows.ts';
import type { EventKey } from './rows.ts';
import { storableJson } from './storable-json.ts';
import { utc } from './utc.ts';

/** One event to judge, with the delivery it names (if that has been recorded) and all its attempts. */
export type GradingRow = {
  source: string;
  id: string;
  op: EventFacts['op'];
  actor: string | null;
  previousActor: string | null;
  sessionCorrelationId: string | null;
  sessionUser: string | null;
  traceId: string;
  startsTrace: boolean;
  createdAt: string;
  /** Rows of the same transaction name another hop, and no session says which it was. */
  transactionNamesAnother: boolean;
  /** The same transaction deleted a row with this key and this actor: it was moved, not made. */
  isMoved: boolean;
  /** A delivery of an earlier event that carries the same ID was under way. */
  isCarriedOn: boolean;
  /** More than one where short hop ids collide. */
  named: NamedDelivery[];
  /** The next two are for writes that name no cause: null for others. */
  /** Of the same transaction, naming the only hop that it names, by session if any does. */
  mate: EventKey | null;
  /** Attempts in traces of the event's trace context, latest first; null where there are too many to tell. */
  inContext: StoredContextAttempt[] | null;
  /** Latest first, at most `mostAboutRows`; null where the transaction wrote too many rows to tell. */
  aboutRows: StoredAboutRow[] | null;
};

/** When an attempt ran. Times are RFC 3339 in UTC with six digits. */
export type StoredSpan = {
  startedAt: string;
  endedAt: string | null;
  status: number | null;
  worksInBackground: boolean;
};

/** One attempt of a delivery in a trace that the event's trace context names. */
export type StoredContextAttempt = StoredSpan & {
  deliveryId: string;
  traceId: string;
  eventWrittenAt: string;
};

/** One attempt of a delivery about a row that the transaction wrote. */
export type StoredAboutRow = StoredContextAttempt & { job: string; isSameRow: boolean };

/** With more deliveries or running attempts in an event's trace context it cannot be told which one wrote. */
const mostInContext = 200;
/** How many events of a trace context are judged again when an attempt in it is recorded. */
const mostWritesInContext = 50;
/** Where as many attempts about its rows are found, there may be more: it cannot be told who wrote. */
export const mostAboutRows = 50;
/** A transaction that wrote more rows without naming a cause is a bulk write, and no row's in particular. */
const mostRowsWritten = 20;
/** How many writes of one row are judged again when an attempt about it is recorded. */
const mostWritesOfRow = 50;
/** How many of a transaction's other writes are judged again with one of them. */
const mostMates = 100;
/** How many of a job's deliveries are looked through when it turns out to write IDs. */
const mostOfJob = 1_000;
/** … and how many attempts of each: more than any schedule of retries has. */
const mostAttempts = 50;
/** A trace takes no new events after a day, and its id's time can be a time zone off. */
const longestTraceMs = 2 * 86_400_000;

export type NamedDelivery = {
  deliveryId: string;
  traceId: string;
  correlationId: string;
  attempts: StoredSpan[];
};

export type LinkRow = {
  source: string;
  event_id: string;
  evidence: 'certain' | 'weak' | 'pending';
  rule: StoredLink['rule'];
  reason: string;
  correlation_id: string | null;
  cause_trace_id: string | null;
  /** 64 hex digits; null while pending. */
  cause_delivery_id: string | null;
};

/** An event whose cause only a value in its row names: what its transaction's other rows say matters. */
const byValue = (e: string): string =>
  `${e}.named_hop_id is not null and ${e}.session_correlation_id is null and not ${e}.starts_trace`;

/** An event that says of no delivery that it made it. The words are those of the indexes. */
const isUnnamed = (e: string): string =>
  `${e}.op in ('INSERT', 'UPDATE', 'DELETE') and (${e}.named_hop_id is null or ${e}.starts_trace)`;

const isNamed = (e: string): string =>
  `${e}.op is not null and ${e}.named_hop_id is not null and not ${e}.starts_trace`;

const sameTransaction = (a: string, b: string): string =>
  `${a}.source = ${b}.source and ${a}.created_at_raw = ${b}.created_at_raw`;

/** Hasura names the table that a trigger was made for, so that partitions of one table are told alike. */
const sameRow = (a: string, b: string): string =>
  `${a}.row_key = ${b}.row_key and ${a}.table_name = ${b}.table_name
    and ${a}.table_schema = ${b}.table_schema`;

/** Two probes of an index where one `<>` would walk through all rows of a bulk write. */
const otherHop = ['<', '>'] as const;

const namesAnother = otherHop
  .map(
    (compare) => `exists (
      select from events m where ${sameTransaction('m', 'e')} and ${byValue('m')}
        and m.named_hop_id ${compare} e.named_hop_id)`,
  )
  .join(' or ');

const isMoved = `e.op = 'INSERT' and exists (
  select from events m where ${sameTransaction('m', 'e')} and m.op = 'DELETE'
    and ${sameRow('m', 'e')} and m.previous_actor = e.actor)`;

/** So many events that carry an ID are looked through for deliveries that were under way. */
const mostCarriers = 200;

/** $2: as below. */
const isCarriedOn = `exists (
  select from (
    select c.source, c.id from events c
    where c.named_hop_id = e.named_hop_id and c.created_at < e.created_at
    order by c.created_at desc limit ${mostCarriers}) c
  cross join lateral (
    select d.id from deliveries d where d.source = c.source and d.event_id = c.id limit ${mostAttempts}) d
  cross join lateral (
    select a.ended_at, a.status from attempts a
    where a.delivery_id = d.id and a.started_at <= e.created_at
      and a.started_at >= e.created_at - $2 * interval '1 ms'
    order by a.started_at desc limit ${mostAttempts}) a
  where a.ended_at is null or a.status is null or a.ended_at >= e.created_at)`;

/** The only hop that the rows of `e`'s transaction name, with an event that names it. */
const mate = `(
  select json_build_object('source', first.source, 'id', first.id) from (
    select m.source, m.id, m.named_hop_id from events m where ${sameTransaction('m', 'e')} and ${isNamed('m')}
    order by m.named_hop_id, m.session_correlation_id is null, m.id limit 1) first
  where first.named_hop_id = (
    select m.named_hop_id from events m where ${sameTransaction('m', 'e')} and ${isNamed('m')}
    order by m.named_hop_id desc limit 1))`;

/**
 * Attempts that were at work when `e` was written, in the trace whose id its trace context is (a job hands the
 * `traceparent` on that it got) or that an event with the same context is in. $2: as below.
 */
const inContext = `(
  select case when count(*) > ${mostInContext} then null else coalesce((
    select json_agg(json_build_object(
      'deliveryId', encode(d.id, 'hex'), 'traceId', d.trace_id, 'eventWrittenAt', ${utc('p.created_at')},
      'startedAt', ${utc('a.started_at')}, 'endedAt', ${utc('a.ended_at')}, 'status', a.status,
      'worksInBackground', a.works_in_background)
      order by a.started_at desc, a.id)
    from unnest(array_agg(n.id)) as k (id)
    join deliveries d on d.id = k.id
    join events p on p.source = d.source and p.id = d.event_id
    cross join lateral (
      select x.* from attempts x
      where x.delivery_id = d.id and x.started_at <= e.created_at
        and x.started_at >= e.created_at - $2 * interval '1 ms'
      order by x.started_at desc limit ${mostAboutRows}) a), '[]'::json) end
  from (
    select id from (
      (select d.id from deliveries d
       where d.trace_id = case when e.context_trace_id ~ '^[0-9a-f]{32}$' then e.context_trace_id::uuid end
       limit ${mostInContext + 1})
      union
      (select d.id from (
         select p.source, p.id from events p where p.context_trace_id = e.context_trace_id
         order by p.created_at limit ${mostInContext + 1}) p
       join deliveries d on d.source = p.source and d.event_id = p.id
       limit ${mostInContext + 1})) both_ways) n)`;

/** $2: how long an attempt may be at work, ms. */
const aboutRows = `(
  select case when cardinality(written.rows) > ${mostRowsWritten} then null else coalesce((
    select json_agg(json_build_object(
      'deliveryId', encode(d.id, 'hex'), 'traceId', d.trace_id, 'job', d.job,
      'isSameRow', a.row_id = e.row_id, 'eventWrittenAt', ${utc('p.created_at')},
      'startedAt', ${utc('a.started_at')}, 'endedAt', ${utc('a.ended_at')}, 'status', a.status,
      'worksInBackground', a.works_in_background)
      order by a.started_at desc, a.id)
    from (
      select near.* from unnest(written.rows) as w (row_id)
      cross join lateral (
        select x.* from attempts x
        where x.row_id = w.row_id and x.started_at <= e.created_at
          and x.started_at >= e.created_at - $2 * interval '1 ms'
        order by x.started_at desc limit ${mostAboutRows}) near
      limit ${mostAboutRows}) a
    join deliveries d on d.id = a.delivery_id
    join events p on p.source = d.source and p.id = d.event_id), '[]'::json) end
  from (
    select array_agg(k.row_id) as rows from (
      select distinct m.row_id from events m
      where ${sameTransaction('m', 'e')} and ${isUnnamed('m')} and m.row_id is not null
      order by m.row_id limit ${mostRowsWritten + 1}) k) written)`;

/**
 * $1 events, $2 hops and $3 attempts of the batch, $4 jobs that turned out to write IDs, $5 how long an
 * attempt may be at work, ms. Every step walks an index and is cut where it could grow.
 */
const findTouched = `
  with brought as materialized (
    select e.* from json_to_recordset($1::json) as r (source text, id text)
    join events e on e.source = r.source and e.id = r.id),
  writes as materialized (
    select distinct source, created_at_raw, named_hop_id from brought where ${byValue('brought')}),
  about as materialized (
    select a.row_id, a.started_at from attempts a where a.id = any ($3::uuid[])
    union
    select a.row_id, a.started_at
    from json_to_recordset($4::json) as j (source text, name text, since timestamptz, first_hop uuid)
    cross join lateral (
      select d.id from deliveries d
      where d.source = j.source and d.job = j.name and d.hop_id >= j.first_hop
      order by d.hop_id limit ${mostOfJob}) d
    cross join lateral (
      select x.row_id, x.started_at from attempts x
      where x.delivery_id = d.id and x.started_at >= j.since - $5 * interval '1 ms'
      order by x.started_at limit ${mostAttempts}) a),
  attempted as materialized (
    select a.started_at, d.trace_id, p.named_hop_id, p.context_trace_id
    from unnest($3::uuid[]) as k (id)
    cross join lateral (select x.* from attempts x where x.id = k.id limit 1) a
    cross join lateral (select x.* from deliveries x where x.id = a.delivery_id limit 1) d
    cross join lateral (
      select x.* from events x where x.source = d.source and x.id = d.event_id limit 1) p),
  carriers as materialized (
    select distinct named_hop_id, started_at from attempted where named_hop_id is not null),
  contexts as materialized (
    select distinct c.id, a.started_at from attempted a
    cross join lateral (values (replace(a.trace_id::text, '-', '')), (a.context_trace_id)) c (id)
    where c.id is not null),
  touched as materialized (
    select source, id, created_at_raw from brought
    union
    select source, id, created_at_raw from events where named_hop_id = any ($2::uuid[])
    ${otherHop
      .map(
        (compare) => `union
    select m.source, m.id, m.created_at_raw from writes w
    join events m on ${sameTransaction('m', 'w')} and ${byValue('m')}
      and m.named_hop_id ${compare} w.named_hop_id`,
      )
      .join('\n    ')}
    union
    select m.source, m.id, m.created_at_raw from brought b
    join events m on ${sameTransaction('m', 'b')} and ${byValue('m')} and ${sameRow('m', 'b')}
    where b.op = 'DELETE'
    union
    select w.source, w.id, w.created_at_raw from carriers c
    cross join lateral (
      select m.source, m.id, m.created_at_raw from events m
      where m.named_hop_id = c.named_hop_id and m.created_at >= c.started_at
        and m.created_at <= c.started_at + $5 * interval '1 ms' and ${byValue('m')}
      order by m.created_at, m.id limit ${mostWritesOfRow}) w
    union
    select w.source, w.id, w.created_at_raw from contexts c
    cross join lateral (
      select m.source, m.id, m.created_at_raw from events m
      where m.context_trace_id = c.id and m.created_at >= c.started_at
        and m.created_at <= c.started_at + $5 * interval '1 ms' and ${isUnnamed('m')}
      order by m.created_at, m.id limit ${mostWritesInContext}) w
    union
    select w.source, w.id, w.created_at_raw from about a
    cross join lateral (
      select m.source, m.id, m.created_at_raw from events m
      where m.row_id = a.row_id and m.created_at >= a.started_at
        and m.created_at <= a.started_at + $5 * interval '1 ms' and ${isUnnamed('m')}
      order by m.created_at, m.id limit ${mostWritesOfRow}) w)
  select source, id from touched
  union
  select m.source, m.id from (select distinct source, created_at_raw from touched) t
  cross join lateral (
    select m.source, m.id from events m where ${sameTransaction('m', 't')} and ${isUnnamed('m')}
    order by m.row_id limit ${mostMates}) m`;

/**
 * Locks the events that a batch says something new about: those it brought, those that name one of its
 * hops, those that share a transaction with one of these, and those that were written, in the same row or
 * trace context or with an ID that it carries, while one of its attempts was, or may have been, under way.
 * Must run after the batch's rows are committed. Whoever reads facts under this lock sees everything that was
 * committed before, so that of two consumers the later one judges with the facts of both; and the order of the
 * keys keeps them from deadlock.
 */
export async function lockEventsToGrade(
  client: StoreClient,
  touched: {
    events: readonly EventKey[];
    hopIds: readonly string[];
    attemptIds: readonly string[];
    jobs: readonly JobFound[];
    longestRunMs: number;
  },
): Promise<EventKey[]> {
  const jobs = touched.jobs.map(({ source, name, writesIdsSince }) => ({
    source,
    name,
    since: writesIdsSince,
    first_hop: firstUuidOf(Date.parse(writesIdsSince) - longestTraceMs),
  }));
  const found = await client.query<EventKey>(findTouched, [
    storableJson(touched.events),
    touched.hopIds,
    touched.attemptIds,
    storableJson(jobs),
    touched.longestRunMs,
  ]);
  const { rows } = await client.query<EventKey>(
    `select e.source, e.id from json_to_recordset($1::json) as r (source text, id text)
     join events e on e.source = r.source and e.id = r.id
     order by e.source collate "C", e.id collate "C"
     for no key update of e`,
    [storableJson(found.rows)],
  );
  return rows;
}

/** The lowest uuid of a time: correlation IDs begin with 48 bits of it. */
function firstUuidOf(atMs: number): string {
  const time = Math.max(0, Math.trunc(atMs)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/**
 * Reads what is known of each event now.
 * @param longestRunMs how long an attempt may be at work: about a row, none that began earlier is looked at
 */
export async function readGradingRows(
  client: StoreClient,
  keys: readonly EventKey[],
  longestRunMs: number,
): Promise<GradingRow[]> {
  const { rows } = await client.query<GradingRow>(
    `select e.source, e.id, e.op, e.actor, e.previous_actor as "previousActor",
       e.session_correlation_id as "sessionCorrelationId", e.session_user_name as "sessionUser",
       e.trace_id as "traceId", e.starts_trace as "startsTrace", ${utc('e.created_at')} as "createdAt",
       coalesce(${byValue('e')} and (${namesAnother}), false) as "transactionNamesAnother",
       coalesce(${byValue('e')} and (${isMoved}), false) as "isMoved",
       coalesce(${byValue('e')} and ${isCarriedOn}, false) as "isCarriedOn",
       coalesce((
         select json_agg(json_build_object(
           'deliveryId', encode(d.id, 'hex'), 'traceId', d.trace_id, 'correlationId', d.correlation_id,
           'attempts', coalesce((
             select json_agg(json_build_object(
               'startedAt', ${utc('a.started_at')}, 'endedAt', ${utc('a.ended_at')}, 'status', a.status,
      'worksInBackground', a.works_in_background)
               order by a.started_at, a.id)
             from attempts a where a.delivery_id = d.id), '[]'::json)) order by d.id)
         from deliveries d where d.hop_id = e.named_hop_id), '[]'::json) as named,
       case when ${isUnnamed('e')} then ${mate} end as mate,
       case when ${isUnnamed('e')} and e.context_trace_id is not null then ${inContext} else '[]'::json
         end as "inContext",
       case when ${isUnnamed('e')} and e.row_id is not null then ${aboutRows} end as "aboutRows"
     from json_to_recordset($1::json) as r (source text, id text)
     join events e using (source, id)`,
    [storableJson(keys), longestRunMs],
  );
  return rows;
}

/** Replaces what was known of why these events happened; an event without a row has no link. */
export async function replaceLinks(
  client: StoreClient,
  graded: readonly EventKey[],
  links: readonly LinkRow[],
): Promise<void> {
  await client.query(
    `delete from links
     where (source, event_id) in (select source, id from json_to_recordset($1::json) as r (source text, id text))
       and (source, event_id) not in
         (select source, event_id from json_to_recordset($2::json) as r (source text, event_id text))`,
    [storableJson(graded), storableJson(links)],
  );
  if (links.length === 0) return;
  await client.query(
    `insert into links
       (source, event_id, evidence, rule, reason, correlation_id, cause_trace_id, cause_delivery_id)
     select source, event_id, evidence, rule, reason, correlation_id, cause_trace_id,
       decode(cause_delivery_id, 'hex')
     from json_to_recordset($1::json) as r (
       source text, event_id text, evidence text, rule text, reason text, correlation_id text,
       cause_trace_id uuid, cause_delivery_id text)
     order by source collate "C", event_id collate "C"
     on conflict (source, event_id) do update set
       evidence = excluded.evidence, rule = excluded.rule, reason = excluded.reason,
       correlation_id = excluded.correlation_id, cause_trace_id = excluded.cause_trace_id,
       cause_delivery_id = excluded.cause_delivery_id, graded_at = now()
     where (links.evidence, links.rule, links.reason, links.correlation_id, links.cause_trace_id,
         links.cause_delivery_id)
       is distinct from (excluded.evidence, excluded.rule, excluded.reason, excluded.correlation_id,
         excluded.cause_trace_id, excluded.cause_delivery_id)`,
    [storableJson(links)],
  );
}
