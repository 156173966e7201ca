// Requests of one isolate share calls for turns: in virtual time, with calls that fail and calls that hang.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SharedTurns } from '../../../src/proxy/shared-turns.ts';
import { VirtualTime } from '../recorder/virtual-time.ts';

/** An isolate whose rotation answers as `calls` says, and counts on. */
function isolate(time: VirtualTime, call: (number: number) => Promise<unknown>) {
  const turns = new SharedTurns();
  const counts: number[] = [];
  const reports: string[] = [];
  let position = 0;
  const next = (route = 'r'): Promise<number | null> =>
    turns.next(route, {
      async take(count) {
        counts.push(count);
        const first = position;
        position += count;
        await call(counts.length);
        return first;
      },
      wait: time.wait,
      now: time.now,
      waitUntil: (work) => void work,
      report: (message) => reports.push(message),
    });
  return { next, counts, reports };
}

describe('turns of one isolate', () => {
  test('come in one call for all who waited while the one before was under way', async () => {
    const time = new VirtualTime();
    const { next, counts } = isolate(time, () => time.wait(20));
    const turns = await time.run(Promise.all(Array.from({ length: 64 }, () => next())));
    expect(turns.toSorted((a, b) => Number(a) - Number(b))).toEqual([...turns.keys()]);
    expect(counts).toEqual([1, 63]);
  });

  test('come many to a call when requests come fast, and at once when they do not', async () => {
    const time = new VirtualTime();
    const { next, counts } = isolate(time, () => time.wait(1));
    const waits = await time.run(
      Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          await time.wait(index < 100 ? index : index * 1_000);
          const began = time.now();
          await next();
          return time.now() - began;
        }),
      ),
    );
    expect(Math.max(...waits)).toBeLessThanOrEqual(10);
    expect(waits.slice(100).every((ms) => ms === 1)).toBe(true);
    // A hundred in 100 ms, and a hundred one by one.
    expect(counts.length).toBeLessThanOrEqual(25 + 100);
  });

  test('are each handed out once and without a gap, however requests and answers fall', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 80 }),
        fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 20 }),
        async (arrivals, answerTimes) => {
          const time = new VirtualTime();
          const { next } = isolate(time, (call) =>
            time.wait(answerTimes[call % answerTimes.length] ?? 0),
          );
          const turns = await time.run(
            Promise.all(
              arrivals.map(async (at) => {
                await time.wait(at);
                return next();
              }),
            ),
          );
          expect(turns.toSorted((a, b) => Number(a) - Number(b))).toEqual([...turns.keys()]);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('of different routes do not wait for each other', async () => {
    const time = new VirtualTime();
    const { next, counts } = isolate(time, () => time.wait(20));
    await time.run(Promise.all([next('a'), next('b')]));
    expect([time.now(), counts]).toEqual([20, [1, 1]]);
  });

  test('are missing at once for everybody when the rotation fails, and it is not pressed', async () => {
    const time = new VirtualTime();
    const { next, counts, reports } = isolate(time, async (call) => {
      await time.wait(5);
      if (call === 1) throw new Error('overloaded');
    });
    const first = await time.run(Promise.all(Array.from({ length: 50 }, () => next())));
    expect(first.every((turn) => turn === null)).toBe(true);
    expect([counts.length, reports.length]).toEqual([1, 1]);
    expect(time.now()).toBeLessThan(20);
    await time.run(time.wait(1_000));
    expect(await time.run(next())).toBe(1);
  });

  test('are given up after five seconds when a call never settles', async () => {
    const time = new VirtualTime();
    const { next } = isolate(time, () => new Promise(() => undefined));
    expect(await time.run(Promise.all([next(), next()]))).toEqual([null, null]);
    expect(time.now()).toBe(5_000);
  });
});
