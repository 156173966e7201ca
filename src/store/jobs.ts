// What is known of jobs: since when each writes its correlation IDs. It judges nothing.
import type { StoreClient } from './client.ts';
import type { EventKey } from './rows.ts';
import { storableJson } from './storable-json.ts';
import { utc } from './utc.ts';

export type JobKey = { source: string; name: string };

/** A job that turned out to write IDs, or to have done so earlier than was known. */
export type JobFound = JobKey & { writesIdsSince: string };

/** Makes a row for each job that is new, so that there is one to lock. */
export const insertJobs = `
  insert into jobs (source, name)
  select distinct source, job from json_to_recordset($1::json) as r (source text, job text)
  order by 1, 2
  on conflict (source, name) do nothing`;

/**
 * Notes which jobs the batch shows to write IDs: those of deliveries that a later write names. The time is
 * that of the delivery's own event, since the job wrote IDs from when it was handed this one. Must run in a
 * transaction of its own, after the batch's rows are committed and before its events are judged: it waits
 * for those who judge by what was known before.
 */
export async function noteJobs(
  client: StoreClient,
  brought: { events: readonly EventKey[]; hopIds: readonly string[] },
): Promise<void> {
  await client.query(
    `with named as (
       select d.source, d.job, d.event_id
       from json_to_recordset($1::json) as r (source text, id text)
       join events e on e.source = r.source and e.id = r.id
       join deliveries d on d.hop_id = e.named_hop_id
       where not e.starts_trace
       union
       select d.source, d.job, d.event_id from deliveries d
       where d.hop_id = any ($2::uuid[])
         and exists (select from events e where e.named_hop_id = d.hop_id and not e.starts_trace)),
     since as (
       select n.source, n.job, min(p.created_at) as at
       from named n join events p on p.source = n.source and p.id = n.event_id group by 1, 2),
     locked as materialized (
       select j.source, j.name, s.at from since s join jobs j on j.source = s.source and j.name = s.job
       where j.writes_ids_since is null or j.writes_ids_since > s.at
       order by j.source, j.name for no key update of j)
     update jobs j set writes_ids_since = l.at from locked l
     where j.source = l.source and j.name = l.name
       and (j.writes_ids_since is null or j.writes_ids_since > l.at)`,
    [storableJson(brought.events), brought.hopIds],
  );
}

/** Which of these deliveries' jobs, and of the jobs that these events name, links are not judged by yet. */
export async function findJobsToJudge(
  client: StoreClient,
  brought: { events: readonly EventKey[]; hopIds: readonly string[] },
): Promise<JobFound[]> {
  const { rows } = await client.query<JobFound>(
    `select j.source, j.name, ${utc('j.writes_ids_since')} as "writesIdsSince"
     from (
       select d.source, d.job from deliveries d where d.hop_id = any ($2::uuid[])
       union
       select d.source, d.job
       from json_to_recordset($1::json) as r (source text, id text)
       join events e on e.source = r.source and e.id = r.id
       join deliveries d on d.hop_id = e.named_hop_id) b
     join jobs j on j.source = b.source and j.name = b.job
     where j.writes_ids_since is not null and j.judged_since is distinct from j.writes_ids_since`,
    [storableJson(brought.events), brought.hopIds],
  );
  return rows;
}

/**
 * Reads since when jobs write IDs (null: never seen to), and keeps others from noting more until the
 * transaction ends: who notes it later finds the links that were made before.
 * @param toJudge what `findJobsToJudge` gave: counts as judged when the transaction is committed
 */
export async function readJobs(
  client: StoreClient,
  keys: readonly JobKey[],
  toJudge: readonly JobFound[],
): Promise<(JobKey & { writesIdsSince: string | null })[]> {
  if (keys.length + toJudge.length === 0) return [];
  const both = [...keys, ...toJudge].map(({ source, name }) => ({ source, name }));
  const { rows } = await client.query<JobKey & { writesIdsSince: string | null }>(
    // One statement and one strength, so that two consumers take these rows in one order.
    `select j.source, j.name, ${utc('j.writes_ids_since')} as "writesIdsSince"
     from (select distinct source, name from json_to_recordset($1::json) as r (source text, name text)) k
     join jobs j on j.source = k.source and j.name = k.name
     order by j.source, j.name for ${toJudge.length > 0 ? 'no key update' : 'share'} of j`,
    [storableJson(both)],
  );
  if (toJudge.length > 0) {
    await client.query(
      `update jobs j set judged_since = r."writesIdsSince"
       from json_to_recordset($1::json) as r (source text, name text, "writesIdsSince" timestamptz)
       where j.source = r.source and j.name = r.name`,
      [storableJson(toJudge)],
    );
  }
  return rows;
}
