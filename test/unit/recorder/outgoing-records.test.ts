import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxMessageBytes, OutgoingRecords } from '../../../src/recorder/outgoing-records.ts';
import { VirtualTime } from './virtual-time.ts';

type Sends = (messages: readonly string[]) => Promise<void>;

function outgoing(time: VirtualTime, send: Sends) {
  const records = new OutgoingRecords();
  const deps = { send, wait: time.wait, now: time.now };
  return {
    records,
    record: (text: string) => records.record(text, deps),
    share: (text: string) => records.share(text, deps),
  };
}

function received(messages: readonly string[]): unknown[] {
  return messages.flatMap((message) => JSON.parse(message) as unknown[]);
}

describe('records of one isolate', () => {
  test('share one send when they come within the window', async () => {
    const time = new VirtualTime();
    const sends: string[][] = [];
    const { share, records } = outgoing(time, async (messages) => {
      sends.push([...messages]);
    });
    const [courier, ...others] = ['1', '2', '3'].map(share);
    // Only the first has to wait.
    expect(others).toEqual([null, null]);
    expect(await time.run(Promise.resolve(courier))).toBe(0);
    expect(sends).toEqual([['[1,2,3]']]);
    expect(records.size).toBe(0);
  });

  test('are given to nobody who is late: a courier that was cut off costs its batch no time', async () => {
    const time = new VirtualTime();
    const records = new OutgoingRecords();
    const got: unknown[] = [];
    const send: Sends = async (messages) => void got.push(...received(messages));
    const never = new Promise<void>(() => undefined);
    // Its request is never driven again, as when the runtime ends it.
    const cutOff = records.share('1', { send, wait: () => never, now: time.now });
    expect(cutOff).not.toBeNull();
    expect(records.share('2', { send, wait: time.wait, now: time.now })).toBeNull();
    await time.run(time.wait(1_000));
    const next = records.share('3', { send, wait: time.wait, now: time.now });
    expect(await time.run(Promise.resolve(next))).toBe(0);
    expect(new Set(got)).toEqual(new Set([1, 2, 3]));
    expect(records.size).toBe(0);
  });

  test('never make a batch larger than a message: what does not fit begins the next', async () => {
    const time = new VirtualTime();
    const sends: string[][] = [];
    const { share } = outgoing(time, async (messages) => {
      sends.push([...messages]);
    });
    const text = JSON.stringify('x'.repeat(50_000));
    const carried = [1, 2, 3, 4, 5].map(() => share(text));
    expect(carried.map((one) => one !== null)).toEqual([true, false, true, false, true]);
    expect(await time.run(Promise.all(carried.flatMap((one) => one ?? [])))).toEqual([0, 0, 0]);
    expect(sends.flat().map((message) => received([message]).length)).toEqual([2, 2, 1]);
  });

  test('are sent again after the queue refused, without a herd of single sends', async () => {
    const time = new VirtualTime();
    let calls = 0;
    const got: unknown[] = [];
    const { record } = outgoing(time, async (messages) => {
      calls += 1;
      if (calls <= 3) throw new Error('overloaded');
      got.push(...received(messages));
    });
    const texts = Array.from({ length: 100 }, (_, index) => String(index));
    const results = await time.run(Promise.all(texts.map(record)));
    expect(results.every(Boolean)).toBe(true);
    expect(new Set(got).size).toBe(100);
    expect(calls).toBe(4);
  });

  test('get through though one send never settles', async () => {
    const time = new VirtualTime();
    let calls = 0;
    const got: unknown[] = [];
    const { record } = outgoing(time, (messages) => {
      calls += 1;
      if (calls === 1) return new Promise(() => undefined);
      got.push(...received(messages));
      return Promise.resolve();
    });
    expect(await time.run(Promise.all([record('1'), record('2')]))).toEqual([true, true]);
    expect(got).toEqual(expect.arrayContaining([1, 2]));
  });

  test('are taken over when the request that took them was cut off in the middle', async () => {
    const time = new VirtualTime();
    const got: unknown[] = [];
    let calls = 0;
    const { record } = outgoing(time, (messages) => {
      calls += 1;
      if (calls > 1) {
        got.push(...received(messages));
        return Promise.resolve();
      }
      return new Promise(() => undefined);
    });
    // The first request is never driven again, as when the runtime ends it; time goes on for the second.
    const cutOff = record('1');
    void cutOff;
    expect(await time.run(record('2'))).toBe(true);
    expect(got).toContain(2);
  });

  test('say so when they are lost, and are forgotten', async () => {
    const time = new VirtualTime();
    const { record, share, records } = outgoing(time, () => Promise.reject(new Error('gone')));
    const work = Promise.all([record('1'), record('2'), share('3'), share('4'), share('5')]);
    expect(await time.run(work)).toEqual([false, false, 3, null, null]);
    expect(records.size).toBe(0);
  });

  test('arrive whole, in messages that a queue takes, whatever their size and the queue’s moods', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            delayMs: fc.nat(200),
            isShared: fc.boolean(),
            size: fc.oneof(fc.nat(3_000), fc.integer({ min: 50_000, max: maxMessageBytes - 10 })),
          }),
          { maxLength: 40 },
        ),
        fc.infiniteStream(fc.constantFrom('ok', 'ok', 'refuse', 'hang')),
        async (plan, moods) => {
          const time = new VirtualTime();
          const got = new Set<number>();
          let lost = 0;
          const { record, share, records } = outgoing(time, async (messages) => {
            const mood = moods.next().value;
            if (mood === 'refuse') throw new Error('refused');
            if (mood === 'hang') return new Promise(() => undefined);
            expect(messages.length).toBeLessThanOrEqual(100);
            expect(messages.every((message) => message.length <= maxMessageBytes)).toBe(true);
            expect(messages.reduce((sum, message) => sum + message.length, 0)).toBeLessThan(
              256_000,
            );
            for (const entry of received(messages)) got.add((entry as { id: number }).id);
            return undefined;
          });
          await time.run(
            Promise.all(
              plan.map(async ({ delayMs, isShared, size }, id) => {
                await time.wait(delayMs);
                const text = JSON.stringify({ id, pad: 'x'.repeat(Math.max(0, size - 40)) });
                // The sum is read after the wait: others have added to it meanwhile.
                const own = isShared ? ((await share(text)) ?? 0) : Number(!(await record(text)));
                lost += own;
              }),
            ),
          );
          // What was not told as lost has arrived; what was may have.
          expect(plan.length - got.size).toBeLessThanOrEqual(lost);
          expect(records.size).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
