import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rangeNames, statisticsSpan } from '../../../src/api/statistics-span.ts';
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
