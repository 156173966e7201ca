import { describe, expect, it } from 'vitest';
import { logScope } from '../../../src/api/log-targets.ts';
import type { StoredDelivery } from '../../../src/store/read-rows.ts';

const startMs = Date.parse('2026-11-24T12:00:00Z');
const at = (ms: number): string => new Date(startMs + ms).toISOString();
const minute = 60_000;

/** A delivery with attempts given as [start, end, status], ms after the start. */
function delivery(...attempts: [number, number | null, number | null][]): StoredDelivery {
  return {
    id: 'd',
    source: 's',
    eventId: 'e',
    traceId: 't',
    job: 'j',
    target: 't',
    algorithm: 'pass-through',
    correlationId: 'c',
    hasRetriesLeft: false,
    isDead: false,
    isRollout: null,
    rerunOf: null,
    reruns: [],
    attempts: attempts.map(([start, end, status], index) => ({
      id: String(index),
      destination: 'd',
      startedAt: at(start),
      endedAt: end === null ? null : at(end),
      status,
      outcome: 'delivered',
      error: null,
      answer: null,
      degraded: false,
      worksInBackground: false,
      skipped: [],
    })),
  };
}
const msOf = (ns: bigint): number => Number(ns / 1_000_000n) - startMs;
const windowsOf = (deliveries: StoredDelivery[], nowMs: number): [number, number][] =>
  logScope(deliveries, startMs + nowMs).targets.map(({ fromNs, toNs }) => [
    msOf(fromNs),
    msOf(toNs),
  ]);

describe('logScope', () => {
  it('reaches from 2 s before the first attempt to 30 s after the last', () => {
    expect(windowsOf([delivery([0, 100, 500], [5_000, 6_000, 200])], minute)).toEqual([
      [-2_000, 36_000],
    ]);
  });

  it('gives each delivery its own window', () => {
    expect(windowsOf([delivery([1_000, 2_000, 200]), delivery([500, 9_000, 200])], minute)).toEqual(
      [
        [-1_000, 32_000],
        [-1_500, 39_000],
      ],
    );
  });

  it('goes on to the present while an attempt runs, and no longer than a job can', () => {
    expect(windowsOf([delivery([0, null, null])], minute)).toEqual([[-2_000, minute + 30_000]]);
    expect(windowsOf([delivery([0, null, null])], 60 * minute)).toEqual([
      [-2_000, 15 * minute + 30_000],
    ]);
  });

  it('counts a job that was given up on, and one that works in the background, as still at work', () => {
    expect(windowsOf([delivery([0, 55_000, null])], 5 * minute)).toEqual([
      [-2_000, 5 * minute + 30_000],
    ]);
    const background = delivery([0, 100, 200]);
    background.attempts = background.attempts.map((attempt) => ({
      ...attempt,
      worksInBackground: true,
    }));
    expect(windowsOf([background], 5 * minute)).toEqual([[-2_000, 5 * minute + 30_000]]);
  });

  it('knows when the last of them was over, and that nothing is while one may still be at work', () => {
    const ended = delivery([0, 100, 200]);
    expect(logScope([ended, delivery([0, 900, 200])], startMs + minute).endedAtMs).toBe(
      startMs + 900,
    );
    expect(logScope([ended, delivery([0, null, null])], startMs + minute).endedAtMs).toBeNull();
    expect(logScope([delivery([0, null, null])], startMs + 60 * minute).endedAtMs).toBe(
      startMs + 15 * minute,
    );
  });

  it('asks for nothing where nothing was attempted', () => {
    expect(logScope([delivery()], startMs).targets).toEqual([]);
  });
});
