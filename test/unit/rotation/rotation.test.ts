import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ring, type Rotation, takeTurns, unused } from '../../../durable-objects/rotation.ts';

const hour = 3_600_000;

/** One thing that happens to a rotation: a call, with what becomes of it, or its alarm. */
const happening = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      count: fc.integer({ min: 1, max: 64 }),
      fate: fc.constantFrom('answered', 'crash before the write', 'crash before the answer'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ count: 0, fate: 'evicted' as const }) },
);

describe('a rotation', () => {
  test('hands each turn out at most once, and skips one only in a crash, wherever it crashes', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        let stored: Rotation = unused;
        let inMemory: Rotation = stored;
        const told: number[] = [];
        let skipped = 0;
        for (const [nowMs, { count, fate }] of happenings.entries()) {
          if (fate === 'evicted' || fate === 'crash before the write') {
            inMemory = stored;
            continue;
          }
          const taken = takeTurns(inMemory, { count, nowMs, persistMs: hour });
          stored = taken.rotation;
          inMemory = taken.rotation;
          // The write was safe, but nobody heard of the turns.
          if (fate === 'crash before the answer') skipped += count;
          else for (let n = 0; n < count; n += 1) told.push(taken.first + n);
        }
        expect(new Set(told).size).toBe(told.length);
        expect(told).toEqual(told.toSorted((a, b) => a - b));
        expect(stored.next).toBe(told.length + skipped);
      }),
    );
  });

  test('is exact to the turn when it is evicted between any two', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 60 }),
        (size, calls) => {
          let rotation = unused;
          const counts = Array.from({ length: size }, () => 0);
          for (const [nowMs, count] of calls.entries()) {
            // What is stored is all there is.
            const evicted: Rotation = JSON.parse(JSON.stringify(rotation));
            const taken = takeTurns(evicted, { count, nowMs, persistMs: hour });
            rotation = taken.rotation;
            for (let n = 0; n < count; n += 1) {
              const at = (taken.first + n) % size;
              counts[at] = (counts[at] ?? 0) + 1;
            }
          }
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test('sets its alarm once, not for each turn', () => {
    const first = takeTurns(unused, { count: 1, nowMs: 1_000, persistMs: hour });
    const second = takeTurns(first.rotation, { count: 1, nowMs: 2_000, persistMs: hour });
    expect([first.setAlarmAt, second.setAlarmAt]).toEqual([1_000 + hour, null]);
  });

  test('sets its alarm anew where the persistence duration was shortened, or the alarm did not ring', () => {
    const { rotation } = takeTurns(unused, { count: 1, nowMs: 0, persistMs: hour });
    const shorter = takeTurns(rotation, { count: 1, nowMs: 1_000, persistMs: 60_000 });
    const late = takeTurns(rotation, { count: 1, nowMs: 2 * hour, persistMs: hour });
    expect([shorter.setAlarmAt, late.setAlarmAt]).toEqual([61_000, 3 * hour]);
  });

  test('is kept while it is used, and forgotten its persistence duration after the last use', () => {
    const first = takeTurns(unused, { count: 1, nowMs: 0, persistMs: hour });
    const used = takeTurns(first.rotation, { count: 1, nowMs: 1_000, persistMs: hour });
    const kept = ring(used.rotation, hour);
    expect(kept).toEqual({ next: 2, clearsAt: hour + 1_000, usedAt: 1_000, alarmAt: hour + 1_000 });
    expect(kept && ring(kept, hour + 1_000)).toBeNull();
  });
});
