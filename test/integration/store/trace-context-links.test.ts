// Weak links by trace context, in a real Postgres.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  anonymous,
  contextOf,
  createGradedStore,
  type GradedStore,
  reported,
} from './graded-store.ts';
import { sampleAttempt, sampleEvent } from './sample-records.ts';

let store: GradedStore;

beforeAll(async () => {
  store = await createGradedStore('context');
});
afterAll(() => store.drop());
beforeEach(() => store.empty());

describe('a write by nobody that carries a trace context', () => {
  const elsewhere = { rowKey: '77', contextTraceId: 'abcdefabcdefabcdefabcdefabcdefab' };

  it.each([
    ['before', [1, 0]],
    ['after', [0, 1]],
  ])('is linked to the delivery at work in its trace, recorded %s it', async (_when, order) => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hop = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 2_000 });
    const write = await reported(
      await anonymous({
        ...elsewhere,
        id: 'write',
        atMs: 1_000,
        contextTraceId: contextOf(root.traceId),
      }),
    );
    for (const index of order) await store.consume([[write, hop][index]?.ended ?? hop.ended]);
    expect(await store.linkOf('write')).toEqual({
      evidence: 'weak',
      rule: 'same_trace_context',
      cause: hop.ended.delivery.id,
    });
    expect(await store.joinedTo('write')).toBe(root.traceId);
  });

  it('is linked to the delivery at work of an event with the same context', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0, ...elsewhere, rowKey: '42' });
    const hop = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 2_000 });
    const write = await reported(await anonymous({ ...elsewhere, id: 'write', atMs: 1_000 }));
    await store.consume([write.ended]);
    expect(await store.linkOf('write')).toBeNull();
    await store.consume([hop.ended]);
    expect(await store.linkOf('write')).toMatchObject({ rule: 'same_trace_context' });
  });

  it('is let go when a second delivery of the trace turns out to have been at work', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hops = await Promise.all(
      ['refresh', 'reorder'].map((job) => sampleAttempt(root, { job, startMs: 100, endMs: 2_000 })),
    );
    const write = await reported(
      await anonymous({
        ...elsewhere,
        id: 'write',
        atMs: 1_000,
        contextTraceId: contextOf(root.traceId),
      }),
    );
    await store.consume([write.ended, ...hops.slice(0, 1).map(({ ended }) => ended)]);
    expect(await store.linkOf('write')).not.toBeNull();
    await store.consume(hops.slice(1).map(({ ended }) => ended));
    expect(await store.linkOf('write')).toBeNull();
    expect(await store.joinedTo('write')).toBeNull();
  });

  it('takes a context that is no trace id of ours for what it is', async () => {
    const write = await reported(
      await anonymous({
        ...elsewhere,
        id: 'write',
        atMs: 1_000,
        contextTraceId: '12345678901234567890',
      }),
    );
    await store.consume([write.ended]);
    expect(await store.linkOf('write')).toBeNull();
  });
});
