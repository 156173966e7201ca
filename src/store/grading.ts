// What is needed to judge why events happened. It judges nothing.
import type { StoreClient } from './client.ts';
import { lateAfterMs } from './compact-rows.ts';
import type { JobFound } from './jobs.ts';
import type { EventToGrade, GradingRow, NamingEvent } from './grading-rows.ts';
import {
  type AttemptKey,
  contextRef,
  type DeliveryKey,
  type EventKey,
  firstMsOf,
  firstUuidOf,
  tracesOf,
} from './refs.ts';
import {
  actorOf,
  correlationIdOf,
  hopOf,
  isBetween,
  isDelivery,
  isNamedDelivery,
  isOfTraces,
  keyRows,
  namedTraceOf,
  opOf,
  previousActorOf,
  roughTimeOf,
  sessionIdOf,
} from './sql.ts';
import type { IdSpan } from './id-span.ts';
import { storableJson } from './storable-json.ts';
import { epochMs } from './utc.ts';

/** With more deliveries or running attempts in an event's trace context it cannot be told which one wrote. */
const mostInContext = 200;
/** How many events of a trace context are judged again when an attempt in it is recorded. */
const mostWritesInContext = 50;
/** Where as many attempts about its rows are found, there may be more: it cannot be told who wrote. */
export const mostAboutRows = 50;
/** A transaction that wrote more rows without naming a cause is a bulk write, and no row's in particular. */
const mostRowsWritten = 20;
/** So many events that wrote a row are looked through for attempts about it; with more it cannot be told. */
const mostEventsOfRow = 500;
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

/** An event whose cause only a value in its row names: what its transaction's other rows say matters. */
const byValue = (e: string): string => `${isNamed(e)} and ${e}.session_correlation is null`;

/** An event that says of no delivery that it made it. The words are those of the indexes. */
const isUnnamed = (e: string): string =>
  `${e}.op in ('I', 'U', 'D') and (${e}.named_hop is null or ${e}.starts_trace)`;

const isNamed = (e: string): string =>
  `${e}.op is not null and ${e}.named_hop is not null and not ${e}.starts_trace`;

const sameTransaction = (a: string, b: string): string =>
  `${a}.written_raw = ${b}.written_raw and ${a}.source = ${b}.source and ${isNear(a)}`;

/** $1, $3: only the partitions in which what the batch touches can be. */
const isNear = (e: string): string => isBetween(`${e}.trace_id`, '$1', '$3');

/** Two probes of an index where one `<>` would walk through all rows of a bulk write. */
const otherHop = ['<', '>'] as const;

/**
 * The hop that an event names, in 41 bits: those that a session names stand before those that a value does. The words of
 * the index, which has them after the transaction's time.
 */
const rankedHop = (e: string): string =>
  `(${e}.named_hop + case when ${e}.session_correlation is null then ${toByValue} else 0 end)`;
/** 2⁴⁰: hops are from -2³⁹ to 2³⁹ - 1. */
const toByValue = '1099511627776';
const isRanked = (e: string, by: 'session' | 'value'): string =>
  `${rankedHop(e)} ${by === 'session' ? '<' : '>='} 549755813888`;

/** @param e names its hop by value, too */
const otherByValue = (m: string, e: string, compare: string): string =>
  `${sameTransaction(m, e)} and ${byValue(m)} and ${isRanked(m, 'value')}
    and ${rankedHop(m)} ${compare} ${e}.named_hop + ${toByValue}`;

const namesAnother = otherHop
  .map((compare) => `exists (select from events m where ${otherByValue('m', 'e', compare)})`)
  .join(' or ');

/** Hasura names the table that a trigger was made for, so that partitions of one table are told alike. */
const isMoved = `e.op = 'I' and exists (
  select from events m where m.op = 'D' and m.row_ref = e.row_ref and ${sameTransaction('m', 'e')}
    and ${previousActorOf('m')} = ${actorOf('e')})`;

/** So many events that carry an ID are looked through for deliveries that were under way. */
const mostCarriers = 200;

/** $2: as below. */
const isCarriedOn = `exists (
  select from (
    select c.trace_id, c.ref from events c
    where c.named_hop = e.named_hop and ${namedTraceOf('c')} = ${namedTraceOf('e')}
      and c.created_at < e.created_at and ${isNear('c')}
    order by c.created_at desc limit ${mostCarriers}) c
  cross join lateral (
    select d.trace_id, d.ref from deliveries d
    where d.trace_id = c.trace_id and d.event_ref = c.ref and ${isNear('d')} limit ${mostAttempts}) d
  cross join lateral (
    select a.ended_at, a.status from attempts a
    where a.trace_id = d.trace_id and a.delivery_ref = d.ref and ${isNear('a')} and a.started_at <= e.created_at
      and a.started_at >= e.created_at - $2 * interval '1 ms'
    order by a.started_at desc limit ${mostAttempts}) a
  where a.ended_at is null or a.status is null or a.ended_at >= e.created_at)`;

