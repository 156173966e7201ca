// Reads counts, latencies and peaks of a span of time from rollups alone, piece by piece. It judges nothing.
import type { NamedBy } from '../correlation/named-by.ts';
import type { StoreClient } from './client.ts';
import { namedByCodes, wordOf } from './codes.ts';
import type { PackedHistogram } from './latency-histogram.ts';
import { rollupCounts } from './rollup-line.ts';
import { boundsOf, pieces, type RollupSpan, stepOf, textOf } from './rollup-pieces.ts';
import { nameOf, numberOf } from './sql.ts';
import { storableJson } from './storable-json.ts';
import { utc } from './utc.ts';

export type Counts = Record<(typeof rollupCounts)[number], number>;

export type Totals = Counts & {
  latency: PackedHistogram;
  /** RFC 3339; null where it is not told by time. */
  at: string | null;
};

/** What is told by, as SQL of a line. */
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

/** Of one job, of whatever source; or of any of these jobs and triggers. */
type Kinds = {
  only?: { job: string } | null;
  among?: Among | null;
};
export type Among = {
  jobs: readonly { source: string; job: string }[];
  triggers: readonly { source: string; trigger: string }[];
};

/**
 * What was counted in a span, of all kinds together. An offset has it read piece by piece, each a stretch of the index.
 * @param options.bucketMs by time, in steps of so many ms, counted from 1970; null: in all
 */
export async function readTotals(
  client: StoreClient,
  span: RollupSpan,
  { bucketMs = null }: { bucketMs?: number | null } = {},
): Promise<Totals[]> {
  const { rows } = await client.query<Totals>(
    `with given as (select $7::text, $8::float8),
     ${pieces},
     line as (
       select ${[...stepColumn(bucketMs, '$8'), ...summedColumns].join(', ')}
       from piece p cross join lateral (
         select * from rollup_totals t where t.grain = p.grain and t.at >= p.from_at and t.at < p.until_at offset 0) l
       ${span.source === null ? '' : `where source = (${numberOf('$7')})`})
     ${summed([], bucketMs)}`,
    [...boundsOf(span, bucketMs), span.source, secondsOf(bucketMs)],
  );
  return rows;
}

/**
 * What was counted in a span, by kind: it reads all lines, of which an hour has up to 300 times as many as totals.
 * @param options.by what kinds are told apart by
 * @param options.bucketMs by time as well, as {@link readTotals} does
 */
export async function readTotalsBy<D extends Dimension>(
  client: StoreClient,
  span: RollupSpan,
  options: { by: readonly D[]; bucketMs?: number | null } & Kinds,
): Promise<(Totals & Keys<D> & Folded)[]> {
  const { by, bucketMs = null, only = null } = options;
  const keys: string[] = by.map((dimension) => columns[dimension]);
  // Each column that lines are grouped by costs: this one is said by the job where there is one.
  const saysJob = only !== null || keys.includes('job');
  const grouped = saysJob ? keys : [...keys, 'is_others'];
  const { rows } = await client.query<Totals & Keys<D> & Folded>(
    `with ${given},
     ${pieces},
     line as (
       ${linesOf('rollups', [...keys, ...(saysJob ? [] : ['job = -1 as is_others']), ...stepColumn(bucketMs, '$9'), ...summedColumns], conditionsOf(span, options))})
     ${summed(grouped, bucketMs, [
       ...by.map((dimension) => `${dimensions[dimension]} as "${dimension}"`),
       `${only === null ? (saysJob ? 't.job = -1' : 't.is_others') : 'false'} as "isOthers"`,
     ])}`,
    valuesOf(span, bucketMs, options),
  );
  return rows;
}

const summedColumns = [...rollupCounts, 'latency'];

/** Adds lines up, with their latencies. @param told of each sum as `t`, besides */
function summed(
  keys: readonly string[],
  bucketMs: number | null,
  told: readonly string[] = [],
): string {
  const grouped = bucketMs === null ? keys : [...keys, 'bucket'];
  // Without anything to group by there would be a sum of nothing.
  return `,
     counted as (
       select ${[...grouped, ...rollupCounts.map((name) => `sum(${name})::float8 as ${name}`)].join(', ')}, sum(latency)::text as latency
       from line ${grouped.length === 0 ? '' : `group by ${grouped.join(', ')}`} having count(*) > 0)
     select ${told.map((column) => `${column}, `).join('')}${bucketMs === null ? 'null' : utc('t.bucket')} as at,
       ${summedColumns.map((name) => `t.${name}`).join(', ')}
     from counted t
     ${bucketMs === null ? '' : 'order by t.bucket'}`;
}

/** The deliveries alone. */
export async function readDeliveries<D extends Dimension>(
  client: StoreClient,
  span: RollupSpan,
  options: { by: readonly D[] } & Kinds,
): Promise<(Pick<Counts, 'deliveries'> & Keys<D>)[]> {
  const { by } = options;
  const keys = by.map((dimension) => columns[dimension]);
  const { rows } = await client.query<Pick<Counts, 'deliveries'> & Keys<D>>(
    `with ${given},
     ${pieces},
     counted as (
       select ${keys.join(', ')}, sum(deliveries)::float8 as deliveries
       from (${linesOf('rollups', [...keys, 'deliveries'], ['deliveries > 0', ...conditionsOf(span, options)])}) l group by ${keys.join(', ')})
     select ${by.map((dimension) => `${dimensions[dimension]} as "${dimension}", `).join('')}t.deliveries from counted t`,
    valuesOf(span, null, options),
  );
  return rows;
}

