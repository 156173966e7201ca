// What the edge has turned away, as the API lists it.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { refusalListSchema } from '../../../src/api/views.ts';
import type { RecordMessage } from '../../../src/store/record.ts';
import { createTestApi, type TestApi } from '../../support/test-api.ts';
import { createGradedStore, type GradedStore } from '../store/graded-store.ts';
import { at, startMs } from '../store/sample-records.ts';

let store: GradedStore;
let api: TestApi;

beforeAll(async () => {
  store = await createGradedStore('refusals_api');
  api = createTestApi({ connect: (work) => work(store.client), now: () => startMs + 60_000 });
});
beforeEach(() => store.client.query('truncate refusals'));
afterAll(() => store.drop());

const refusal = (id: string, ms: number): RecordMessage => ({
  v: 1,
  type: 'refusal',
  id,
  at: at(ms),
  source: null,
  status: 401,
  reason: 'key_unknown',
  detail: 'The value of x-throughline-key is no key of this edge.',
  count: 3,
});
const list = async (query = ''): Promise<ReturnType<typeof refusalListSchema.parse>> =>
  refusalListSchema.parse(await api.get(`/api/refusals${query}`));

it('lists what was turned away, newest first', async () => {
  const [older, newer] = [crypto.randomUUID(), crypto.randomUUID()];
  await store.consume([refusal(older, 0), refusal(newer, 1_000)]);
  const { refusals } = await list();
  expect(refusals.map(({ id, count }) => [id, count])).toEqual([
    [newer, 3],
    [older, 3],
  ]);
});

it('lists them page by page, each once, also those of one time', async () => {
  const older = [1, 2, 3].map(() => crypto.randomUUID());
  const newer = [1, 2].map(() => crypto.randomUUID());
  await store.consume([...older.map((id) => refusal(id, 0)), ...newer.map((id) => refusal(id, 5))]);
  const first = await list('?limit=3');
  const rest = await list(`?limit=3&cursor=${first.nextCursor}`);
  expect([first.refusals.length, rest.refusals.length, rest.nextCursor]).toEqual([3, 2, null]);
  const ids = [...first.refusals, ...rest.refusals].map(({ id }) => id);
  expect(new Set(ids.slice(0, 2))).toEqual(new Set(newer));
  expect(new Set(ids.slice(2))).toEqual(new Set(older));
});
