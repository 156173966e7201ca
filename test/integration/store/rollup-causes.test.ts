// Of how many writes the cause is known, counted in the minute of the write, whenever it comes to be known.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rollups } from './counted-rollups.ts';
import { createRolledStore, type RolledStore } from './rolled-store.ts';
import { hourMs } from './sample-day.ts';
import { sampleAttempt, sampleEvent } from './sample-records.ts';

const minute = 60_000;
let store: RolledStore;

beforeAll(async () => {
  store = await createRolledStore('rollup_causes');
});
afterAll(() => store.drop());
beforeEach(() => store.empty());

/** An order by a person whose delivery writes another row ten minutes later. */
async function causedWrite() {
  const event = await sampleEvent({ id: 'order', atMs: hourMs });
  const cause = await sampleAttempt(event, {
    job: 'charge-card',
    startMs: hourMs,
    endMs: hourMs + 20 * minute,
  });
  const write = await sampleEvent({
    id: 'write',
    atMs: hourMs + 10 * minute,
    actor: cause.correlationId,
    sessionCorrelationId: cause.correlationId,
    traceId: event.traceId,
    startsTrace: false,
  });
  const told = await sampleAttempt(write, {
    job: 'send-mail',
    startMs: hourMs + 30 * minute,
    endMs: hourMs + 30 * minute,
  });
  return { cause, told };
}
const covered = async (): Promise<number> =>
  Object.values((await rollups(store.client, 'hour')).lines).reduce(
    (n, line) => n + line.covered,
    0,
  );

describe('the cause of a write', () => {
  test('that comes to be known later is counted where the write was', async () => {
    const { cause, told } = await causedWrite();
    await store.consume([told.ended]);
    await store.settle();
    expect(await covered()).toBe(0);
    await store.consume([cause.ended]);
    await store.settle();
    await store.expectExact();
    expect(await covered()).toBe(2);
  });

  test('is counted though the minute was rolled up between storing and judging', async () => {
    const { cause, told } = await causedWrite();
    await store.consume([cause.ended]);
    await store.consume([told.ended], (work) =>
      store.connect((inner) =>
        work({
          async query<Row>(text: string, values?: unknown[]) {
            const answer = await inner.query<Row>(text, values);
            if (text === 'commit') await store.settle();
            return answer;
          },
        }),
      ),
    );
    await store.settle();
    await store.expectExact();
    expect(await covered()).toBe(2);
  });

  test('that is taken back is counted no more', async () => {
    const { cause, told } = await causedWrite();
    await store.consume([cause.ended, told.ended]);
    await store.settle();
    await store.client.query('delete from links');
    await store.settle();
    await store.expectExact();
    expect(await covered()).toBe(1);
  });
});