const endOfNamed = (by: 'session' | 'value', direction: 'asc' | 'desc'): string => `
  (select m.trace_id, m.ref, m.named_hop, ${namedTraceOf('m')} as named_trace from events m
   where ${sameTransaction('m', 'e')} and ${isNamed('m')} and ${isRanked('m', by)}
   order by ${rankedHop('m')} ${direction}, m.ref limit 1)`;

/** The only hop that the rows of `e`'s transaction name, with an event that names it: by session if any does. */
const mate = `(
  select case when count(distinct (n.named_hop, n.named_trace)) = 1
    then (array_agg(json_build_object('traceId', n.trace_id, 'ref', n.ref::text, 'namedTraceId', n.named_trace)
      order by n.place))[1] end
  from (
    select 1 as place, s.* from ${endOfNamed('session', 'asc')} s
    union all select 2, s.* from ${endOfNamed('session', 'desc')} s
    union all select 3, s.* from ${endOfNamed('value', 'asc')} s
    union all select 4, s.* from ${endOfNamed('value', 'desc')} s) n)`;

const spanOf = (a: string): string =>
  `json_build_array(${epochMs(`${a}.started_at`)}, ${epochMs(`${a}.ended_at`)}, ${a}.status, ${a}.works_in_background)`;

/** $5, $6, $7, $8: as below. */
const isNamedTrace = (x: string): string => isBetween(`${x}.trace_id`, '$5', '$6');
const isContextTrace = (x: string): string => isBetween(`${x}.trace_id`, '$7', '$8');
const isInContext = (x: string): string => `(${isNear(x)} or ${isContextTrace(x)})`;

/**
 * Attempts that were at work when `e` was written, in the trace whose id its trace context is (a job hands the
 * `traceparent` on that it got) or that an event with the same context is in. $2: as below.
 */
const inContext = `(
  select case when count(*) > ${mostInContext} then null else coalesce((
    select json_agg(json_build_object(
      'deliveryRef', d.ref::text, 'traceId', d.trace_id, 'eventWrittenAtMs', ${epochMs('p.created_at')},
      'span', ${spanOf('a')}) order by a.started_at desc, a.id)
    from unnest(array_agg(n.trace_id), array_agg(n.ref)) as k (trace_id, ref)
    cross join lateral (
      select x.* from deliveries x where ${isDelivery('x', 'k.trace_id', 'k.ref')} and ${isInContext('x')} limit 1) d
    cross join lateral (
      select x.* from events x where x.trace_id = d.trace_id and x.ref = d.event_ref and ${isInContext('x')} limit 1) p
    cross join lateral (
      select x.* from attempts x
      where x.trace_id = d.trace_id and x.delivery_ref = d.ref and ${isInContext('x')}
        and x.started_at <= e.created_at
        and x.started_at >= e.created_at - $2 * interval '1 ms'
      order by x.started_at desc limit ${mostAboutRows}) a), '[]'::json) end
  from (
    select trace_id, ref from (
      (select d.trace_id, d.ref from deliveries d where d.trace_id = e.context_trace_id and ${isContextTrace('d')}
       limit ${mostInContext + 1})
      union
      (select d.trace_id, d.ref from (
         select p.trace_id, p.ref from events p
         where p.context_ref = e.context_ref and ${isNear('p')}
         order by p.created_at limit ${mostInContext + 1}) p
       cross join lateral (
         select x.trace_id, x.ref from deliveries x
         where x.trace_id = p.trace_id and x.event_ref = p.ref and ${isNear('x')} limit ${mostInContext + 1}) d
       limit ${mostInContext + 1})) both_ways) n)`;