/** Deliveries over time: in step `steps[n]`, which begins so many ms after 1970, `deliveries[n]`. The order is nobody's. */
export type DeliverySeries = { steps: number[]; deliveries: number[] };

/**
 * As {@link readDeliveries}, by time. Steps without a delivery are left out, and kinds that have none.
 * @param options.bucketMs steps of so many ms, counted from 1970
 */
export async function readDeliverySeries<D extends Dimension>(
  client: StoreClient,
  span: RollupSpan,
  options: { by: readonly D[]; bucketMs: number } & Kinds,
): Promise<(DeliverySeries & Keys<D>)[]> {
  const { by, bucketMs } = options;
  const keys = by.map((dimension) => columns[dimension]);
  const grouped = keys.join(', ');
  const conditions = ['deliveries > 0', ...conditionsOf(span, options)];
  // A row for each kind: names are looked up for each row.
  const { rows } = await client.query<DeliverySeries & Keys<D>>(
    `with ${given},
     ${pieces},
     counted as (
       select ${grouped}, bucket, sum(deliveries)::float8 as deliveries
       from (${linesOf('rollups', [...keys, ...stepColumn(bucketMs, '$9'), 'deliveries'], conditions)}) l
       group by ${grouped}, bucket),
     series as (
       select ${grouped}, json_agg(date_part('epoch', bucket) * 1000) as steps, json_agg(deliveries) as deliveries
       from counted group by ${grouped})
     select ${by.map((dimension) => `${dimensions[dimension]} as "${dimension}", `).join('')}t.steps, t.deliveries from series t`,
    valuesOf(span, bucketMs, options),
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
  const conditions = [
    ...(span.source === null ? [] : [`source = (${numberOf('$7')})`]),
    ...(job === null ? [] : [`job = (${numberOf('$8')})`]),
  ];
  const { rows } = await client.query<{
    source: string;
    job: string;
    at: string | null;
    peak: number;
  }>(
    `with given as (select $7::text, $8::text, $9::float8),
     ${pieces}
     select ${nameOf('t.source')} as source, ${nameOf('t.job')} as job, ${utc('t.bucket')} as at, t.peak
     from (
       select source, job, bucket, max(peak) as peak
       from (${linesOf('peaks', ['source', 'job', `${bucket} as bucket`, 'peak'], conditions)}) l group by 1, 2, 3) t
     order by t.bucket`,
    [...boundsOf(span, bucketMs), span.source, job, secondsOf(bucketMs)],
  );
  return rows;
}

/** When the first hour began of which anything has been counted, ms since the epoch; null: nothing has. */
export async function readCountedSince(client: StoreClient): Promise<number | null> {
  const { rows } = await client.query<{ ms: number | null }>(
    `select date_part('epoch', min(hour)) * 1000 as ms from rolled_hours`,
  );
  return rows[0]?.ms ?? null;
}

/** The earliest minute of a span that has changed since it was counted; null: none. RFC 3339. */
export async function readStaleFrom(client: StoreClient, span: RollupSpan): Promise<string | null> {
  const { rows } = await client.query<{ at: string | null }>(
    `select ${utc('min(minute)')} as at from stale_minutes where minute >= $1::timestamptz and minute < $2::timestamptz`,
    [textOf(span.fromMs), textOf(span.untilMs)],
  );
  return rows[0]?.at ?? null;
}

const stepColumn = (bucketMs: number | null, seconds: string): string[] =>
  bucketMs === null ? [] : [`${stepOf(seconds)} as bucket`];
const secondsOf = (bucketMs: number | null): number => (bucketMs ?? 0) / 1_000;

/** $7 a source, $8 a job, $9 the seconds of a step, $10 kinds: whichever of them a statement needs. */
const given = `
  given as (select $7::text, $8::text, $9::float8, $10::json),
  kind as materialized (
    select (${numberOf('k.source')}) as source, (${numberOf('k.trigger')}) as trigger, (${numberOf('k.job')}) as job
    from json_to_recordset($10::json) as k (source text, trigger text, job text))`;
const valuesOf = (span: RollupSpan, bucketMs: number | null, { only, among }: Kinds): unknown[] => [
  ...boundsOf(span, bucketMs),
  span.source,
  only?.job ?? null,
  secondsOf(bucketMs),
  storableJson([...(among?.jobs ?? []), ...(among?.triggers ?? [])]),
];
const conditionsOf = ({ source }: RollupSpan, { only, among }: Kinds): string[] => [
  ...(source === null ? [] : [`source = (${numberOf('$7')})`]),
  ...(only ? [`job = (${numberOf('$8')})`] : []),
  ...(among
    ? [
        `((source, job) in (select source, job from kind where job is not null)
          or (source, trigger) in (select source, trigger from kind where trigger is not null))`,
      ]
    : []),
];

/** Piece by piece, so that each is a stretch of an index. No column more than is needed: that would be copied once more. */
const linesOf = (
  what: 'rollups' | 'peaks',
  selected: readonly string[],
  conditions: readonly string[],
): string =>
  (['day', 'hour', 'minute'] as const)
    .map(
      (grain) => `
  select ${selected.join(', ')} from piece p join ${grain}_${what} l on l.at >= p.from_at and l.at < p.until_at
  where ${[`p.grain = '${grain}'`, ...conditions].join(' and ')}`,
    )
    .join(' union all ');
