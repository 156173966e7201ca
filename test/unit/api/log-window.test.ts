import { describe, expect, it } from 'vitest';
import { logWindow } from '../../../src/api/log-window.ts';
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
const windowOf = (deliveries: StoredDelivery[], nowMs: number): [number, number] => {
  const { fromMs, toMs } = logWindow(deliveries, startMs, startMs + nowMs);
  return [fromMs - startMs, toMs - startMs];
};

describe('logWindow', () => {
  it('reaches from 2 s before the first attempt to 30 s after the last', () => {
    expect(windowOf([delivery([0, 100, 500], [5_000, 6_000, 200])], minute)).toEqual([
      -2_000, 36_000,
    ]);
  });

  it('spans all deliveries of an event', () => {
    expect(windowOf([delivery([1_000, 2_000, 200]), delivery([500, 9_000, 200])], minute)).toEqual([
      -1_500, 39_000,
    ]);
  });

  it('goes on to the present while an attempt runs, and no longer than a job can', () => {
    expect(windowOf([delivery([0, null, null])], minute)).toEqual([-2_000, minute + 30_000]);
    expect(windowOf([delivery([0, null, null])], 60 * minute)).toEqual([
      -2_000,
      15 * minute + 30_000,
    ]);
  });

  it('counts a job that was given up on as still at work', () => {
    expect(windowOf([delivery([0, 55_000, null])], 5 * minute)).toEqual([
      -2_000,
      5 * minute + 30_000,
    ]);
  });

  it('lies around the arrival where nothing was attempted', () => {
    expect(windowOf([], minute)).toEqual([-2_000, 30_000]);
  });
});
