// Weak links between traces in a real Postgres: whatever order the records come in, the same links and the
// same cascades must stand in the end.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { joinTraces } from '../../../src/store/join-traces.ts';
import { deliveryRef, eventRef } from '../../../src/store/refs.ts';
import type { AttemptRecord } from '../../../src/store/record.ts';
import {
  anonymous,
  contextOf,
  createGradedStore,
  type GradedStore,
  reported,
} from './graded-store.ts';
import { at, sampleAttempt, sampleEvent } from './sample-records.ts';

let store: GradedStore;

beforeAll(async () => {
  store = await createGradedStore('weak');
});
afterAll(() => store.drop());
beforeEach(() => store.empty());

const other = { rowKey: '43' };
const inBackground = (attempt: AttemptRecord['attempt']) => ({
  ...attempt,
  worksInBackground: true,
});

describe('a write by nobody while one delivery about its row is under way', () => {
  it('is linked to it weakly, and its trace joins the delivery’s', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hop = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 2_000 });
    const write = await reported(await anonymous({ id: 'write', atMs: 1_000 }));
    await store.consume([hop.ended, write.ended]);
    expect(await store.linkOf('write')).toEqual({
      evidence: 'weak',
      rule: 'row_and_time',
      cause: hop.ended.delivery.id,
    });
    expect(await store.joinedTo('write')).toBe(root.traceId);
    expect(await store.joinedTo('root')).toBeNull();
  });

  it('is let go when the attempt turns out to have ended before the write', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hop = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 500 });
    const write = await reported(await anonymous({ id: 'write', atMs: 1_000 }));
    await store.consume([write.ended]);
    expect(await store.linkOf('write')).toBeNull();
    await store.consume([hop.running]);
    expect(await store.linkOf('write')).toMatchObject({ rule: 'row_and_time' });
    expect(await store.joinedTo('write')).toBe(root.traceId);
    await store.consume([hop.ended]);
    expect(await store.linkOf('write')).toBeNull();
    expect(await store.joinedTo('write')).toBeNull();
  });

  it('is linked long after the answer of a job that works in the background, whatever comes first', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hop = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 500 });
    const running = { ...hop.running, attempt: inBackground(hop.running.attempt) };
    const ended = { ...hop.ended, attempt: inBackground(hop.ended.attempt) };
    const event = await anonymous({ id: 'write', atMs: 600_000 });
    const write = await sampleAttempt(event, { job: 'search', startMs: 600_100, endMs: 600_200 });
    const link = { evidence: 'weak', rule: 'row_and_time', cause: hop.ended.delivery.id };
    await store.consume([write.ended, running, ended]);
    expect(await store.linkOf('write')).toEqual(link);
    await store.empty();
    // Only its answer told it: the attempt that was stored as running is one that works in the background.
    for (const record of [write.ended, hop.running, ended]) await store.consume([record]);
    expect(await store.linkOf('write')).toEqual(link);
    await store.empty();
    for (const record of [hop.ended, write.ended]) await store.consume([record]);
    expect(await store.linkOf('write')).toBeNull();
  });

  it('is let go when another one turns out to have been under way', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const one = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 2_000 });
    const two = await sampleAttempt(root, { job: 'reorder', startMs: 100, endMs: 2_000 });
    const write = await reported(await anonymous({ id: 'write', atMs: 1_000 }));
    await store.consume([one.ended, write.ended]);
    expect(await store.joinedTo('write')).toBe(root.traceId);
    await store.consume([two.ended]);
    expect(await store.linkOf('write')).toBeNull();
    expect(await store.joinedTo('write')).toBeNull();
  });

  it('is linked after all when the other job turns out to write IDs', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const one = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 2_000 });
    const two = await sampleAttempt(root, { job: 'reorder', startMs: 100, endMs: 2_000 });
    const write = await reported(await anonymous({ id: 'write', atMs: 1_000 }));
    await store.consume([one.ended, two.ended, write.ended]);
    expect(await store.linkOf('write')).toBeNull();
    const named = await reported(
      await sampleEvent({
        id: 'named',
        atMs: 1_500,
        ...other,
        actor: two.correlationId,
        traceId: root.traceId,
        startsTrace: false,
      }),
    );
    await store.consume([named.ended]);
    expect(await store.linkOf('write')).toMatchObject({ cause: one.ended.delivery.id });
    expect(await store.joinedTo('write')).toBe(root.traceId);
  });

  it('is never linked to a job that is seen to write IDs, nor a person’s write to any', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hop = await sampleAttempt(root, { job: 'charge', startMs: 100, endMs: 2_000 });
    const writes = await Promise.all([
      anonymous({ id: 'write', atMs: 1_000 }),
      sampleEvent({ id: 'person', atMs: 1_100, actor: 'kim@example.com' }),
      sampleEvent({
        id: 'named',
        atMs: 1_200,
        ...other,
        actor: hop.correlationId,
        traceId: root.traceId,
        startsTrace: false,
      }),
    ]);
    const samples = await Promise.all(writes.map(reported));
    await store.consume([hop.ended, ...samples.slice(0, 2).map(({ ended }) => ended)]);
    expect(await store.linkOf('write')).toMatchObject({ evidence: 'weak' });
    expect(await store.linkOf('person')).toBeNull();
    await store.consume(samples.slice(2).map(({ ended }) => ended));
    expect(await store.linkOf('write')).toBeNull();
    expect(await store.linkOf('named')).toMatchObject({ evidence: 'certain', rule: 'value' });
  });

  it('is not linked where its transaction wrote rows in bulk', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hop = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 2_000 });
    const writes = await Promise.all(
      Array.from({ length: 21 }, (_, index) =>
        anonymous({ id: `w${index}`, atMs: 1_000, rowKey: String(42 + index) }),
      ),
    );
    const samples = await Promise.all(writes.map(reported));
    await store.consume([hop.ended, ...samples.slice(0, 20).map(({ ended }) => ended)]);
    expect(await store.linkOf('w0')).toMatchObject({ evidence: 'weak' });
    await store.consume(samples.slice(20).map(({ ended }) => ended));
    expect(await store.linkOf('w0')).toBeNull();
  });
});

