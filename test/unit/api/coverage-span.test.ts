import { describe, expect, test } from 'vitest';
import { coverageSpan } from '../../../src/api/coverage-span.ts';

const at = (text: string): number => Date.parse(`2026-${text}Z`);
const now = at('11-24T10:20:30');
const text = (ms: number): string => new Date(ms).toISOString().slice(5, 16);
const spanOf = (from: number | null, until: number | null = null) => {
  const { span, read, bucketMs } = coverageSpan({ fromMs: from, untilMs: until }, null, now);
  return [text(span.fromMs), text(span.untilMs), text(read.untilMs), bucketMs / 3_600_000];
};

describe('the span of coverage', () => {
  test('is a day up to the end of the present minute, read to the end of its hour', () => {
    expect(spanOf(null)).toEqual(['11-23T10:21', '11-24T10:21', '11-24T11:00', 1]);
  });

  test('takes in the whole of the minutes in which it begins and ends, and no more of what is over', () => {
    expect(spanOf(at('11-23T10:20:30'))).toEqual(['11-23T10:20', '11-24T10:21', '11-24T11:00', 1]);
    expect(spanOf(at('11-20T01:02:03'), at('11-20T04:05:06'))).toEqual([
      '11-20T01:02',
      '11-20T04:06',
      '11-20T04:06',
      1,
    ]);
  });

  test('is told by the hour up to three days, the rest of the present minute left out of it', () => {
    expect(spanOf(now - 72 * 3_600_000)[3]).toBe(1);
    expect(spanOf(now - 73 * 3_600_000)[3]).toBe(24);
    expect(spanOf(at('11-20T00:00:00'), at('11-23T00:00:00'))[3]).toBe(1);
  });

  test('begins with a whole hour where it is long, and so it does and ends where minutes are kept no more', () => {
    expect(spanOf(at('11-17T10:20:00'))).toEqual(['11-17T10:00', '11-24T10:21', '11-24T11:00', 24]);
    expect(spanOf(at('10-20T01:02:03'), at('10-20T04:05:06'))).toEqual([
      '10-20T01:00',
      '10-20T05:00',
      '10-20T05:00',
      1,
    ]);
  });

  test('is 31 days at most', () => {
    expect(spanOf(at('01-01T00:00:00'))[0]).toBe('10-24T10:00');
  });
});
