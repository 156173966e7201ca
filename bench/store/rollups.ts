// Counts everything that a database holds by the minute, the hour and the day at once, as the cron would have done one minute
// after the other while it happened: of ten million events that takes minutes, not days. A test holds it against the cron's.
import type { StoreClient } from '../../src/store/client.ts';
import { sumUp } from '../../src/store/roll-up.ts';
import {
  attemptBucket,
  attemptCounts,
  countOf,
  counts,
  mostLines,
  mostPeaks,
  ofEvent,
  rollupCounts,
} from '../../src/store/rollup-line.ts';

/** As the table `retention` has it. */
const minutesKept = '14 days';
const key = 'source, trigger, job, destination, named_by';

/** $1: nothing before it is counted. Which attempt is a delivery's first is seen an hour before that. */
const parts = (grain: 'minute' | 'hour'): string => `
  attempt as materialized (
    select * from (
      select date_trunc('${grain}', a.started_at, 'UTC') as at, d.source, ${ofEvent}, d.job, a.destination, a.outcome, a.status,
        row_number() over (partition by a.trace_id, a.delivery_ref order by a.started_at, a.id) = 1 as is_first,
        ${attemptBucket} as bucket
      from attempts a join deliveries d on d.trace_id = a.trace_id and d.ref = a.delivery_ref
      join events e on e.trace_id = d.trace_id and e.ref = d.event_ref
      where a.started_at >= $1::timestamptz - interval '1 hour') a
    where at >= $1::timestamptz),
  counted as materialized (
    select at, ${key}, ${attemptCounts}
    from attempt group by at, ${key}
    union all
    select at, source, trigger, 0, 0, named_by, ${counts({
      events: 'count(*)',
      cascades: countOf('is_root'),
      writes: countOf(`named_by <> '-'`),
      covered: countOf(`named_by in ('p', 's') or is_certain`),
    })}
    from (
      select date_trunc('${grain}', e.arrived_at, 'UTC') as at, e.source, ${ofEvent}, t.id is not null as is_root,
        l.trace_id is not null as is_certain
      from events e
      left join traces t on t.id = e.trace_id and t.root_ref = e.ref and t.joined_to is null
      left join links l on l.trace_id = e.trace_id and l.event_ref = e.ref and l.evidence = 'c'
      where e.arrived_at >= $1::timestamptz) e
    group by at, source, trigger, named_by
    union all
    select at, ${key}, ${counts({ dead: 'count(*)' })}
    from (
      select date_trunc('${grain}', x.dead_at, 'UTC') as at, d.source, ${ofEvent}, d.job, n.id as destination
      from dead_letters x join names n on md5(n.text) = md5(x.destination)
      join deliveries d on d.trace_id = x.trace_id and d.ref = x.ref
      join events e on e.trace_id = d.trace_id and e.ref = d.event_ref
      where x.dead_at >= $1::timestamptz) x
    group by at, ${key})`;

const folded = (column: string): string =>
  `case when stays then r.${column} else -1 end as ${column}`;
const foldedKey = `r.at, r.source, ${['trigger', 'job', 'destination'].map(folded).join(', ')},
  case when stays then r.named_by else '*' end as named_by`;

const insertLines = (grain: 'minute' | 'hour'): string => `
  with ${parts(grain)},
  ranked as (
    select at, ${key}, row_number() over (
      partition by at order by sum(events + attempts + dead) desc, ${key}) <= ${mostLines} as stays
    from counted group by at, ${key}),
  line as materialized (
    select ${foldedKey}, ${rollupCounts.map((name) => `sum(${name})::int as ${name}`).join(', ')}
    from counted c join ranked r using (at, ${key}) group by 1, 2, 3, 4, 5, 6),
  histogram as materialized (
    select at, ${key}, array_agg(bucket order by bucket) as buckets, array_agg(n order by bucket) as counts
    from (
      select ${foldedKey}, bucket, count(*)::int as n from attempt a join ranked r using (at, ${key})
      where bucket is not null group by 1, 2, 3, 4, 5, 6, 7) b
    group by at, ${key})
  insert into ${grain}_rollups (at, ${key}, ${rollupCounts.join(', ')}, latency_buckets, latency_counts)
  select at, ${key}, ${rollupCounts.join(', ')}, coalesce(buckets, '{}'), coalesce(h.counts, '{}')
  from line left join histogram h using (at, ${key})`;

