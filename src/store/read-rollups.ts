// Reads counts, latencies and peaks of a span of time from rollups alone: whole days by the day, unless something of them has
// changed since; otherwise by the hour, and what is left at the ends of the span by the minute. It judges nothing.
import type { NamedBy } from '../correlation/named-by.ts';
import type { StoreClient } from './client.ts';
import { namedByCodes, wordOf } from './codes.ts';
import type { SparseHistogram } from './latency-histogram.ts';
import { rollupCounts } from './rollup-line.ts';
import { nameOf, numberOf } from './sql.ts';
import { utc } from './utc.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Whole minutes, ms since the epoch; `fromMs` is in, `untilMs` is not. */
export type RollupSpan = { fromMs: number; untilMs: number; source: string | null };

export type Counts = Record<(typeof rollupCounts)[number], number>;

export type Totals = Counts & {
  latency: SparseHistogram;
  /** RFC 3339; null where it is not told by time. */
  at: string | null;
};

/** What totals are told by, as SQL of a line. */
const dimensions = {
  source: nameOf('t.source'),
  trigger: nameOf('t.trigger'),
  job: nameOf('t.job'),
  destination: nameOf('t.destination'),
  namedBy: wordOf('t.named_by', namedByCodes),
} as const;
const columns = {
  source: 'source',
  trigger: 'trigger',
  job: 'job',
  destination: 'destination',
  namedBy: 'named_by',
} as const;
type Dimension = keyof typeof dimensions;

/** Null: there is none, as for the events of a job, or it is among the others. */
type Keys<D extends Dimension> = { [K in D]: K extends 'namedBy' ? NamedBy | null : string | null };

/** Lines of rarer kinds that were counted together: what they are of is not known. */
type Folded = { isOthers: boolean };

/**
 * What was counted in a span, summed up.
 * @param options.by nothing: in all
 * @param options.bucketMs by time as well, in steps of so many ms, counted from 1970; null: not
 * @param options.only the lines of one job
 */
export async function readTotals<D extends Dimension = never>(
  client: StoreClient,
  span: RollupSpan,
  options: {
    by?: readonly D[];
    bucketMs?: number | null;
    only?: { job: string } | null;
  } = {},
): Promise<(Totals & Keys<D> & Folded)[]> {
  const { by = [], bucketMs = null, only = null } = options;
  const keys = by.map((dimension) => columns[dimension]);
  const bucket = bucketMs === null ? 'to_timestamp(0)' : stepOf('$9');
  const grouped = [...keys, 'is_others', 'bucket'];
  const named = grouped.join(', ');
  const { rows } = await client.query<Totals & Keys<D> & Folded>(
    `with given as (select $7::text, $8::text, $9::float8),
     ${pieces},
     line as not materialized (
       select ${[...keys, `job = -1 as is_others`, `${bucket} as bucket`, ...rollupCounts].join(', ')}, latency_buckets, latency_counts
       from (${linesOf('rollups')}) l ${whereOf(span, only)}),
     counted as (
       select ${named}, ${rollupCounts.map((name) => `sum(${name})::float8 as ${name}`).join(', ')} from line group by ${named}),
     latency as (
       select ${named}, array_agg(b order by b) as buckets, array_agg(n order by b) as counts
       from (select ${named}, b, sum(n)::float8 as n
         from (select ${named}, ${unnested} from line) h group by ${named}, b) x
       group by ${named})
     select ${by.map((dimension) => `${dimensions[dimension]} as "${dimension}", `).join('')}
       t.is_others as "isOthers", ${bucketMs === null ? 'null' : utc('t.bucket')} as at, ${rollupCounts.map((name) => `t.${name}`).join(', ')},
       json_build_object('buckets', coalesce(l.buckets, '{}'), 'counts', coalesce(l.counts, '{}')) as latency
     from counted t left join latency l on ${grouped.map((name) => `l.${name} = t.${name}`).join(' and ')}
     order by t.bucket`,
    [...boundsOf(span, bucketMs), span.source, only?.job ?? null, (bucketMs ?? 0) / 1_000],
  );
  return rows;
}

/**
 * The deliveries alone of what was counted in a span: a fraction of what {@link readTotals} costs, since there is one column
 * to add up, and no latencies.
 * @param options as of {@link readTotals}
 */
export async function readDeliveries<D extends Dimension>(
  client: StoreClient,
  span: RollupSpan,
  options: { by: readonly D[]; bucketMs?: number | null; only?: { job: string } | null },
): Promise<(Pick<Totals, 'at' | 'deliveries'> & Keys<D>)[]> {
  const { by, bucketMs = null, only = null } = options;
  const bucket = bucketMs === null ? 'to_timestamp(0)' : stepOf('$9');
  const { rows } = await client.query<Pick<Totals, 'at' | 'deliveries'> & Keys<D>>(
    `with given as (select $7::text, $8::text, $9::float8),
     ${pieces},
     counted as (
       select ${by.map((dimension) => columns[dimension]).join(', ')}, ${bucket} as bucket, sum(deliveries)::float8 as deliveries
       from (${linesOf('rollups')}) l ${whereOf(span, only)}
       group by ${by.map((_, index) => index + 1).join(', ')}, bucket)
     select ${by.map((dimension) => `${dimensions[dimension]} as "${dimension}", `).join('')}
       ${bucketMs === null ? 'null' : utc('t.bucket')} as at, t.deliveries
     from counted t order by t.bucket`,
    [...boundsOf(span, bucketMs), span.source, only?.job ?? null, (bucketMs ?? 0) / 1_000],
  );
  return rows;
}