/** $2: how long an attempt may be at work, ms. */
const aboutRows = `(
  select case when cardinality(written.rows) > ${mostRowsWritten} or near.is_cut then null
    else near.attempts end
  from (
    select array_agg(k.row_ref) as rows from (
      select distinct m.row_ref from events m
      where ${sameTransaction('m', 'e')} and ${isUnnamed('m')} and m.row_ref is not null
      order by m.row_ref limit ${mostRowsWritten + 1}) k) written
  cross join lateral (
    select coalesce(bool_or(a.is_cut), false) as is_cut, coalesce(json_agg(json_build_object(
      'deliveryRef', d.ref::text, 'traceId', d.trace_id, 'job', d.job,
      'isSameRow', a.row_ref = e.row_ref, 'eventWrittenAtMs', ${epochMs('p.created_at')}, 'span', ${spanOf('a')})
      order by a.started_at desc, a.id), '[]'::json) as attempts
    from (
      select found.*, w.row_ref from unnest(written.rows) as w (row_ref)
      cross join lateral (
        (select x.trace_id, x.delivery_ref, x.id, x.started_at, x.ended_at, x.status,
           x.works_in_background, false as is_cut
         from attempts x
         where x.late_row_ref = w.row_ref and x.started_at <= e.created_at
           and x.started_at >= e.created_at - $2 * interval '1 ms'
         order by x.started_at desc limit ${mostAboutRows})
        union all
        (select x.trace_id, x.delivery_ref, x.id, x.started_at, x.ended_at, x.status,
           x.works_in_background, o.place >= ${mostEventsOfRow}
         from (
           select o.trace_id, o.ref, row_number() over (order by o.created_at desc, o.ref) as place
           from events o
           where o.row_ref = w.row_ref and o.created_at <= e.created_at and ${isNear('o')}
             and o.created_at >= e.created_at - ($2 + ${lateAfterMs}) * interval '1 ms'
           order by o.created_at desc, o.ref limit ${mostEventsOfRow}) o
         cross join lateral (
           select y.trace_id, y.ref from deliveries y
           where y.trace_id = o.trace_id and y.event_ref = o.ref and ${isNear('y')} limit ${mostAttempts}) d
         cross join lateral (
           select x.* from attempts x
           where x.trace_id = d.trace_id and x.delivery_ref = d.ref and x.late_row_ref is null and ${isNear('x')}
             and x.started_at <= e.created_at and x.started_at >= e.created_at - $2 * interval '1 ms'
           order by x.started_at desc limit ${mostAboutRows}) x
         order by x.started_at desc limit ${mostAboutRows})
        order by 4 desc limit ${mostAboutRows}) found
      order by found.started_at desc limit ${mostAboutRows}) a
    cross join lateral (
      select x.* from deliveries x where ${isDelivery('x', 'a.trace_id', 'a.delivery_ref')} limit 1) d
    cross join lateral (
      select x.* from events x where x.trace_id = d.trace_id and x.ref = d.event_ref limit 1) p) near)`;

/** $7: what jobs that turned out to write IDs were told. Planned only where there are such jobs. */
const ofJobs = `
    union
    select p.row_ref, a.started_at
    from json_to_recordset($7::json) as j (source integer, name integer, since timestamptz, first_id uuid)
    cross join lateral (
      select d.trace_id, d.event_ref, d.ref from deliveries d
      where d.source = j.source and d.job = j.name and d.trace_id >= j.first_id
        and ${roughTimeOf('d.trace_id')} >= ${roughTimeOf('j.first_id')}
      order by ${roughTimeOf('d.trace_id')}, d.trace_id limit ${mostOfJob}) d
    cross join lateral (
      select x.row_ref from events x where x.trace_id = d.trace_id and x.ref = d.event_ref limit 1) p
    cross join lateral (
      select x.started_at from attempts x
      where x.trace_id = d.trace_id and x.delivery_ref = d.ref
        and x.started_at >= j.since - $2 * interval '1 ms'
      order by x.started_at limit ${mostAttempts}) a
    where p.row_ref is not null`;

/**
 * $1, $3 where to begin and end, $2 how long an attempt may be at work, ms; of the batch $4 events,
 * $5 deliveries and $6 attempts; $7 as above. Every step walks an index and is cut
 * where it could grow.
 */
