// Loops, as the API tells of them: in their list and with their cascade.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApi } from '../../../src/api/create-api.ts';
import { loopListSchema, traceDetailSchema } from '../../../src/api/views.ts';
import { noLogSource } from '../../../src/logs/log-source.ts';
import { createGradedStore, type GradedStore } from '../store/graded-store.ts';
import { noAdmin } from '../../support/no-admin.ts';
import { sampleAttempt, sampleEvent, startMs } from '../store/sample-records.ts';

const token = 'tl_test_token';
let store: GradedStore;
let api: ReturnType<typeof createApi>;
let traceId = '';

beforeAll(async () => {
  store = await createGradedStore('loops_api');
  api = createApi({
    connect: (work) => work(store.client),
    now: () => startMs + 60_000,
    report: () => {},
    logs: noLogSource,
    retries: { enqueue: () => Promise.resolve(true) },
    cancellations: { cancel: () => Promise.resolve(), allow: () => Promise.resolve() },
    bodies: { get: () => Promise.resolve(null) },
    admin: noAdmin,
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
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

const get = async (path: string): Promise<unknown> => {
  const response = await api.request(path, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return response.json();
};

it('lists loops and shows them with their cascade', async () => {
  const { loops } = loopListSchema.parse(await get('/api/loops'));
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
  const detail = traceDetailSchema.parse(await get(`/api/traces/${traceId}`));
  expect(detail.loops).toEqual(loops);
});
