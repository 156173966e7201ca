import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bucketOf,
  countOf,
  lastBucket,
  mergeHistograms,
  percentileOf,
  relativeError,
  type PackedHistogram,
} from '../../../src/store/latency-histogram.ts';

/** Log-uniform, as latencies are: a uniform choice would hardly ever be below a second. */
const latencyMs = fc.double({ min: 0, max: Math.log(1_500_000), noNaN: true }).map(Math.exp);
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

/** Twelve digits for each bucket: as the database makes it of a minute's attempts. */
const oneOf = (bucket: number): bigint => 10n ** BigInt(12 * bucket);

function histogramOf(list: readonly number[]): PackedHistogram {
  return String(list.reduce((sum, ms) => sum + oneOf(bucketOf(ms)), 0n));
}

/** Of all values, sorted: what a percentile is by definition. */
function exactPercentile(list: readonly number[], of: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(of * sorted.length)) - 1] ?? NaN;
}

describe('a percentile', () => {
  test('is wrong by 4.9 % at most, in one histogram and in many added up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(latencyMs, { maxLength: 60 }), { minLength: 1, maxLength: 8 }),
        share,
        (lists, of) => {
          const all = lists.flat();
          fc.pre(all.length > 0);
          const told = percentileOf(mergeHistograms(lists.map(histogramOf)), of) ?? NaN;
          const exact = exactPercentile(all, of);
          // A hair beyond, for the rounding of logarithms at a bucket's bound.
          expect(Math.max(told / exact, exact / told) - 1).toBeLessThanOrEqual(
            relativeError + 1e-9,
          );
        },
      ),
    );
    expect(relativeError).toBeLessThan(0.049);
  });

  test('grows with the share', () => {
    fc.assert(
      fc.property(
        fc.array(latencyMs, { minLength: 1, maxLength: 100 }),
        share,
        share,
        (list, a, b) => {
          const histogram = mergeHistograms([histogramOf(list)]);
          const low = percentileOf(histogram, Math.min(a, b)) ?? NaN;
          expect(low).toBeLessThanOrEqual(percentileOf(histogram, Math.max(a, b)) ?? NaN);
        },
      ),
    );
  });

  test('of nothing is none, below a millisecond about one, beyond 27 minutes these', () => {
    expect(percentileOf(mergeHistograms([]), 0.5)).toBeNull();
    expect(percentileOf(mergeHistograms([histogramOf([0, 0.2])]), 0.5)).toBeCloseTo(1.05, 2);
    expect(percentileOf(mergeHistograms([histogramOf([5_000_000])]), 0.5)).toBeCloseTo(
      1.1 ** lastBucket,
    );
  });
});

describe('histograms', () => {
  test('add up to the same in any grouping, and lose none', () => {
    fc.assert(
      fc.property(
        fc.array(latencyMs, { maxLength: 120 }),
        fc.array(fc.nat(5), { minLength: 120, maxLength: 120 }),
        (list, groups) => {
          const parts = [0, 1, 2, 3, 4, 5].map((group) =>
            histogramOf(list.filter((_, index) => groups[index] === group)),
          );
          const whole = mergeHistograms([histogramOf(list)]);
          expect(mergeHistograms(parts)).toEqual(whole);
          expect(mergeHistograms(parts.toReversed())).toEqual(whole);
          // As the database adds them up.
          const sum = parts.reduce((total, part) => total + BigInt(part), 0n);
          expect(mergeHistograms([String(sum)])).toEqual(whole);
          expect(countOf(whole)).toBe(list.length);
        },
      ),
    );
  });

  test('with a bucket that there is not are refused', () => {
    expect(() => mergeHistograms([String(oneOf(lastBucket + 1))])).toThrow(
      'There is no bucket 151.',
    );
  });

  test('hold as many in each bucket as twelve digits can, without any of them counting for the next', () => {
    const most = 10 ** 12 - 1;
    const all = Array.from({ length: lastBucket + 1 }, (_, bucket) => BigInt(most) * oneOf(bucket));
    const packed = String(all.reduce((sum, one) => sum + one, 0n));
    expect(mergeHistograms([packed])).toEqual(all.map(() => most));
  });

  test('put each latency between the bounds of its bucket', () => {
    fc.assert(
      fc.property(latencyMs, (ms) => {
        const bucket = bucketOf(ms);
        expect(1.1 ** bucket).toBeLessThanOrEqual(ms * (1 + 1e-9));
        // Nothing here is as long as what the last bucket holds.
        expect(ms).toBeLessThanOrEqual(1.1 ** (bucket + 1) * (1 + 1e-9));
      }),
    );
  });
});