/** At most how many attempts of each job were under way at once; of the busiest jobs. */
export async function readPeaks(
  client: StoreClient,
  span: RollupSpan,
  options: { bucketMs?: number | null; job?: string | null } = {},
): Promise<{ source: string; job: string; at: string | null; peak: number }[]> {
  const { bucketMs = null, job = null } = options;
  const bucket = bucketMs === null ? 'null::timestamptz' : stepOf('$9');
  const { rows } = await client.query<{
    source: string;
    job: string;
    at: string | null;
    peak: number;
  }>(
    `with given as (select $9::float8),
     ${pieces}
     select ${nameOf('t.source')} as source, ${nameOf('t.job')} as job, ${utc('t.bucket')} as at, t.peak
     from (
       select source, job, ${bucket} as bucket, max(peak) as peak from (${linesOf('peaks')}) l
       where ($7::text is null or source = (${numberOf('$7')})) and ($8::text is null or job = (${numberOf('$8')}))
       group by 1, 2, 3) t
     order by t.bucket`,
    [...boundsOf(span, bucketMs), span.source, job, (bucketMs ?? 0) / 1_000],
  );
  return rows;
}

/** The earliest minute of a span that has changed since it was counted; null: none. RFC 3339. */
export async function readStaleFrom(client: StoreClient, span: RollupSpan): Promise<string | null> {
  const { rows } = await client.query<{ at: string | null }>(
    `select ${utc('min(minute)')} as at from stale_minutes where minute >= $1::timestamptz and minute < $2::timestamptz`,
    [textOf(span.fromMs), textOf(span.untilMs)],
  );
  return rows[0]?.at ?? null;
}

/** In the list of what is selected: several times as fast as a function that is joined to each line. */
const unnested = 'unnest(latency_buckets) as b, unnest(latency_counts) as n';

/** The beginning of the step of so many seconds that `at` lies in. Not `extract`, which reckons in decimal digits. */
const stepOf = (seconds: string): string =>
  `to_timestamp(floor(date_part('epoch', at) / ${seconds}::float8) * ${seconds}::float8)`;

/** $7 a source, $8 a job. */
function whereOf({ source }: RollupSpan, only: { job: string } | null): string {
  const conditions = [
    ...(source === null ? [] : [`source = (${numberOf('$7')})`]),
    ...(only === null ? [] : [`job = (${numberOf('$8')})`]),
  ];
  return conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
}

/**
 * Which parts of the span are read from which rollups. $1 to $6: where the span begins, its whole hours, its whole days;
 * where these end, its hours, and itself.
 */
const pieces = `
  whole_day as materialized (
    select day, exists (select from stale_days s where s.day = d.day) as is_stale
    from generate_series($3::timestamptz, $4::timestamptz - interval '1 microsecond', interval '24 hours') d (day)),
  piece as materialized (
    select 'day' as grain, day as from_at, day + interval '24 hours' as until_at from whole_day where not is_stale
    union all
    select 'hour', day, day + interval '24 hours' from whole_day where is_stale
    union all
    values ('hour', $2::timestamptz, $3::timestamptz), ('hour', $4, $5), ('minute', $1, $2), ('minute', $5, $6))`;

/** Piece by piece, so that each is a stretch of an index. */
const linesOf = (what: 'rollups' | 'peaks'): string =>
  (['day', 'hour', 'minute'] as const)
    .map(
      (grain) => `
  select l.* from piece p cross join lateral (
    select * from ${grain}_${what} l where l.at >= p.from_at and l.at < p.until_at) l where p.grain = '${grain}'`,
    )
    .join(' union all ');

/** @param bucketMs what is longer than a step cannot be told by it */
function boundsOf({ fromMs, untilMs }: RollupSpan, bucketMs: number | null): string[] {
  if (fromMs % minuteMs !== 0 || untilMs % minuteMs !== 0) {
    throw new RangeError('Rollups are of whole minutes.');
  }
  const wholeOf = (sizeMs: number, firstMs: number, lastMs: number): [number, number] => {
    if (bucketMs !== null && bucketMs % sizeMs !== 0) return [lastMs, lastMs];
    const from = Math.min(Math.ceil(firstMs / sizeMs) * sizeMs, lastMs);
    return [from, Math.max(Math.floor(lastMs / sizeMs) * sizeMs, from)];
  };
  const [firstHourMs, lastHourMs] = wholeOf(hourMs, fromMs, untilMs);
  const [firstDayMs, lastDayMs] = wholeOf(dayMs, firstHourMs, lastHourMs);
  return [fromMs, firstHourMs, firstDayMs, lastDayMs, lastHourMs, untilMs].map(textOf);
}

const textOf = (ms: number): string => new Date(ms).toISOString();
