// Rolls stale minutes up: counts them anew from the tables, and their hours from minutes. It never adds to a count, so that
// it can run at any time, twice, and after any other; what to do with the counts is others' to say.
import { inTransaction, type StoreClient } from './client.ts';
import {
  attemptBucket,
  attemptCounts,
  countOf,
  counts,
  mostLines,
  mostPeaks,
  ofEvent,
  rollupCounts,
} from './rollup-line.ts';
import { noteDay } from './stale-days.ts';
import { isAttemptOf, isDelivery, numberOf } from './sql.ts';

/** A minute that took some time is left alone for so many times as long, and for a second at least, except by the cron. */
const pauseFactor = 20;
/** Of stale minutes the latest are looked at, to find those that are due. */
const mostLookedAt = 1_000;

const key = ['source', 'trigger', 'job', 'destination', 'named_by'];
const keyList = key.join(', ');

const inMinute = (time: string): string =>
  `${time} >= $1::timestamptz and ${time} < $1::timestamptz + interval '1 minute'`;

/** With a limit, so that each is looked up along an index: what a planner guesses of a minute has it read whole tables. */
const deliveryOf = (trace: string, ref: string): string =>
  `(select own.* from deliveries own where ${isDelivery('own', trace, ref)} limit 1)`;
const eventOf = (d: string): string =>
  `(select own.trigger, own.named_by from events own where own.trace_id = ${d}.trace_id and own.ref = ${d}.event_ref limit 1)`;

const minuteParts = `
  attempt as materialized (
    select d.source, ${ofEvent}, d.job, a.destination, a.outcome, a.status,
      not exists (select from attempts x where ${isAttemptOf('x', 'd')}
        and (x.started_at, x.id) < (a.started_at, a.id)) as is_first,
      ${attemptBucket} as bucket
    from attempts a cross join lateral ${deliveryOf('a.trace_id', 'a.delivery_ref')} d cross join lateral ${eventOf('d')} e
    where ${inMinute('a.started_at')}),
  counted as materialized (
    select ${keyList}, ${attemptCounts}
    from attempt group by ${keyList}
    union all
    select source, trigger, 0, 0, named_by, ${counts({
      events: 'count(*)',
      cascades: countOf('is_root'),
      writes: countOf(`named_by <> '-'`),
      covered: countOf('is_covered'),
    })}
    from (
      select e.source, ${ofEvent}, t.is_root, e.named_by in ('p', 's') or l.is_certain as is_covered
      from events e
      left join lateral (
        select true as is_root from traces t
        where t.id = e.trace_id and t.root_ref = e.ref and t.joined_to is null limit 1) t on true
      left join lateral (
        select true as is_certain from links l
        where l.trace_id = e.trace_id and l.event_ref = e.ref and l.evidence = 'c' limit 1) l on true
      where ${inMinute('e.arrived_at')}) e
    group by 1, 2, 5
    union all
    select ${keyList}, ${counts({ dead: 'count(*)' })}
    from (
      select d.source, ${ofEvent}, d.job, coalesce((${numberOf('x.destination')}), 0) as destination
      from dead_letters x cross join lateral ${deliveryOf('x.trace_id', 'x.ref')} d cross join lateral ${eventOf('d')} e
      where ${inMinute('x.dead_at')}) x
    group by ${keyList}),
  latency as (
    select ${keyList}, bucket, count(*) as n from attempt where bucket is not null group by ${keyList}, bucket)`;

/** Of finer rollups: minutes of an hour, hours of a day, which has 24 of them in UTC. */
const finerOf = {
  hour: {
    finer: 'minute',
    within: `at >= $1::timestamptz and at < $1::timestamptz + interval '1 hour'`,
  },
  day: {
    finer: 'hour',
    within: `at >= $1::timestamptz and at < $1::timestamptz + interval '24 hours'`,
  },
} as const;
type Coarse = keyof typeof finerOf;

const summedParts = (coarse: Coarse): string => {
  const { finer, within } = finerOf[coarse];
  return `
  counted as materialized (select ${keyList}, ${rollupCounts.join(', ')} from ${finer}_rollups where ${within}),
  latency as (
    select ${keyList}, bucket, sum(n) as n
    from (
      select ${keyList}, unnest(latency_buckets) as bucket, unnest(latency_counts) as n from ${finer}_rollups
      where ${within}) h
    group by ${keyList}, bucket)`;
};

/**
 * $1: when it begins; $2: how many lines it may have. Ties are broken by the key: the same rows give the same lines. Lines
 * and histograms are made once each: Postgres expects one of either, and would make all histograms anew for each line.
 */