const findTouched = (withJobs: boolean): string => `
  with brought as materialized (
    select e.* from ${keyRows('$4')} cross join lateral (
      select x.* from events x where x.trace_id = r."traceId" and x.ref = r.ref and ${isNear('x')} limit 1) e),
  writes as materialized (
    select distinct source, written_raw, named_hop from brought where ${byValue('brought')}),
  attempted as materialized (
    select a.started_at, r."contextRef" as own_context, p.row_ref, p.context_ref, p.named_hop, ${namedTraceOf('p')} as named_trace
    from json_to_recordset($6::json) as r (
      "traceId" uuid, "deliveryRef" bigint, id uuid, "eventRef" bigint, "contextRef" bigint)
    join brought p on p.trace_id = r."traceId" and p.ref = r."eventRef"
    cross join lateral (
      select x.* from attempts x
      where x.trace_id = r."traceId" and x.delivery_ref = r."deliveryRef" and x.id = r.id and ${isNear('x')}
      limit 1) a),
  about as materialized (
    select row_ref, started_at from attempted where row_ref is not null${withJobs ? ofJobs : ''}),
  carriers as materialized (
    select distinct named_hop, named_trace, started_at from attempted where named_hop is not null),
  touched as materialized (
    select trace_id, ref, source, written_raw from brought
    union
    select m.trace_id, m.ref, m.source, m.written_raw
    from ${keyRows('$5')} cross join lateral (
      select x.trace_id, x.ref, x.source, x.written_raw from events x
      where x.named_hop = ${hopOf('r.ref')} and x.named_hop is not null
        and ${namedTraceOf('x')} = r."traceId" and ${isNear('x')} offset 0) m
    ${otherHop
      .map(
        (compare) => `union
    select m.trace_id, m.ref, m.source, m.written_raw from writes w
    join events m on ${otherByValue('m', 'w', compare)}`,
      )
      .join('\n    ')}
    union
    select m.trace_id, m.ref, m.source, m.written_raw from brought b
    join events m on ${sameTransaction('m', 'b')} and ${byValue('m')} and m.row_ref = b.row_ref
    where b.op = 'D'
    union
    select w.* from carriers c
    cross join lateral (
      select m.trace_id, m.ref, m.source, m.written_raw from events m
      where m.named_hop = c.named_hop and ${namedTraceOf('m')} = c.named_trace
        and m.created_at >= c.started_at and m.created_at <= c.started_at + $2 * interval '1 ms'
        and ${byValue('m')} and ${isNear('m')}
      order by m.created_at, m.ref limit ${mostWritesOfRow}) w
    union
    select w.* from (
      select context_ref, started_at from attempted where context_ref is not null
      union
      select own_context, started_at from attempted) c
    cross join lateral (
      select m.trace_id, m.ref, m.source, m.written_raw from events m
      where m.context_ref = c.context_ref and m.created_at >= c.started_at
        and m.created_at <= c.started_at + $2 * interval '1 ms' and ${isUnnamed('m')} and ${isNear('m')}
      order by m.created_at, m.ref limit ${mostWritesInContext}) w
    union
    select w.* from about a
    cross join lateral (
      select m.trace_id, m.ref, m.source, m.written_raw from events m
      where m.row_ref = a.row_ref and m.created_at >= a.started_at
        and m.created_at <= a.started_at + $2 * interval '1 ms' and ${isUnnamed('m')} and ${isNear('m')}
      order by m.created_at, m.ref limit ${mostWritesOfRow}) w)
  select trace_id as "traceId", ref::text from touched
  union
  select m.trace_id, m.ref::text from (select distinct source, written_raw from touched) t
  cross join lateral (
    select m.trace_id, m.ref from events m where ${sameTransaction('m', 't')} and ${isUnnamed('m')}
    order by m.row_ref limit ${mostMates}) m`;

/** An event's trace begins a day at most before it was written, and both times can be a time zone off. */
const nearMs = 3 * 86_400_000;

/** Where events begin that have to do with these: a trace id. @param timesMs of what the batch brought */
export function firstNear(
  keys: readonly { traceId: string }[],
  timesMs: readonly number[],
): string {
  const first = keys.reduce<string | null>(
    (least, { traceId }) => (least === null || traceId < least ? traceId : least),
    null,
  );
  const fromMs = timesMs.reduce(
    (least, ms) => Math.min(least, ms),
    first === null ? Infinity : firstMsOf(first),
  );
  return firstUuidOf(fromMs - nearMs);
}

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
    deliveries: readonly DeliveryKey[];
    attempts: readonly AttemptKey[];
    jobs: readonly JobFound[];
    longestRunMs: number;
    span: IdSpan;
  },
): Promise<EventToGrade[]> {
  const jobs = touched.jobs.map(({ source, name, writesIdsSince }) => ({
    source,
    name,
    since: writesIdsSince,
    first_id: firstUuidOf(Date.parse(writesIdsSince) - longestTraceMs),
  }));
  const contexts = new Map<string, string>();
  for (const traceId of tracesOf(touched.attempts)) {
    contexts.set(traceId, await contextRef(traceId.replaceAll('-', '')));
  }
  const attempts = touched.attempts.map((key) => ({
    ...key,
    contextRef: contexts.get(key.traceId),
  }));
  const found = await client.query<EventKey>(findTouched(jobs.length > 0), [
    touched.span.first,
    touched.longestRunMs,
    touched.span.last,
    storableJson(touched.events),
    storableJson(touched.deliveries),
    storableJson(attempts),
    ...(jobs.length > 0 ? [storableJson(jobs)] : []),
  ]);
  const { rows } = await client.query<EventToGrade>(
    `select e.trace_id as "traceId", e.ref::text,
       case when e.named_hop is not null then ${namedTraceOf('e')} end as "namedTraceId",
       case when ${isUnnamed('e')} then e.context_trace_id end as "contextTraceId"
     from ${keyRows('$1')} join events e on e.trace_id = r."traceId" and e.ref = r.ref
     where ${isOfTraces('e', '$2')}
     order by e.trace_id, e.ref
     for no key update of e`,
    [storableJson(found.rows), tracesOf(found.rows)],
  );
  return rows;
}

