// Reads what is told of one job beyond rollups, of its latest deliveries: a bounded number, whatever the range.
import type { StoreClient } from './client.ts';
import { outcomeCodes, wordOf } from './codes.ts';
import type { AttemptFacts } from './record.ts';
import { firstMsOf, firstUuidOf } from './refs.ts';
import {
  correlationIdOf,
  deliveryIdOf,
  errorOf,
  hopOf,
  isBetween,
  namedTraceOf,
  nameOf,
  numberOf,
  roughTimeOf,
} from './sql.ts';
import { utc } from './utc.ts';

/** A trace that another one causes begins after it, by clocks that differ by less than this. */
const clocksDifferMs = 86_400_000;
/** So many deliveries are looked at: of each its attempts, its links and their events are looked up. */
export const latestDeliveries = 500;
/** And of each so many attempts: a sender can come again and again. */
const mostAttempts = 100;

export type JobAttempt = {
  deliveryId: string;
  traceId: string;
  correlationId: string;
  destination: string;
  outcome: AttemptFacts['outcome'];
  status: number | null;
  error: string | null;
  startedAt: string;
  durationMs: number | null;
};

/** Whether anything of this source was ever delivered to it. */
export async function isKnownJob(
  client: StoreClient,
  source: string,
  job: string,
): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>(
    `select exists (select from jobs j where j.source = (${numberOf('$1')}) and j.name = (${numberOf('$2')})) as is`,
    [source, job],
  );
  return rows[0]?.is ?? false;
}

const ofJob = `d.job = (${numberOf('$2')}) and d.source = (${numberOf('$1')})`;
/**
 * Along the index of a job's deliveries, so that no more are read than there are to be, however rare or busy a job is. Of some
 * 17 minutes it has them as they were stored.
 */
const latestFirst = `order by ${roughTimeOf('d.trace_id')} desc limit ${latestDeliveries}`;

/**
 * What a job has been told of late: some of its latest deliveries. Weeks before and after them are not even planned, nor looked
 * into for each.
 */
export type LatestDeliveries = {
  source: string;
  job: string;
  firstTraceId: string;
  lastTraceId: string;
};

/** @returns null where there are none */
export async function findLatestDeliveries(
  client: StoreClient,
  { source, job }: { source: string; job: string },
): Promise<LatestDeliveries | null> {
  const { rows } = await client.query<{ firstTraceId: string; lastTraceId: string }>(
    `with latest as materialized (select d.trace_id as id from deliveries d where ${ofJob} ${latestFirst})
     select (select id from latest order by id limit 1) as "firstTraceId", id as "lastTraceId"
     from latest order by id desc limit 1`,
    [source, job],
  );
  const [ends] = rows;
  return ends ? { source, job, ...ends } : null;
}

const isLate = (row: string): string => isBetween(`${row}.trace_id`, '$3', '$4');

/** $1 a source, $2 a job, $3 and $4 the first and last trace: where in their index they begin is said, too. */
const latest = `
  latest as materialized (
    select d.trace_id, d.ref, d.event_ref from deliveries d
    where ${ofJob} and ${isLate('d')} and ${roughTimeOf('d.trace_id')} >= ${roughTimeOf('$3::uuid')} ${latestFirst})`;

/** $5 and $6: where their attempts begin. */
const attempts = `
  attempt as materialized (
    select d.event_ref, d.ref, a.*
    from latest d cross join lateral (
      select * from attempts a where a.trace_id = d.trace_id and a.delivery_ref = d.ref and ${isLate('a')}
        and a.started_at >= $5::timestamptz and a.started_at < $6::timestamptz
      limit ${mostAttempts}) a),
  slow as (
    select true as is_slow, a.* from attempt a where ended_at is not null and outcome <> 'c'
    order by ended_at - started_at desc, started_at desc limit 10),
  failed as (
    select false as is_slow, a.* from attempt a where outcome in ('f', 'u', 't') order by started_at desc limit 10)`;

const shown = `
  select x.is_slow as "isSlow", ${deliveryIdOf('d', 'e')} as "deliveryId", x.trace_id as "traceId", ${correlationIdOf('d')} as "correlationId",
    ${nameOf('x.destination')} as destination, ${wordOf('x.outcome', outcomeCodes)} as outcome, x.status,
    ${errorOf('x')} as error,
    ${utc('x.started_at')} as "startedAt",
    (extract(epoch from x.ended_at - x.started_at) * 1000)::float8 as "durationMs"`;
const ofX = `
  join deliveries d on d.trace_id = x.trace_id and d.event_ref = x.event_ref and d.ref = x.ref and ${isLate('d')}
  join events e on e.trace_id = d.trace_id and e.ref = d.event_ref and ${isLate('e')}`;

/** Of them, the slowest attempts and the last failures in a span, ten of each. */
export async function readJobAttempts(
  client: StoreClient,
  { source, job, firstTraceId, lastTraceId }: LatestDeliveries,
  span: { from: string; until: string },
): Promise<{ slowest: JobAttempt[]; lastFailures: JobAttempt[] }> {
  const { rows } = await client.query<JobAttempt & { isSlow: boolean }>(
    `with ${latest}, ${attempts}
     ${shown} from (select * from slow union all select * from failed) x ${ofX}
     order by x.is_slow desc, case when x.is_slow then x.ended_at - x.started_at end desc, x.started_at desc`,
    [source, job, firstTraceId, lastTraceId, span.from, span.until],
  );
  const told = (isSlow: boolean): JobAttempt[] =>
    rows.flatMap(({ isSlow: is, ...attempt }) => (is === isSlow ? [attempt] : []));
  return { slowest: told(true), lastFailures: told(false) };
}

/** A trace that they can have caused: it can begin long after them. */
const isNear = (row: string): string => isBetween(`${row}.trace_id`, '$5', '$6');

/** The tables that they certainly wrote to by now, with how many events tell it. */
export async function readTablesWritten(
  client: StoreClient,
  { source, job, firstTraceId, lastTraceId }: LatestDeliveries,
  nowMs: number,
): Promise<{ schema: string; name: string; events: number }[]> {
  const { rows } = await client.query<{ schema: string; name: string; events: number }>(
    `with ${latest}
     select ${nameOf('t.table_schema')} as schema, ${nameOf('t.table_name')} as name, t.events from (
       select e.table_schema, e.table_name, count(*)::int as events
       from latest d
       cross join lateral (
         select e.trace_id, e.ref, e.table_schema, e.table_name from events e
         where e.named_hop = ${hopOf('d.ref')} and e.named_hop is not null and ${namedTraceOf('e')} = d.trace_id
           and e.table_name is not null and ${isNear('e')} limit 1000) e
       cross join lateral (
         select from links l
         where l.trace_id = e.trace_id and l.event_ref = e.ref and l.cause_ref = d.ref and l.evidence = 'c'
           and ${isNear('l')} limit 1) l
       group by 1, 2 order by 3 desc limit 50) t
     order by t.events desc, 1, 2`,
    [
      source,
      job,
      firstTraceId,
      lastTraceId,
      firstUuidOf(firstMsOf(firstTraceId) - clocksDifferMs),
      firstUuidOf(nowMs + clocksDifferMs),
    ],
  );
  return rows;
}
