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

it('lists loops page by page, each once, also those that fired at one time', async () => {
  await store.client.query(
    `insert into loops (root_trace_id, source, trigger, table_schema, table_name, times, is_certain, trace_id,
       event_id, event_ref, path, latest_at)
     select root_trace_id, source, trigger || n, table_schema, table_name, times, is_certain, trace_id, event_id,
       event_ref, path, latest_at - interval '1 microsecond' * (n / 3)
     from loops, generate_series(1, 7) n`,
  );
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page = loopListSchema.parse(await api.get(`/api/loops?limit=3${query}`));
    pages.push(page.loops.map(({ trigger }) => trigger));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(pages.map(({ length }) => length)).toEqual([3, 3, 2]);
  expect(new Set(pages.flat()).size).toBe(8);
  expect(pages.flat().at(-1)).toMatch(/[67]$/);
});
