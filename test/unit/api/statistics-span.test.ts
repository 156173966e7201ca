import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  longestStepsMs,
  rangeNames,
  rangeSince,
  statisticsSpan,
  stepsSpan,
} from '../../../src/api/statistics-span.ts';
import { overTime } from '../../../src/api/statistics-view.ts';

const minuteMs = 60_000;
const nowMs = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2036-01-01') });
const range = fc.constantFrom(...rangeNames);

test('a range ends with the present minute, and is compared with as long just before', () => {
  fc.assert(
    fc.property(range, nowMs, (name, now) => {
      const { span, previous } = statisticsSpan(name, null, now);
      expect(span.untilMs).toBeGreaterThan(now);
      expect(span.untilMs - now).toBeLessThanOrEqual(minuteMs);
      expect(previous.untilMs).toBe(span.fromMs);
      // A week is compared with a week less the part of an hour that has begun.
      const longer = span.untilMs - span.fromMs - (previous.untilMs - previous.fromMs);
      expect(longer).toBeGreaterThanOrEqual(0);
      expect(longer).toBeLessThan(3_600_000);
      for (const ms of [span.fromMs, span.untilMs, previous.fromMs]) expect(ms % minuteMs).toBe(0);
    }),
  );
});

test('its steps follow each other without a hole and take it in whole, some seventy at most', () => {
  fc.assert(
    fc.property(range, nowMs, (name, now) => {
      const spans = statisticsSpan(name, null, now);
      const steps = overTime(spans, []).map(({ from }) => Date.parse(from));
      expect(steps.length).toBeLessThanOrEqual(75);
      const [first = NaN] = steps;
      expect(steps).toEqual(steps.map((_, index) => first + index * spans.bucketMs));
      expect(first).toBeLessThanOrEqual(spans.span.fromMs);
      expect(spans.span.fromMs - first).toBeLessThan(spans.bucketMs);
      const end = (steps.at(-1) ?? NaN) + spans.bucketMs;
      expect(end).toBeGreaterThanOrEqual(spans.span.untilMs);
      expect(end - spans.span.untilMs).toBeLessThan(spans.bucketMs);
    }),
  );
});

test('any time has whole steps that take it in, 180 at most and the first and last', () => {
  const length = fc.integer({ min: 1, max: longestStepsMs });
  fc.assert(
    fc.property(
      nowMs,
      fc.integer({ min: 0, max: 400 * 86_400_000 }),
      length,
      (now, age, lengthMs) => {
        const asked = { fromMs: now - age, untilMs: now - age + lengthMs };
        const spans = stepsSpan(asked, null, now);
        const { span, bucketMs } = spans;
        expect(overTime(spans, []).length).toBeLessThanOrEqual(bucketMs === 86_400_000 ? 367 : 181);
        for (const ms of [span.fromMs, span.untilMs]) expect(ms % bucketMs).toBe(0);
        expect(asked.fromMs - span.fromMs).toBeGreaterThanOrEqual(0);
        expect(asked.fromMs - span.fromMs).toBeLessThan(bucketMs);
        expect(span.untilMs - asked.untilMs).toBeGreaterThanOrEqual(0);
        expect(span.untilMs - asked.untilMs).toBeLessThan(bucketMs);
        // Minutes of what is too old, or of too much, are not there.
        const isWithout = age > 13 * 86_400_000 || lengthMs > 6 * 3_600_000;
        expect(isWithout && bucketMs < 3_600_000).toBe(false);
      },
    ),
  );
});

test('the range that nobody has chosen holds everything as long as it can, and is a day then', () => {
  const now = Date.parse('2026-11-26T14:30:00Z');
  const since = (text: string): string => rangeSince(Date.parse(text), now);
  expect(since('2026-11-26T14:00:00Z')).toBe('1h');
  expect(since('2026-11-26T13:00:00Z')).toBe('6h');
  expect(since('2026-11-26T08:30:00Z')).toBe('6h');
  expect(since('2026-11-26T08:00:00Z')).toBe('24h');
  expect(since('2026-01-01T00:00:00Z')).toBe('24h');
  expect(rangeSince(null, now)).toBe('24h');
});
