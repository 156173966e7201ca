// Loops, as the API tells of them: in their list and with their cascade.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loopListSchema, traceDetailSchema } from '../../../src/api/views.ts';
import { createGradedStore, type GradedStore } from '../store/graded-store.ts';
import { createTestApi, type TestApi } from '../../support/test-api.ts';
import { sampleAttempt, sampleEvent, startMs } from '../store/sample-records.ts';

let store: GradedStore;
let api: TestApi;
let traceId = '';

beforeAll(async () => {
  store = await createGradedStore('loops_api');
  api = createTestApi({
    connect: (work) => work(store.client),
    now: () => startMs + 60_000,
  });
  let event = await sampleEvent({ id: 'event-0', atMs: 0 });
  ({ traceId } = event);
  const records = [];
  for (let index = 1; index <= 12; index += 1) {
    const hop = await sampleAttempt(event, {
      job: 'refresh',
      startMs: index * 100 - 50,
      endMs: index * 100 + 50,
    });
    records.push(hop.ended);
    event = await sampleEvent({
      id: `event-${index}`,
      atMs: index * 100,
      actor: hop.correlationId,
      sessionCorrelationId: hop.correlationId,
      traceId,
      startsTrace: false,
    });
  }
  await store.reportsOf(records);
});
afterAll(() => store.drop());

it('lists loops and shows them with their cascade', async () => {
  const { loops } = loopListSchema.parse(await api.get('/api/loops'));
  expect(loops).toMatchObject([
    {
      cascadeId: traceId,
      trigger: 'order_placed',
      table: { schema: 'public', name: 'orders' },
      times: 12,
      isCertain: true,
    },
  ]);
  expect(loops[0]?.path).toHaveLength(12);
  const detail = traceDetailSchema.parse(await api.get(`/api/traces/${traceId}`));
  expect(detail.loops).toEqual(loops);
});
