// Which side of a route's rollout a delivery took, where its event came again after the rollout had changed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { traceDetailSchema } from '../../../src/api/views.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { RecordMessage } from '../../../src/store/record.ts';
import { createDatabase } from '../../support/database.ts';
import { createTestApi, type TestApi } from '../../support/test-api.ts';
import { sampleAttempt, sampleEvent, startMs } from '../store/sample-records.ts';

const deps = {
  connect: <T>(work: Parameters<typeof withClient<T>>[1]) => withClient(database.url, work),
  now: () => startMs + 60_000,
  report: () => {},
};
let database: Awaited<ReturnType<typeof createDatabase>>;
let api: TestApi;
/** Each test has a trace of its own. */
let atMs = 0;
const nextMs = (): number => (atMs += 1_000);

beforeAll(async () => {
  database = await createDatabase('rollout-side');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  api = createTestApi(deps);
});
afterAll(() => database.drop());

async function store(body: RecordMessage[]): Promise<void> {
  const message = { id: 'm', body, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords({ queue: 'records', messages: [message] }, deps);
}

describe('the side of a rollout that a delivery took', () => {
  // Told in one batch, or in two, in either order: the latest arrival's account stays.
  it.each([
    ['one batch', (early: RecordMessage, late: RecordMessage) => [[early, late]]],
    ['one batch, the later first', (early: RecordMessage, late: RecordMessage) => [[late, early]]],
    ['two batches', (early: RecordMessage, late: RecordMessage) => [[early], [late]]],
    ['two, the later first', (early: RecordMessage, late: RecordMessage) => [[late], [early]]],
    ['twice', (early: RecordMessage, late: RecordMessage) => [[late], [early], [late], [early]]],
  ])('is what its event’s latest arrival says: %s', async (_how, batches) => {
    const event = await sampleEvent({ id: crypto.randomUUID(), atMs: nextMs() });
    const { ended } = await sampleAttempt(event, { job: 'j', startMs: atMs + 1, endMs: atMs + 2 });
    const told = (afterMs: number, isRollout: boolean): RecordMessage => ({
      ...ended,
      arrival: {
        ...ended.arrival,
        id: crypto.randomUUID(),
        at: new Date(Date.parse(ended.arrival.at) + afterMs).toISOString(),
      },
      delivery: { ...ended.delivery, route: 'orders', isRollout },
      attempt: { ...ended.attempt, id: crypto.randomUUID() },
    });
    const [early, late] = [told(0, true), told(5_000, false)];
    for (const batch of batches(early, late)) await store(batch);
    const detail = traceDetailSchema.parse(await api.get(`/api/traces/${event.traceId}`));
    expect(detail.deliveries).toMatchObject([{ isRollout: false }]);
  });
});
