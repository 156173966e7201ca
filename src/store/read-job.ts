// Reads what is told of one job beyond rollups, of its latest deliveries: a bounded number, whatever the range.
import type { StoreClient } from './client.ts';
import { outcomeCodes, wordOf } from './codes.ts';
import type { AttemptFacts } from './record.ts';
import { correlationIdOf, deliveryIdOf, nameOf, numberOf } from './sql.ts';
import { utc } from './utc.ts';

/** So many deliveries are looked at. */
export const latestDeliveries = 1_000;
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

/** $1 a source, $2 a job; $3 and $4: where its deliveries' attempts begin. */
const latest = `
  latest as materialized (
    select d.* from deliveries d
    where d.job = (${numberOf('$2')}) and d.source = (${numberOf('$1')})
    order by d.trace_id desc limit ${latestDeliveries}),
  attempt as materialized (
    select d.event_ref, d.source, d.target, d.named, d.id as delivery_id, d.ref, a.*
    from latest d cross join lateral (
      select * from attempts a where a.trace_id = d.trace_id and a.delivery_ref = d.ref
        and a.started_at >= $3::timestamptz and a.started_at < $4::timestamptz
      limit ${mostAttempts}) a)`;

const shown = `
  select ${deliveryIdOf('d', 'e')} as "deliveryId", x.trace_id as "traceId", ${correlationIdOf('d')} as "correlationId",
    ${nameOf('x.destination')} as destination, ${wordOf('x.outcome', outcomeCodes)} as outcome, x.status, x.error,
    ${utc('x.started_at')} as "startedAt",
    (extract(epoch from x.ended_at - x.started_at) * 1000)::float8 as "durationMs"`;
const ofX = `
  join deliveries d on d.trace_id = x.trace_id and d.event_ref = x.event_ref and d.ref = x.ref
  join events e on e.trace_id = d.trace_id and e.ref = d.event_ref`;

/** Of the job's latest deliveries: its slowest attempts and its last failures in a span, ten of each. */
export async function readJobAttempts(
  client: StoreClient,
  job: { source: string; job: string },
  span: { from: string; until: string },
): Promise<{ slowest: JobAttempt[]; lastFailures: JobAttempt[] }> {
  const values = [job.source, job.job, span.from, span.until];
  const { rows: slowest } = await client.query<JobAttempt>(
    `with ${latest}
     ${shown} from (
       select * from attempt where ended_at is not null and outcome <> 'c'
       order by ended_at - started_at desc, started_at desc limit 10) x ${ofX}
     order by x.ended_at - x.started_at desc, x.started_at desc`,
    values,
  );
  const { rows: lastFailures } = await client.query<JobAttempt>(
    `with ${latest}
     ${shown} from (
       select * from attempt where outcome in ('f', 'u', 't') order by started_at desc limit 10) x ${ofX}
     order by x.started_at desc`,
    values,
  );
  return { slowest, lastFailures };
}

/** The tables that the job's latest deliveries certainly wrote to, with how many events tell it. */
export async function readTablesWritten(
  client: StoreClient,
  job: { source: string; job: string },
): Promise<{ schema: string; name: string; events: number }[]> {
  const { rows } = await client.query<{ schema: string; name: string; events: number }>(
    `with latest as materialized (
       select d.trace_id, d.ref from deliveries d
       where d.job = (${numberOf('$2')}) and d.source = (${numberOf('$1')})
       order by d.trace_id desc limit ${latestDeliveries})
     select ${nameOf('t.table_schema')} as schema, ${nameOf('t.table_name')} as name, t.events from (
       select e.table_schema, e.table_name, count(*)::int as events
       from latest d
       cross join lateral (
         select l.trace_id, l.event_ref from links l
         where l.cause_ref = d.ref and l.evidence = 'c' and coalesce(l.cause_trace_id, l.trace_id) = d.trace_id limit 1000) l
       cross join lateral (
         select e.table_schema, e.table_name from events e
         where e.trace_id = l.trace_id and e.ref = l.event_ref and e.table_name is not null limit 1) e
       group by 1, 2 order by 3 desc limit 50) t
     order by t.events desc, 1, 2`,
    [job.source, job.job],
  );
  return rows;
}