describe('a write that names nobody in a transaction that names a hop', () => {
  it('is linked to it weakly, as long as that cause is certain and the only one', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hop = await sampleAttempt(root, { job: 'charge', startMs: 100, endMs: 2_000 });
    const two = await sampleAttempt(root, { job: 'ship', startMs: 100, endMs: 2_000 });
    const gone = await reported(
      await sampleEvent({ id: 'gone', atMs: 1_000, ...other, op: 'DELETE', actor: null }),
    );
    const inTrace = { atMs: 1_000, traceId: root.traceId, startsTrace: false };
    const named = await reported(
      await sampleEvent({ ...inTrace, id: 'named', rowKey: '44', actor: hop.correlationId }),
    );
    const second = await reported(
      await sampleEvent({ ...inTrace, id: 'second', rowKey: '45', actor: two.correlationId }),
    );
    await store.consume([gone.ended]);
    expect(await store.linkOf('gone')).toBeNull();
    await store.consume([named.ended]);
    expect(await store.linkOf('gone')).toBeNull();
    await store.consume([hop.ended, two.ended]);
    expect(await store.linkOf('gone')).toEqual({
      evidence: 'weak',
      rule: 'same_transaction',
      cause: hop.ended.delivery.id,
    });
    expect(await store.joinedTo('gone')).toBe(root.traceId);
    await store.consume([second.ended]);
    expect(await store.linkOf('gone')).toBeNull();
    expect(await store.joinedTo('gone')).toBeNull();
  });
});

/** A cascade of three traces, with a job that writes IDs and one that does not, and a stranger beside it. */
async function joinedCascade(): Promise<{ records: AttemptRecord[]; rootTrace: string }> {
  const root = await sampleEvent({ id: 'root', atMs: 0 });
  const refresh = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 2_000 });
  const reorder = await sampleAttempt(root, { job: 'reorder', startMs: 100, endMs: 2_500 });
  const named = await sampleEvent({
    id: 'named',
    atMs: 2_200,
    ...other,
    actor: reorder.correlationId,
    traceId: root.traceId,
    startsTrace: false,
  });
  const gone = await sampleEvent({
    id: 'gone',
    atMs: 2_200,
    rowKey: '99',
    op: 'DELETE',
    actor: null,
  });
  const write = await anonymous({ id: 'write', atMs: 1_000 });
  const purge = await sampleAttempt(write, { job: 'purge', startMs: 3_000, endMs: 5_000 });
  const again = await anonymous({ id: 'again', atMs: 4_000 });
  const late = await anonymous({ id: 'late', atMs: 5_001 });
  const inContext = await anonymous({
    id: 'in-context',
    atMs: 2_300,
    rowKey: '77',
    contextTraceId: contextOf(root.traceId),
  });
  const more = await Promise.all([named, gone, again, late, inContext].map(reported));
  const samples = [refresh, reorder, purge, ...more];
  return {
    records: samples.flatMap(({ running, ended }) => [running, ended]),
    rootTrace: root.traceId,
  };
}

