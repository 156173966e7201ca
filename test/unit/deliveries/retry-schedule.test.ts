import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInRetryPolicy, retryPolicySchema } from '../../../src/config/retry-policy.ts';
import {
  longestRetryAfterMs,
  mostAttempts,
  nextDelayMs as nextDelayOf,
  parseRetryAfterMs,
} from '../../../src/deliveries/retry-schedule.ts';

const nextDelayMs = (failure: Parameters<typeof nextDelayOf>[1]): number | null =>
  nextDelayOf(builtInRetryPolicy, failure);

const failed = { status: 500, retryAfterMs: null, random: 0.5 };
const minuteMs = 60_000;
const hourMs = 3_600_000;

const someFailure = fc.record({
  attempt: fc.integer({ min: 1, max: 12 }),
  status: fc.option(fc.integer({ min: 300, max: 599 })),
  retryAfterMs: fc.option(fc.nat(100 * hourMs)),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe('the pause before the next attempt', () => {
  it('is 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, and then there is none', () => {
    const pauses = Array.from({ length: 9 }, (_, index) =>
      nextDelayMs({ ...failed, attempt: index + 1 }),
    );
    expect(pauses).toEqual([
      5_000,
      5 * minuteMs,
      30 * minuteMs,
      2 * hourMs,
      5 * hourMs,
      10 * hourMs,
      10 * hourMs,
      null,
      null,
    ]);
  });

  it('differs by up to a fifth either way', () => {
    expect(nextDelayMs({ ...failed, attempt: 1, random: 0 })).toBe(4_000);
    expect(nextDelayMs({ ...failed, attempt: 1, random: 0.999_999 })).toBe(6_000);
  });

  it('comes for every failure but 410, which ends the delivery', () => {
    for (const status of [301, 400, 404, 408, 422, 429, 500, 503, null]) {
      expect(nextDelayMs({ ...failed, status, attempt: 1 })).toBe(5_000);
    }
    expect(nextDelayMs({ ...failed, status: 410, attempt: 1 })).toBeNull();
  });

  it('is at least what the destination asks for, and at most a little over a day', () => {
    expect(nextDelayMs({ ...failed, attempt: 1, retryAfterMs: minuteMs, random: 0 })).toBe(
      minuteMs,
    );
    expect(nextDelayMs({ ...failed, attempt: 2, retryAfterMs: 1_000 })).toBe(5 * minuteMs);
    expect(nextDelayMs({ ...failed, attempt: 1, retryAfterMs: 1e12, random: 0 })).toBe(
      longestRetryAfterMs,
    );
  });

  it('is never shorter than asked or planned less a fifth, and never endless', () => {
    fc.assert(
      fc.property(someFailure, (failure) => {
        const delayMs = nextDelayMs(failure);
        expect(delayMs === null).toBe(failure.status === 410 || failure.attempt > 7);
        if (delayMs === null) return;
        const planned = nextDelayMs({ ...failed, attempt: failure.attempt }) ?? 0;
        const asked = Math.min(failure.retryAfterMs ?? 0, longestRetryAfterMs);
        expect(delayMs).toBeGreaterThanOrEqual(Math.max(planned * 0.8, asked) - 1);
        expect(delayMs).toBeLessThanOrEqual(Math.max(planned, asked) * 1.2 + 1);
        expect(Number.isInteger(delayMs)).toBe(true);
      }),
    );
  });
});

describe('a schedule of its own', () => {
  const policy = retryPolicySchema.parse({
    pausesSeconds: [1, 10],
    jitter: 0,
    byStatus: { 429: [60, 60, 60, 60], 422: [] },
  });

  it('replaces the built-in one, jitter included', () => {
    const pauses = [1, 2, 3].map((attempt) => nextDelayOf(policy, { ...failed, attempt }));
    expect(pauses).toEqual([1_000, 10_000, null]);
    expect(nextDelayOf(policy, { ...failed, attempt: 1, random: 0.9 })).toBe(1_000);
  });

  it('can differ by status, and give up at once', () => {
    expect(nextDelayOf(policy, { ...failed, attempt: 1, status: 422 })).toBeNull();
    expect(nextDelayOf(policy, { ...failed, attempt: 4, status: 429 })).toBe(60_000);
    expect(nextDelayOf(policy, { ...failed, attempt: 5, status: 429 })).toBeNull();
    // Whatever the attempts before had failed with.
    expect(nextDelayOf(policy, { ...failed, attempt: 3, status: 500 })).toBeNull();
  });

  it('is not used up while any status has a pause left', () => {
    expect(mostAttempts(policy)).toBe(5);
    expect(mostAttempts(builtInRetryPolicy)).toBe(8);
    expect(mostAttempts(retryPolicySchema.parse({ pausesSeconds: [] }))).toBe(1);
  });

  it('ends with 410 whatever it says', () => {
    const stubborn = retryPolicySchema.parse({ pausesSeconds: [], byStatus: { 410: [1] } });
    expect(nextDelayOf(stubborn, { ...failed, attempt: 1, status: 410 })).toBeNull();
  });

  it('of more than 30 pauses, or of one above a week, is refused with the reason', () => {
    const long = retryPolicySchema.safeParse({ pausesSeconds: Array(31).fill(1) });
    expect(long.error?.issues[0]?.message).toContain('30 pauses at most');
    expect(retryPolicySchema.safeParse({ pausesSeconds: [604_801] }).success).toBe(false);
  });
});

describe('Retry-After', () => {
  const nowMs = Date.parse('1994-11-06T08:49:07Z');

  it.each([
    ['whole seconds', '120', 120_000],
    ['seconds with blanks around', ' 7 ', 7_000],
    ['a date', 'Sun, 06 Nov 1994 08:49:37 GMT', 30_000],
    ['the old form of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', 30_000],
    ['the form of asctime', 'Sun Nov  6 08:49:37 1994', 30_000],
    ['a date that has passed', 'Sun, 06 Nov 1994 08:00:00 GMT', 0],
    ['nothing', null, null],
    ['an empty field', '', null],
    ['a negative number', '-5', null],
    ['a fraction', '1.5', null],
    ['a word', 'soon', null],
    ['a year alone', '2026-11-24', null],
    ['a day that is none', 'Sun, 99 Nov 1994 08:49:37 GMT', null],
  ])('is read where it is %s', (_name, value, expected) => {
    expect(parseRetryAfterMs(value, nowMs)).toBe(expected);
  });

  it('never throws, whatever a destination writes', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const ms = parseRetryAfterMs(value, nowMs);
        expect(ms === null || ms >= 0).toBe(true);
      }),
    );
  });
});
