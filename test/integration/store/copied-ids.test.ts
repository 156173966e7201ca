// An ID that is written after its hop had ended: late, or copied from a row that carries it. In a real Postgres.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptRecord } from '../../../src/store/record.ts';
import { createGradedStore, type GradedStore, reported } from './graded-store.ts';
import { sampleAttempt, sampleEvent } from './sample-records.ts';

let store: GradedStore;

beforeAll(async () => {
  store = await createGradedStore('copied');
});
afterAll(() => store.drop());
beforeEach(() => store.empty());

/**
 * A hop that ends at 1 s, the event that it wrote, whose delivery runs from 1 s to `carrierEndMs`, and a row that is
 * made with the hop's ID at 2 s.
 */
async function records(carrierEndMs: number): Promise<AttemptRecord[]> {
  const root = await sampleEvent({ id: 'root', atMs: 0 });
  const hop = await sampleAttempt(root, { job: 'charge-card', startMs: 100, endMs: 1_000 });
  const named = { actor: hop.correlationId, traceId: root.traceId, startsTrace: false };
  const written = await sampleEvent({ ...named, id: 'written', atMs: 500, trigger: 'paid' });
  const carrier = await sampleAttempt(written, {
    job: 'report',
    startMs: 1_000,
    endMs: carrierEndMs,
  });
  const late = await reported(
    await sampleEvent({
      ...named,
      id: 'late',
      atMs: 2_000,
      op: 'INSERT',
      rowKey: '77',
      trigger: 'reported',
    }),
  );
  return [hop.ended, carrier.ended, late.ended];
}

describe('an ID that is written after its hop had ended', () => {
  it.each([
    ['in order', [0, 1, 2]],
    ['the late write first', [2, 0, 1]],
    ['the delivery that could copy it last', [0, 2, 1]],
  ])(
    'is no link while a delivery about a row that carries it is under way: %s',
    async (_name, order) => {
      const all = await records(3_000);
      for (const index of order) await store.consume(all.slice(index, index + 1));
      expect(await store.linkOf('written')).toMatchObject({ evidence: 'certain', rule: 'value' });
      expect(await store.linkOf('late')).toBeNull();
    },
  );

  it('is a weak link where nobody could have copied it', async () => {
    const all = await records(1_500);
    await store.consume(all);
    expect(await store.linkOf('late')).toEqual({
      evidence: 'weak',
      rule: 'same_or_late_id',
      cause: all[0]?.delivery.id,
    });
  });
});
