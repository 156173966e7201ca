// How a line of rollups is counted, of whatever time: in SQL, for all that make some.
import { bucketFactor, lastBucket } from './latency-histogram.ts';

/** The lines of a minute or an hour at most, and one more for each source: what is rarer is counted together. */
export const mostLines = 300;
/** Peaks of so many jobs are kept, the highest. */
export const mostPeaks = 200;

/** What is counted. As columns. */
export const rollupCounts = [
  'events',
  'cascades',
  'writes',
  'covered',
  'deliveries',
  'delivered_first',
  'attempts',
  'delivered',
  'failed',
  'unreachable',
  'timed_out',
  'cancelled',
  'answered_429',
  'dead',
] as const;

/** Of an event `e`. */
export const ofEvent = `coalesce(e.trigger, 0) as trigger, coalesce(e.named_by, '-') as named_by`;

/** Zero but for what is given: one branch of a union. */
export const counts = (given: Partial<Record<(typeof rollupCounts)[number], string>>): string =>
  rollupCounts.map((name) => `${given[name] ?? '0'} as ${name}`).join(', ');
export const countOf = (condition: string): string => `count(*) filter (where ${condition})`;

/** Of attempts with `outcome`, `status` and whether each `is_first` of its delivery. */
export const attemptCounts = counts({
  deliveries: countOf('is_first'),
  delivered_first: countOf(`is_first and outcome = 'd'`),
  attempts: 'count(*)',
  delivered: countOf(`outcome = 'd'`),
  failed: countOf(`outcome = 'f'`),
  unreachable: countOf(`outcome = 'u'`),
  timed_out: countOf(`outcome = 't'`),
  cancelled: countOf(`outcome = 'c'`),
  answered_429: countOf('status = 429'),
});

/** Of an attempt `a`: its latency's place in a histogram; null while it has none that counts. */
export const attemptBucket = `case when a.ended_at is not null and a.outcome <> 'c' then
  least(${lastBucket}, floor(ln(greatest(1, extract(epoch from a.ended_at - a.started_at)::float8 * 1000))
    / ln(${bucketFactor}::float8)))::smallint end`;