/** What only matters of a write that names no cause. */
const ofUnnamed = `
  case when ${isUnnamed('e')} then ${mate} end as mate,
  case when ${isUnnamed('e')} and e.context_ref is not null then ${inContext} else '[]'::json end as "inContext",
  case when ${isUnnamed('e')} and e.row_ref is not null then ${aboutRows} end as "aboutRows"`;
const leftOut = `null as mate, '[]'::json as "inContext", null as "aboutRows"`;

/**
 * $1, $3 where to begin and end, $2 how long an attempt may be at work, ms, $4 events; $5, $6 from where to where the traces
 * are that these name, $7, $8 those that trace contexts name.
 */
const readFacts = (more: string): string => `
  select e.trace_id as "traceId", e.ref::text, e.source, ${opOf('e')} as op, ${actorOf('e')} as actor,
    ${previousActorOf('e')} as "previousActor", ${sessionIdOf('e')} as "sessionCorrelationId",
    (select n.text from names n where n.id = e.session_user_name) as "sessionUser",
    e.starts_trace as "startsTrace", ${epochMs('e.created_at')} as "createdAtMs",
    coalesce(${byValue('e')} and (${namesAnother}), false) as "transactionNamesAnother",
    coalesce(${byValue('e')} and (${isMoved}), false) as "isMoved",
    coalesce(${byValue('e')} and ${isCarriedOn}, false) as "isCarriedOn",
    coalesce((
      select json_agg(json_build_object(
        'deliveryRef', d.ref::text, 'traceId', d.trace_id, 'correlationId', ${correlationIdOf('d')},
        'attempts', coalesce((
          select json_agg(${spanOf('a')} order by a.started_at, a.id)
          from attempts a
          where a.trace_id = d.trace_id and a.delivery_ref = d.ref and ${isNamedTrace('a')}), '[]'::json))
        order by d.ref)
      from deliveries d where ${isNamedDelivery('e', 'd')} and ${isNamedTrace('d')}), '[]'::json) as named,
    ${more}
  from ${keyRows('$4')} cross join lateral (
    select x.* from events x where x.trace_id = r."traceId" and x.ref = r.ref and ${isNear('x')} limit 1) e`;

/**
 * Reads what is known of each event now.
 * @param longestRunMs how long an attempt may be at work: about a row, none that began earlier is looked at
 */
export async function readGradingRows(
  client: StoreClient,
  keys: readonly EventToGrade[],
  span: IdSpan,
  longestRunMs: number,
): Promise<GradingRow[]> {
  const { rows } = await client.query<GradingRow>(readFacts(ofUnnamed), [
    ...factValues(keys, span, longestRunMs),
    ...ends(keys.map(({ contextTraceId }) => contextTraceId)),
  ]);
  return rows;
}

/** {@link readGradingRows} of events that name their causes themselves: without what is only read of others. */
export async function readMates(
  client: StoreClient,
  mates: readonly NamingEvent[],
  span: IdSpan,
  longestRunMs: number,
): Promise<GradingRow[]> {
  if (mates.length === 0) return [];
  const { rows } = await client.query<GradingRow>(
    readFacts(leftOut),
    factValues(mates, span, longestRunMs),
  );
  return rows;
}

function factValues(keys: readonly NamingEvent[], span: IdSpan, longestRunMs: number): unknown[] {
  const events = keys.map(({ traceId, ref }) => ({ traceId, ref }));
  const named = ends(keys.map(({ namedTraceId }) => namedTraceId));
  return [span.first, longestRunMs, span.last, storableJson(events), ...named];
}

const noTrace = '00000000-0000-0000-0000-000000000000';

/** The first and the last. */
function ends(traceIds: readonly (string | null)[]): [string, string] {
  const ids = traceIds.filter((id) => id !== null).toSorted();
  return [ids[0] ?? noTrace, ids.at(-1) ?? noTrace];
}