/** What is under way across minutes is in each of them. Which are kept is said below. */
const makePeaks = `
  create temporary table peak on commit drop as
  with span as (
    select m as at, d.source, d.job, greatest(a.started_at, m) as from_at,
      greatest(a.started_at + interval '1 microsecond', least(a.ended_at, a.started_at + interval '1 hour')) as until_at
    from attempts a join deliveries d on d.trace_id = a.trace_id and d.ref = a.delivery_ref
    cross join lateral generate_series(date_trunc('minute', a.started_at, 'UTC'), date_trunc('minute', case
      when a.ended_at > a.started_at then least(a.ended_at, a.started_at + interval '1 hour') - interval '1 microsecond'
      else a.started_at end, 'UTC'), interval '1 minute') m),
  step as (
    select at, source, job, from_at as moment, 1 as change from span
    union all
    select at, source, job, until_at, -1 from span),
  running as (
    select at, source, job, sum(change) over (
      partition by at, source, job order by moment, change rows unbounded preceding) as n from step)
  select at, source, job, max(n)::int as peak from running group by at, source, job`;

const insertPeaks = (grain: 'minute' | 'hour', highest: string): string => `
  insert into ${grain}_peaks (at, source, job, peak)
  select at, source, job, peak from (
    select *, row_number() over (partition by at order by peak desc, source, job) as place from (${highest}) h) p
  where place <= ${mostPeaks}`;

const tables = [
  ...['minute', 'hour', 'day'].flatMap((grain) => [`${grain}_rollups`, `${grain}_peaks`]),
  // Made by the database of what is made here.
  'rollup_totals',
  'write_rollups',
];

/** Hours are made before there are minutes of them: writes are counted afterwards. */
const writesAreMade = (verb: 'enable' | 'disable'): string =>
  ['minute', 'hour']
    .map((grain) => `alter table ${grain}_rollups ${verb} trigger ${grain}_writes_made`)
    .join('; ');

/**
 * Makes all rollups anew, and leaves no note of anything stale but of the present day.
 * @param client the owner's, outside any transaction; nobody else may store anything meanwhile
 */
export async function rollEverythingUp(client: StoreClient): Promise<void> {
  await client.query('begin');
  // Everything that is joined lies in one week, and a week's rows fit. Of joins by two columns, Postgres expects next to
  // nothing, and would look for each row by itself.
  await client.query(
    `set local enable_partitionwise_join = on; set local enable_nestloop = off; set local work_mem = '256MB'; set local timezone = 'UTC'`,
  );
  await client.query(
    `truncate ${[...tables, 'stale_minutes', 'stale_days', 'rolled_minutes', 'rolled_hours'].join(', ')}`,
  );
  await client.query(writesAreMade('disable'));
  const { rows } = await client.query<{ from: string }>(
    `select date_trunc('hour', now() - interval '${minutesKept}')::text as from`,
  );
  const minutesFrom = rows[0]?.from;
  await client.query(insertLines('hour'), ['-infinity']);
  await client.query(insertLines('minute'), [minutesFrom]);
  await client.query(makePeaks);
  await client.query(
    insertPeaks(
      'hour',
      `select date_trunc('hour', at) as at, source, job, max(peak) as peak from peak group by 1, 2, 3`,
    ),
  );
  await client.query(insertPeaks('minute', `select * from peak where at >= '${minutesFrom}'`));
  await client.query(
    `insert into rolled_hours (hour, has_writes)
     select at, false from (select at from hour_rollups union select at from hour_peaks) h`,
  );
  await client.query(
    'insert into rolled_minutes select at, now() from (select at from minute_rollups union select at from minute_peaks) m',
  );
  await client.query(`${writesAreMade('enable')}; set local enable_nestloop = on`);
  // As after a migration: hour by hour. It leaves a note of each day.
  for (let step: unknown = ''; step !== null;) {
    step = (await client.query<{ step: unknown }>('select count_earlier_writes(now()) as step'))
      .rows[0]?.step;
  }
  const { rows: days } = await client.query<{ day: string; isOver: boolean }>(
    `select date_trunc('day', hour)::text as day, date_trunc('day', hour) < date_trunc('day', now()) as "isOver"
     from rolled_hours group by 1, 2 order by 1`,
  );
  for (const { day, isOver } of days) {
    if (!isOver) continue;
    await sumUp(client, 'day', day);
    await client.query('delete from stale_days where day = $1::timestamptz', [day]);
  }
  await client.query('commit');
  await client.query(`analyze ${tables.join(', ')}`);
}
