import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectionSlots } from '../../../src/proxy/connection-slots.ts';
import { VirtualTime } from '../recorder/virtual-time.ts';

describe('connection slots', () => {
  test('are never more than there are, and everybody gets one in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 }),
        async (count, workTimes) => {
          const time = new VirtualTime();
          const slots = new ConnectionSlots(count);
          const began: number[] = [];
          let open = 0;
          let most = 0;
          const work = async (ms: number, index: number): Promise<void> => {
            expect(await slots.take()).toBe(true);
            began.push(index);
            open += 1;
            most = Math.max(most, open);
            await time.wait(ms);
            open -= 1;
            slots.release();
          };
          await time.run(Promise.all(workTimes.map(work)));
          expect(began).toEqual([...workTimes.keys()]);
          expect(most).toBeLessThanOrEqual(count);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('are not lost to those for whom it became too late', async () => {
    const slots = new ConnectionSlots(1);
    const late = new AbortController();
    expect(await slots.take()).toBe(true);
    const leaves = slots.take(late.signal);
    const stays = slots.take();
    late.abort();
    expect(await leaves).toBe(false);
    expect(await slots.take(late.signal)).toBe(false);
    slots.release();
    expect(await stays).toBe(true);
    slots.release();
    expect(await slots.take(AbortSignal.abort())).toBe(false);
    expect(await slots.take()).toBe(true);
  });
});
