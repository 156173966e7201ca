// Triggers that fire themselves along a path, found in a real Postgres while it happens.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { builtInLoopLimits } from '../../../src/config/configuration.ts';
import { listLoops, type StoredLoop } from '../../../src/store/loops.ts';
import type { AttemptRecord, EventFacts } from '../../../src/store/record.ts';
import { anonymous, createGradedStore, type GradedStore, reported } from './graded-store.ts';
import { type Sample, sampleAttempt, sampleEvent } from './sample-records.ts';

const mostTimes = builtInLoopLimits.flagAfter;
let store: GradedStore;

beforeAll(async () => {
  store = await createGradedStore('loops');
});
afterAll(() => store.drop());
beforeEach(async () => {
  await store.empty();
  await store.client.query('truncate loops');
});

/**
 * A chain of events, each written by the delivery of the one before.
 * @param triggers the event's trigger, one for each step
 */
async function chain(triggers: readonly string[]): Promise<{ hops: Sample[]; traceId: string }> {
  const hops: Sample[] = [];
  let event: EventFacts | null = null;
  for (const [index, trigger] of triggers.entries()) {
    const cause: Sample | undefined = hops.at(-1);
    event = await sampleEvent({
      id: `event-${String(index).padStart(3, '0')}`,
      atMs: index * 100,
      trigger,
      ...(cause && event
        ? {
            actor: cause.correlationId,
            sessionCorrelationId: cause.correlationId,
            traceId: event.traceId,
            startsTrace: false,
          }
        : {}),
    });
    hops.push(
      await sampleAttempt(event, {
        job: `after-${trigger}`,
        startMs: index * 100 + 10,
        endMs: index * 100 + 150,
      }),
    );
  }
  return { hops, traceId: event?.traceId ?? '' };
}

const pingPong = (length: number): string[] =>
  Array.from({ length }, (_, index) => (index % 2 === 0 ? 'ping' : 'pong'));
const records = (hops: readonly Sample[]): AttemptRecord[] => hops.map(({ ended }) => ended);
const loops = (): Promise<StoredLoop[]> => listLoops(store.client, { limit: 100, after: null });

const reportOf = (trigger: string): unknown =>
  expect.stringMatching(`^A trigger fires itself .*"trigger":"${trigger}"`);

describe('a trigger that fires itself through another', () => {
  it('is found as soon as it has fired once too often, with its path', async () => {
    const { hops, traceId } = await chain(pingPong(2 * mostTimes + 1));
    await store.consume(records(hops.slice(0, -1)));
    expect(await loops()).toEqual([]);
    expect(await store.reportsOf(records(hops.slice(-1)))).toEqual([reportOf('ping')]);
    expect(await loops()).toMatchObject([
      {
        rootTraceId: traceId,
        trigger: 'ping',
        tableSchema: 'public',
        tableName: 'orders',
        times: mostTimes + 1,
        isCertain: true,
        eventId: 'event-020',
      },
    ]);
    const path = (await loops())[0]?.path ?? [];
    expect(path).toHaveLength(2 * mostTimes + 1);
    expect(path[0]).toMatchObject({ eventId: 'event-000', job: null, evidence: null });
    expect(path[1]).toMatchObject({ eventId: 'event-001', job: 'after-ping', evidence: 'certain' });
    expect(path.at(-1)).toMatchObject({ eventId: 'event-020', trigger: 'ping' });
  });

  it('is reported once, not with every event that follows, and grows', async () => {
    const { hops } = await chain(pingPong(30));
    expect(await store.reportsOf(records(hops.slice(0, 21)))).toEqual([reportOf('ping')]);
    await store.consume(records(hops.slice(22, 23)));
    expect(await store.reportsOf(records(hops.slice(21, 22)))).toEqual([reportOf('pong')]);
    await store.consume(records(hops.slice(23)));
    expect((await loops()).map(({ trigger, times }) => `${trigger} ${times}`).toSorted()).toEqual([
      'ping 15',
      'pong 15',
    ]);
  });

  it('is found whatever order its events are recorded in', async () => {
    const { hops } = await chain(pingPong(2 * mostTimes + 1));
    const order = fc.shuffledSubarray(records(hops), { minLength: hops.length });
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 1, max: 8 }), async (shuffled, size) => {
        await store.empty();
        await store.client.query('truncate loops');
        let reports = 0;
        for (let from = 0; from < shuffled.length; from += size) {
          reports += (await store.reportsOf(shuffled.slice(from, from + size))).length;
        }
        expect(await loops()).toMatchObject([
          { trigger: 'ping', times: mostTimes + 1, eventId: 'event-020' },
        ]);
        expect(reports).toBe(1);
      }),
      { numRuns: 10 },
    );
  });

  it('keeps the beginning and the end of a long path', async () => {
    const { hops } = await chain(pingPong(120));
    await store.reportsOf(records(hops));
    const [loop] = await loops();
    expect(loop?.times).toBe(60);
    expect(loop?.path).toHaveLength(50);
    expect(loop?.path.at(-1)?.eventId).toBe(loop?.eventId);
  });
});

describe('what is no loop', () => {
  it('is a wide fan-out: many events of one trigger side by side', async () => {
    const { hops, traceId } = await chain(['import']);
    const cause = hops[0]?.correlationId ?? '';
    const rows = await Promise.all(
      Array.from({ length: 40 }, async (_, index) =>
        reported(
          await sampleEvent({
            id: `row-${index}`,
            atMs: 20 + index,
            trigger: 'row_written',
            rowKey: String(index),
            actor: cause,
            sessionCorrelationId: cause,
            traceId,
            startsTrace: false,
          }),
        ),
      ),
    );
    await store.consume(records([...hops, ...rows]));
    expect(await loops()).toEqual([]);
  });

  it('is a long chain of triggers that are all others', async () => {
    const { hops } = await chain(Array.from({ length: 40 }, (_, index) => `step-${index}`));
    await store.consume(records(hops));
    expect(await loops()).toEqual([]);
  });
});

describe('a loop through a job that writes no IDs', () => {
  it('is found across the traces that weak links join, and says that it is not certain', async () => {
    const hops: Sample[] = [];
    for (let index = 0; index <= mostTimes; index += 1) {
      const event = await anonymous({
        id: `event-${index}`,
        atMs: index * 100,
        trigger: 'order_changed',
      });
      hops.push(
        await sampleAttempt(event, {
          job: 'refresh',
          startMs: index * 100 + 10,
          endMs: index * 100 + 105,
        }),
      );
    }
    expect(await store.reportsOf(records(hops))).toEqual([reportOf('order_changed')]);
    expect(await loops()).toMatchObject([
      { trigger: 'order_changed', times: mostTimes + 1, isCertain: false },
    ]);
    expect((await loops())[0]?.rootTraceId).toBe(hops[0]?.ended.event.traceId);
  });

  it('is let go when the link turns out to be wrong', async () => {
    const hops: Sample[] = [];
    for (let index = 0; index <= mostTimes; index += 1) {
      const event = await anonymous({
        id: `event-${index}`,
        atMs: index * 100,
        trigger: 'order_changed',
      });
      hops.push(
        await sampleAttempt(event, {
          job: 'refresh',
          startMs: index * 100 + 10,
          endMs: index * 100 + (index === mostTimes - 1 ? 50 : 105),
        }),
      );
    }
    const late = hops[mostTimes - 1];
    const running = hops.map((hop) => (hop === late ? hop.running : hop.ended));
    await store.reportsOf(running);
    expect(await loops()).toHaveLength(1);
    await store.consume(late ? [late.ended] : []);
    expect(await loops()).toEqual([]);
  });
});
