// How many attempts were under way at once, beside how many a platform allows.
import { describe, expect, test } from 'vitest';
import { concurrencyLimits } from '../../../src/api/concurrency-limits.ts';
import { atOnceText, isNearLimit } from '../../../pages/src/jobs/at-once.ts';

describe('at once', () => {
  test.each([
    [null, null, '–'],
    [null, 100, '–'],
    [12, null, '12'],
    [1_200, 3_000, '1,200 of 3,000'],
  ])('%s, of %s allowed: %s', (peak, concurrencyLimit, text) => {
    expect(atOnceText({ peak, concurrencyLimit })).toBe(text);
  });

  test('is near its limit from nine tenths on', () => {
    const near = [0, 89, 90, 100, 130].map((peak) => isNearLimit({ peak, concurrencyLimit: 100 }));
    expect(near).toEqual([false, false, true, true, true]);
    expect(isNearLimit({ peak: null, concurrencyLimit: 1 })).toBe(false);
    expect(isNearLimit({ peak: 1_000, concurrencyLimit: null })).toBe(false);
  });
});

test('limits add up where each is known, and each destination counts once', () => {
  const limits = concurrencyLimits(
    new Map([
      ['https://a.example/', { concurrencyLimit: 10 }],
      ['https://b.example/', { concurrencyLimit: 5 }],
      ['https://c.example/', {}],
    ]),
  );
  const of = (...letters: string[]) =>
    limits.of(letters.map((letter) => `https://${letter}.example/`));
  expect(limits.areAny).toBe(true);
  expect([of('a'), of('a', 'b', 'a'), of('a', 'c'), of('d'), of()]).toEqual([
    10,
    15,
    null,
    null,
    null,
  ]);
  expect(concurrencyLimits(new Map([['https://c.example/', {}]])).areAny).toBe(false);
});