const insertLines = (table: string, parts: string): string => `
  with ${parts},
  ranked as (
    select ${keyList}, row_number() over (order by sum(events + attempts + dead) desc, ${keyList}) <= $2::int as stays
    from counted group by ${keyList}),
  line as materialized (
    select r.source, case when stays then r.trigger else -1 end as trigger, case when stays then r.job else -1 end as job,
      case when stays then r.destination else -1 end as destination,
      case when stays then r.named_by else '*' end as named_by, ${rollupCounts.map((name) => `sum(${name})::int as ${name}`).join(', ')}
    from counted c join ranked r using (${keyList}) group by 1, 2, 3, 4, 5),
  histogram as materialized (
    select source, trigger, job, destination, named_by, array_agg(bucket order by bucket) as buckets,
      array_agg(n order by bucket) as counts
    from (
      select r.source, case when stays then r.trigger else -1 end as trigger, case when stays then r.job else -1 end as job,
        case when stays then r.destination else -1 end as destination,
        case when stays then r.named_by else '*' end as named_by, l.bucket, sum(l.n)::int as n
      from latency l join ranked r using (${keyList}) group by 1, 2, 3, 4, 5, 6) b
    group by 1, 2, 3, 4, 5)
  insert into ${table} (at, ${keyList}, ${rollupCounts.join(', ')}, latency_buckets, latency_counts)
  select $1::timestamptz, ${keyList}, ${rollupCounts.join(', ')}, coalesce(buckets, '{}'), coalesce(h.counts, '{}')
  from line left join histogram h using (${keyList})`;

/**
 * Attempts that began in the minute or the one before it, and longer ones, that were under way in it. Where one ends and
 * another begins at the same time they are not at once.
 */
const insertMinutePeaks = `
  with span as (
    select d.source, d.job, greatest(a.started_at, $1::timestamptz) as from_at,
      greatest(a.started_at + interval '1 microsecond',
        least(a.ended_at, a.started_at + interval '1 hour')) as until_at
    from (
      select trace_id, delivery_ref, started_at, ended_at from attempts
      where started_at >= $1::timestamptz - interval '1 minute' and started_at < $1::timestamptz + interval '1 minute'
        and (started_at >= $1::timestamptz or ended_at > $1::timestamptz)
      union all
      select trace_id, delivery_ref, started_at, ended_at from attempts
      where ended_at - started_at > interval '1 minute' and ended_at > $1::timestamptz
        and started_at > $1::timestamptz - interval '1 hour' and started_at < $1::timestamptz - interval '1 minute') a
    cross join lateral ${deliveryOf('a.trace_id', 'a.delivery_ref')} d),
  step as (
    select source, job, from_at as at, 1 as change from span
    union all
    select source, job, until_at, -1 from span),
  running as (
    select source, job, sum(change) over (partition by source, job order by at, change rows unbounded preceding) as n
    from step)
  insert into minute_peaks (at, source, job, peak)
  select $1::timestamptz, source, job, max(n) from running group by source, job order by 4 desc, 2, 3 limit $2::int`;

const insertPeaks = (coarse: Coarse): string => `
  insert into ${coarse}_peaks (at, source, job, peak)
  select $1::timestamptz, source, job, max(peak) from ${finerOf[coarse].finer}_peaks where ${finerOf[coarse].within}
  group by source, job order by 4 desc, 2, 3 limit $2::int`;

/**
 * Makes the lines and peaks of an hour or a day anew, from minutes or hours.
 * @param at when it begins
 */
export async function sumUp(client: StoreClient, coarse: Coarse, at: string): Promise<void> {
  await client.query(`delete from ${coarse}_rollups where at = $1::timestamptz`, [at]);
  await client.query(insertLines(`${coarse}_rollups`, summedParts(coarse)), [at, mostLines]);
  await client.query(`delete from ${coarse}_peaks where at = $1::timestamptz`, [at]);
  await client.query(insertPeaks(coarse), [at, mostPeaks]);
}

export type RollUpOptions = {
  most: number;
  onlyDue: boolean;
  timeoutMs: number;
  leaves?: { hoursAbove: number; forMs: number; longestMs: number };
};

/**
 * Makes stale minutes anew, latest first, and their hours; an hour in one transaction, which holds the hour's row.
 *
 * The notes of a minute are removed by a statement that comes before those that count, and each statement sees all that
 * was committed before it: what was counted too early has a note that was not there yet. Whoever crashes leaves them.
 * @param options.most so many minutes
 * @param options.onlyDue never waits, for others who have much to do: what somebody else is at, and what has just been made
 *   and took long, stays stale
 * @param options.timeoutMs the longest a single statement may take
 * @param options.leaves minutes of hours that have counted more events and attempts than this, until they have been due for
 *   so long: where much comes, who stores it comes again soon. And however long they have been due, those that are expected to
 *   take longer than `longestMs`: as long as the minute itself took last, or the last one before it that was made
 * @returns how many minutes were made
 */
