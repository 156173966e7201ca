// Reads counts, latencies and peaks of a span of time from rollups alone: whole hours by the hour, what is left at its ends
// by the minute. It judges nothing.
import type { NamedBy } from '../correlation/named-by.ts';
import type { StoreClient } from './client.ts';
import { namedByCodes, wordOf } from './codes.ts';
import type { SparseHistogram } from './latency-histogram.ts';
import { rollupCounts } from './roll-up.ts';
import { nameOf, numberOf } from './sql.ts';
import { utc } from './utc.ts';

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
    /** False: latencies are not read, which are most of the work. */
    withLatency?: boolean;
  } = {},
): Promise<(Totals & Keys<D> & Folded)[]> {
  const { by = [], bucketMs = null, only = null, withLatency = true } = options;
  const keys = by.map((dimension) => columns[dimension]);
  const where = [
    ...(span.source === null ? [] : [`source = (${numberOf('$5')})`]),
    ...(only === null ? [] : [`job = (${numberOf('$6')})`]),
  ];
  const bucket = bucketMs === null ? 'to_timestamp(0)' : stepOf('$7');
  const grouped = [...keys, 'is_others', 'bucket'];
  const named = grouped.join(', ');
  const { rows } = await client.query<Totals & Keys<D> & Folded>(
    `with given as (select $5::text, $6::text, $7::float8),
     line as (
       select ${[...keys, `job = -1 as is_others`, `${bucket} as bucket`, ...rollupCounts].join(', ')}, latency_buckets, latency_counts
       from (${linesOf('rollups')}) l ${where.length > 0 ? `where ${where.join(' and ')}` : ''}),
     counted as (
       select ${named}, ${rollupCounts.map((name) => `sum(${name})::float8 as ${name}`).join(', ')} from line group by ${named}),
     latency as (
       select ${named}, array_agg(b order by b) as buckets, array_agg(n order by b) as counts
       from (select ${named}, h.b, sum(h.n)::float8 as n from line, unnest(latency_buckets, latency_counts) h (b, n)
         ${withLatency ? '' : 'where false'} group by ${named}, h.b) x group by ${named})
     select ${by.map((dimension) => `${dimensions[dimension]} as "${dimension}", `).join('')}
       t.is_others as "isOthers", ${bucketMs === null ? 'null' : utc('t.bucket')} as at, ${rollupCounts.map((name) => `t.${name}`).join(', ')},
       json_build_object('buckets', coalesce(l.buckets, '{}'), 'counts', coalesce(l.counts, '{}')) as latency
     from counted t left join latency l on ${grouped.map((name) => `l.${name} = t.${name}`).join(' and ')}
     order by t.bucket`,
    [...boundsOf(span), span.source, only?.job ?? null, (bucketMs ?? 0) / 1_000],
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
  const bucket = bucketMs === null ? 'null::timestamptz' : stepOf('$7');
  const { rows } = await client.query<{
    source: string;
    job: string;
    at: string | null;
    peak: number;
  }>(
    `with given as (select $7::float8)
     select ${nameOf('t.source')} as source, ${nameOf('t.job')} as job, ${utc('t.bucket')} as at, t.peak
     from (
       select source, job, ${bucket} as bucket, max(peak) as peak from (${linesOf('peaks')}) l
       where ($5::text is null or source = (${numberOf('$5')})) and ($6::text is null or job = (${numberOf('$6')}))
       group by 1, 2, 3) t
     order by t.bucket`,
    [...boundsOf(span), span.source, job, (bucketMs ?? 0) / 1_000],
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

/** The beginning of the step of so many seconds that `at` lies in. */
const stepOf = (seconds: string): string =>
  `to_timestamp(floor(extract(epoch from at) / ${seconds}::float8) * ${seconds}::float8)`;

/** $1 to $4: where the span begins, where its whole hours begin and end, where it ends. */
const linesOf = (what: 'rollups' | 'peaks'): string => `
  select * from hour_${what} where at >= $2::timestamptz and at < $3::timestamptz
  union all
  select * from minute_${what} where at >= $1::timestamptz and at < $2::timestamptz
  union all
  select * from minute_${what} where at >= $3::timestamptz and at < $4::timestamptz`;

function boundsOf({ fromMs, untilMs }: RollupSpan): string[] {
  if (fromMs % minuteMs !== 0 || untilMs % minuteMs !== 0) {
    throw new RangeError('Rollups are of whole minutes.');
  }
  const firstHourMs = Math.min(Math.ceil(fromMs / hourMs) * hourMs, untilMs);
  const lastHourMs = Math.max(Math.floor(untilMs / hourMs) * hourMs, firstHourMs);
  return [fromMs, firstHourMs, lastHourMs, untilMs].map(textOf);
}

const textOf = (ms: number): string => new Date(ms).toISOString();
