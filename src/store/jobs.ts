// What is known of jobs: since when each writes its correlation IDs. It judges nothing.
import type { StoreClient } from './client.ts';
import type { IdSpan } from './id-span.ts';
import { type DeliveryKey, type EventKey, tracesOf } from './refs.ts';
import {
  hopOf,
  isBetween,
  isDelivery,
  isNamedDelivery,
  isOfTraces,
  keyRows,
  namedTraceOf,
} from './sql.ts';
import { storableJson } from './storable-json.ts';
import { epochMs, utc } from './utc.ts';

/** Numbers of names. */
export type JobKey = { source: number; name: number };

/** Since when a job writes IDs, ms since 1970 with fractions: null where it was never seen to. */
export type JobHabit = JobKey & { writesIdsSinceMs: number | null };

/** A job that turned out to write IDs, or to have done so earlier than was known. */
export type JobFound = JobKey & { writesIdsSince: string };

/** Makes a row for each job that is new, so that there is one to lock. */
export const insertJobs = `
  insert into jobs (source, name)
  select distinct source, job from json_to_recordset($1::json) as r (source integer, job integer)
  order by 1, 2
  on conflict (source, name) do nothing`;

/** $1, $2: where to begin and end; of the batch $3 events, $4 deliveries, $5 their traces. */
const noteWriting = `
  with named as (
    select d.source, d.job, p.created_at
    from (
      select distinct e.named_hop, ${namedTraceOf('e')} as trace_id, null::uuid as named_trace_id
      from ${keyRows('$3')} join events e on e.trace_id = r."traceId" and e.ref = r.ref
      where ${isOfTraces('e', '$5')} and e.named_hop is not null and not e.starts_trace) n
    cross join lateral (select x.* from deliveries x where ${isNamedDelivery('n', 'x')} offset 0) d
    cross join lateral (
      select x.created_at from events x where x.trace_id = d.trace_id and x.ref = d.event_ref limit 1) p
    union all
    select d.source, d.job, p.created_at
    from ${keyRows('$4')}
    cross join lateral (
      select x.* from deliveries x
      where ${isDelivery('x', 'r."traceId"', 'r.ref')} and ${isBetween('x.trace_id', '$1', '$2')} limit 1) d
    cross join lateral (
      select x.created_at from events x
      where x.trace_id = d.trace_id and x.ref = d.event_ref and ${isBetween('x.trace_id', '$1', '$2')} limit 1) p
    where exists (
      select from jobs j where j.source = d.source and j.name = d.job
        and (j.writes_ids_since is null or j.writes_ids_since > p.created_at) offset 0)
      and exists (
        select from events e where e.named_hop = ${hopOf('d.ref')} and ${namedTraceOf('e')} = d.trace_id
          and not e.starts_trace and ${isBetween('e.trace_id', '$1', '$2')} offset 0)),
  since as (select source, job, min(created_at) as at from named group by 1, 2),
  locked as materialized (
    select j.source, j.name, s.at from since s join jobs j on j.source = s.source and j.name = s.job
    where j.writes_ids_since is null or j.writes_ids_since > s.at
    order by j.source, j.name for no key update of j)
  update jobs j set writes_ids_since = l.at from locked l
  where j.source = l.source and j.name = l.name
    and (j.writes_ids_since is null or j.writes_ids_since > l.at)`;

/**
 * Notes which jobs the batch shows to write IDs: those of deliveries that a later write names. The time is
 * that of the delivery's own event, since the job wrote IDs from when it was handed this one. Must run in a
 * transaction of its own, after the batch's rows are committed and before its events are judged: it waits
 * for those who judge by what was known before.
 */
export async function noteJobs(
  client: StoreClient,
  brought: { events: readonly EventKey[]; deliveries: readonly DeliveryKey[] },
  span: IdSpan,
): Promise<void> {
  await client.query(noteWriting, [
    span.first,
    span.last,
    storableJson(brought.events),
    storableJson(brought.deliveries),
    tracesOf(brought.events, brought.deliveries),
  ]);
}

const isToJudge =
  'j.writes_ids_since is not null and j.judged_since is distinct from j.writes_ids_since';

/** Which of these deliveries' jobs, and of the jobs that these events name, links are not judged by yet. */
export async function findJobsToJudge(
  client: StoreClient,
  brought: { events: readonly EventKey[]; deliveries: readonly DeliveryKey[] },
): Promise<JobFound[]> {
  // Hardly ever is there one: looking for whose deliveries these are would cost a hundred times as much.
  const { rows: some } = await client.query(`select from jobs j where ${isToJudge} limit 1`);
  if (some.length === 0) return [];
  const { rows } = await client.query<JobFound>(
    `select j.source, j.name, ${utc('j.writes_ids_since')} as "writesIdsSince"
     from (
       select d.source, d.job
       from ${keyRows('$2')} join deliveries d on ${isDelivery('d', 'r."traceId"', 'r.ref')}
       where ${isOfTraces('d', '$3')}
       union
       select d.source, d.job
       from ${keyRows('$1')}
       join events e on e.trace_id = r."traceId" and e.ref = r.ref
       join deliveries d on ${isNamedDelivery('e', 'd')}
       where ${isOfTraces('e', '$3')} and e.named_hop is not null) b
     join jobs j on j.source = b.source and j.name = b.job
     where ${isToJudge}`,
    [
      storableJson(brought.events),
      storableJson(brought.deliveries),
      tracesOf(brought.events, brought.deliveries),
    ],
  );
  return rows;
}

/**
 * Reads since when jobs write IDs, and keeps others from noting more until the
 * transaction ends: who notes it later finds the links that were made before.
 * @param toJudge what `findJobsToJudge` gave: counts as judged when the transaction is committed
 */
export async function readJobs(
  client: StoreClient,
  keys: readonly JobKey[],
  toJudge: readonly JobFound[],
): Promise<JobHabit[]> {
  if (keys.length + toJudge.length === 0) return [];
  const both = [...keys, ...toJudge].map(({ source, name }) => ({ source, name }));
  const { rows } = await client.query<JobHabit>(
    // One statement and one strength, so that two consumers take these rows in one order.
    `select j.source, j.name, ${epochMs('j.writes_ids_since')} as "writesIdsSinceMs"
     from (
       select distinct source, name from json_to_recordset($1::json) as r (source integer, name integer)) k
     join jobs j on j.source = k.source and j.name = k.name
     order by j.source, j.name for ${toJudge.length > 0 ? 'no key update' : 'share'} of j`,
    [storableJson(both)],
  );
  if (toJudge.length > 0) {
    await client.query(
      `update jobs j set judged_since = r."writesIdsSince"
       from json_to_recordset($1::json) as r (source integer, name integer, "writesIdsSince" timestamptz)
       where j.source = r.source and j.name = r.name`,
      [storableJson(toJudge)],
    );
  }
  return rows;
}