export async function rollUp(client: StoreClient, options: RollUpOptions): Promise<number> {
  const hours = new Map<string, string[]>();
  for (const { minute, hour } of await findStale(client, options)) {
    hours.set(hour, [...(hours.get(hour) ?? []), minute]);
  }
  let made = 0;
  for (const [hour, minutes] of hours) {
    made += await inTransaction(client, { access: 'write', timeoutMs: options.timeoutMs }, () =>
      rollHourUp(client, hour, minutes, options.onlyDue),
    );
  }
  return made;
}

async function findStale(
  client: StoreClient,
  { most, onlyDue, leaves }: RollUpOptions,
): Promise<{ minute: string; hour: string }[]> {
  // What is older cannot be counted any more: the rows, or other minutes of its hour, may be gone. A day to spare.
  await client.query(
    `delete from stale_minutes where minute < (
       select now() - (min(keep) - interval '1 day') from retention where what in ('minutes', 'events'))`,
  );
  const { rows } = await client.query<{ minute: string; hour: string }>(
    `select m.minute::text, date_trunc('hour', m.minute, 'UTC')::text as hour
     from (select distinct minute from stale_minutes order by minute desc limit ${mostLookedAt}) m
     left join lateral (select * from rolled_minutes r where r.minute = m.minute limit 1) r on true
     where (not $2 or r.minute is null or r.next_at <= now())
       and ($3::float8 is null
         or coalesce((
           select sum(t.events + t.attempts) from rollup_totals t
           where t.grain = 'hour' and t.at = date_trunc('hour', m.minute, 'UTC')), 0) <= $3
         or coalesce(r.next_at, (select min(n.noted_at) from stale_minutes n where n.minute = m.minute))
           <= now() - make_interval(secs => $4::float8 / 1000))
       and ($5::float8 is null or (
         select l.took_ms <= $5 from rolled_minutes l where l.minute <= m.minute
         order by l.minute desc limit 1) is not false)
     order by m.minute desc limit $1`,
    [most, onlyDue, leaves?.hoursAbove ?? null, leaves?.forMs ?? 0, leaves?.longestMs ?? null],
  );
  return rows;
}

async function rollHourUp(
  client: StoreClient,
  hour: string,
  minutes: readonly string[],
  onlyDue: boolean,
): Promise<number> {
  if (!(await holdHour(client, hour, onlyDue))) return 0;
  // Somebody may have made them while this waited.
  const { rows: stale } = await client.query<{ minute: string }>(
    `with removed as (
       delete from stale_minutes m where m.minute = any ($1::timestamptz[]) and (not $2 or not exists (
         select from rolled_minutes r where r.minute = m.minute and r.next_at > clock_timestamp()))
       returning m.minute)
     select minute::text from removed group by minute order by minute`,
    [minutes, onlyDue],
  );
  if (stale.length === 0) return 0;
  for (const { minute } of stale) await rollMinuteUp(client, minute);
  await sumUp(client, 'hour', hour);
  await client.query(
    `insert into rolled_minutes (minute, next_at, took_ms)
     select minute, clock_timestamp() + greatest(interval '1 second', took * $2::int),
       extract(epoch from took) * 1000 / cardinality($1::timestamptz[])
     from unnest($1::timestamptz[]) minute, (select clock_timestamp() - now() as took) t order by minute
     on conflict (minute) do update set next_at = excluded.next_at, took_ms = excluded.took_ms`,
    [stale.map(({ minute }) => minute), pauseFactor],
  );
  await noteDay(client, hour);
  return stale.length;
}

/** A row, and no advisory lock, which Hyperdrive does not promise to support. False where somebody else has it. */
async function holdHour(client: StoreClient, hour: string, onlyIfFree: boolean): Promise<boolean> {
  await client.query(
    'insert into rolled_hours (hour) values ($1::timestamptz) on conflict (hour) do nothing',
    [hour],
  );
  const { rows } = await client.query(
    `select from rolled_hours where hour = $1::timestamptz for update ${onlyIfFree ? 'skip locked' : ''}`,
    [hour],
  );
  return rows.length > 0;
}

async function rollMinuteUp(client: StoreClient, minute: string): Promise<void> {
  await client.query('delete from minute_rollups where at = $1::timestamptz', [minute]);
  await client.query(insertLines('minute_rollups', minuteParts), [minute, mostLines]);
  await client.query('delete from minute_peaks where at = $1::timestamptz', [minute]);
  await client.query(insertMinutePeaks, [minute, mostPeaks]);
}