describe('a cascade of joined traces', () => {
  it('stands in the end whatever order the records came in, and however many consumers took them', async () => {
    const { records, rootTrace } = await joinedCascade();
    await store.consume(records);
    expect(await store.joinedTo('write')).toBe(rootTrace);
    expect(await store.joinedTo('gone')).toBe(rootTrace);
    expect(await store.joinedTo('again')).not.toBeNull();
    expect(await store.linkOf('late')).toBeNull();
    expect(await store.linkOf('in-context')).toMatchObject({ rule: 'same_trace_context' });
    expect(await store.joinedTo('in-context')).toBe(rootTrace);
    const expected = await store.verdicts();
    const plan = fc.record({
      order: fc.shuffledSubarray(records, { minLength: records.length }),
      size: fc.integer({ min: 1, max: 4 }),
      consumers: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ order, size, consumers }) => {
        await store.empty();
        const bodies: AttemptRecord[][] = [];
        for (let from = 0; from < order.length; from += size)
          bodies.push(order.slice(from, from + size));
        await Promise.all(
          Array.from({ length: consumers }, async (_, share) => {
            const own = bodies.filter((_body, index) => index % consumers === share);
            for (const body of own) await store.consume(body);
          }),
        );
        expect(await store.verdicts()).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  it('never runs in a circle: a trace joins only one that started before it', async () => {
    const one = await anonymous({ id: 'one', atMs: 1_000 });
    const two = await anonymous({ id: 'two', atMs: 2_000, ...other });
    const samples = [
      await sampleAttempt(one, { job: 'a', startMs: 1_100, endMs: 9_000 }),
      await sampleAttempt(two, { job: 'b', startMs: 2_100, endMs: 9_000 }),
      await reported(await anonymous({ id: 'three', atMs: 3_000 })),
      await reported(await anonymous({ id: 'four', atMs: 3_100, ...other })),
    ];
    await store.consume(samples.map(({ ended }) => ended));
    // Each trace’s beginning is said to come from the other’s, as no true history could have it.
    const hop = (index: number) => deliveryRef(samples[index]?.ended.delivery.id ?? '');
    const refs = [await eventRef('shop', 'one'), await eventRef('shop', 'two')];
    await store.client.query(
      `insert into links (trace_id, event_ref, evidence, rule, reason, cause_trace_id, cause_ref)
       values ($1, $2, 'w', 'r', 1, $3, $4), ($3, $5, 'w', 'r', 1, $1, $6)
       on conflict (trace_id, event_ref) do nothing`,
      [one.traceId, refs[0], two.traceId, hop(1), refs[1], hop(0)],
    );
    await joinTraces(store.client, [
      { traceId: one.traceId, ref: refs[0] ?? '' },
      { traceId: two.traceId, ref: refs[1] ?? '' },
    ]);
    expect([await store.joinedTo('one'), await store.joinedTo('two')]).toEqual([null, one.traceId]);
  });
});

/** Two arrivals of one webhook, whose trace at the edge depends on when it came. */
async function twice(): Promise<AttemptRecord[]> {
  const webhook = { kind: 'webhook' as const, op: null, table: null, rowKey: null, actor: null };
  const arrivals = await Promise.all(
    [0, 5_000].map((atMs) =>
      sampleEvent({ ...webhook, id: 'msg-1', atMs, previousActor: null, createdAt: at(atMs) }),
    ),
  );
  const samples = await Promise.all(
    arrivals.map((event, index) =>
      sampleAttempt(event, {
        job: 'hello',
        startMs: 1 + 5_000 * index,
        endMs: 2 + 5_000 * index,
        number: index + 1,
      }),
    ),
  );
  expect(samples[0]?.correlationId).not.toBe(samples[1]?.correlationId);
  return samples.map(({ ended }) => ended);
}

describe('a webhook that comes twice under its own id', () => {
  it.each([
    ['in order', false, false],
    ['in the other order', true, false],
    ['in one batch', false, true],
    ['in one batch, in the other order', true, true],
  ])(
    'makes one trace, that of whichever was recorded first: %s',
    async (_name, isReversed, isOneBatch) => {
      const records = await twice();
      const first = records.at(isReversed && !isOneBatch ? 1 : 0);
      const order = isReversed ? records.toReversed() : records;
      for (const batch of isOneBatch ? [order] : order.map((record) => [record]))
        await store.consume(batch);
      const traces = await store.client.query('select id, root_event_id from readable_traces');
      expect(traces.rows).toEqual([{ id: first?.event.traceId, root_event_id: 'msg-1' }]);
      const deliveries = await store.client.query(
        'select trace_id, correlation_id from readable_deliveries',
      );
      expect(deliveries.rows).toEqual([
        { trace_id: first?.event.traceId, correlation_id: first?.delivery.correlationId },
      ]);
      const attempts = await store.client.query('select count(*)::int as attempts from attempts');
      expect(attempts.rows).toEqual([{ attempts: 2 }]);
    },
  );
});
