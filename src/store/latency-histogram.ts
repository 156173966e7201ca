// Latencies as counts in buckets that grow by a factor: what is kept of them in rollups, and what can be told from it.
// Pure. It knows nothing of attempts, nor of what is slow.

/** Two neighbours' bounds differ by this factor. The migration and the SQL of roll-up.ts count by the same. */
export const bucketFactor = 1.1;
/** Everything from 1.1^150 ms on, some 27 minutes. */
export const lastBucket = 150;
/** No estimate between 1 ms and 27 minutes is wrong by more than this share: √1.1 − 1. */
export const relativeError = Math.sqrt(bucketFactor) - 1;

/** How many latencies are in each bucket: index b counts those from 1.1^b ms to 1.1^(b+1) ms, 0 all below that. */
export type Histogram = readonly number[];

/**
 * As rollups keep them and Postgres adds them up: one decimal number, with so many digits for each bucket, the last of them for the
 * first bucket. No bucket of a sum may have more.
 */
export type PackedHistogram = string;
const digitsOfBucket = 12;

/** @param ms 0 or more */
export function bucketOf(ms: number): number {
  return Math.min(lastBucket, Math.floor(Math.log(Math.max(1, ms)) / Math.log(bucketFactor)));
}

/**
 * All latencies of all of them: in whatever order and grouping they are added up, the sum is the same.
 * @throws RangeError where there is no such bucket
 */
export function mergeHistograms(list: readonly PackedHistogram[]): Histogram {
  const sum = Array.from({ length: lastBucket + 1 }, () => 0);
  for (const digits of list) {
    for (let end = digits.length, bucket = 0; end > 0; end -= digitsOfBucket, bucket += 1) {
      const before = sum[bucket];
      if (before === undefined) throw new RangeError(`There is no bucket ${bucket}.`);
      sum[bucket] = before + Number(digits.slice(Math.max(0, end - digitsOfBucket), end));
    }
  }
  return sum;
}

export function countOf(histogram: Histogram): number {
  return histogram.reduce((sum, count) => sum + count, 0);
}

/**
 * The latency that this share of all do not exceed, in ms: the nearest-rank percentile, as the geometric middle of its
 * bucket, so that it is wrong by {@link relativeError} at most. Of the first bucket 1, of the last its lower bound.
 * @param share above 0, at most 1
 * @returns null where nothing was counted
 */
export function percentileOf(histogram: Histogram, share: number): number | null {
  const total = countOf(histogram);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(share * total));
  let seen = 0;
  const bucket = histogram.findIndex((count) => (seen += count) >= rank);
  if (bucket === lastBucket) return bucketFactor ** lastBucket;
  return bucketFactor ** (bucket + 0.5);
}
