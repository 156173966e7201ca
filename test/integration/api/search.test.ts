// Search by anything that people paste: what it answers with, in which order, and what it says of an ID that is wrong.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { searchViewSchema, type SearchView } from '../../../src/api/search-views.ts';
import { noAccessRules } from '../../../src/config/access.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import { createDatabase } from '../../support/database.ts';
import { noAccess } from '../../support/no-access.ts';
import { createTestApi, type TestApi } from '../../support/test-api.ts';
import { sampleAttempt, sampleCascade, sampleEvent, startMs } from '../store/sample-records.ts';

const deps = {
  connect: <T>(work: Parameters<typeof withClient<T>>[1]) => withClient(database.url, work),
  now: () => startMs + 60_000,
  report: () => {},
};
let database: Awaited<ReturnType<typeof createDatabase>>;
let api: TestApi;
let cascade: Awaited<ReturnType<typeof sampleCascade>>;

const search = async (text: string, from: TestApi = api): Promise<SearchView> =>
  searchViewSchema.parse(await from.get(`/api/search?q=${encodeURIComponent(text)}`));
/** Kind and address of each answer. */
const answers = async (text: string): Promise<string[]> =>
  (await search(text)).answers.map(({ kind, url }) => `${kind} ${url}`);

beforeAll(async () => {
  database = await createDatabase('search');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  api = createTestApi(deps);
  cascade = await sampleCascade();
  const other = await sampleAttempt(
    await sampleEvent({ id: 'other', atMs: 30_000, trigger: 'charge-card-later', rowKey: 'a/b' }),
    { job: 'reorder', startMs: 30_100, endMs: 30_200 },
  );
  const body = [...cascade.records, other.ended];
  const message = { id: 'm', body, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords({ queue: 'records', messages: [message] }, deps);
});
afterAll(() => database.drop());

describe('a search', () => {
  it('leads from a correlation ID, its uuid and its idempotency key to the hop', async () => {
    const { first, traceId } = cascade;
    const { id, hopId } = first.ended.delivery;
    const url = `/c/${traceId}?sel=${id}`;
    expect(await answers(first.correlationId)).toEqual([`hop ${url}`]);
    expect(await answers(` "${first.correlationId.toUpperCase()}". `)).toEqual([`hop ${url}`]);
    expect(await answers(hopId)).toEqual([`hop ${url}`]);
    expect(await answers(id)).toEqual([`delivery ${url}`]);
  });

  it('leads from a trace id to its cascade, and from an event id to the event in it', async () => {
    const { traceId } = cascade;
    expect(await answers(traceId)).toEqual([`cascade /c/${traceId}`]);
    expect(await answers('event-2')).toEqual([`event /c/${traceId}?sel=event-2`]);
  });

  it('leads from a row to the cascades that wrote it, and to its history', async () => {
    const url = 'row /cascades?row=shop%2Fpublic%2Forders%2F42';
    for (const text of ['orders#42', 'orders 42', 'public.orders#42', 'shop/public/orders/42']) {
      expect(await answers(text)).toEqual([url]);
    }
    const {
      answers: [found],
    } = await search('orders#a/b');
    expect(found?.history).toBe('/api/rows/shop/public/orders/a%2Fb');
    expect(await answers('orders#43')).toEqual([]);
  });

  it('tells what bears a name before what has it in its name', async () => {
    expect(await answers('charge-card')).toEqual([
      'job /cascades?job=charge-card',
      'trigger /cascades?trigger=charge-card-later',
      'route /cascades?route=https%3A%2F%2Fjobs.example.com%2Fcharge-card',
    ]);
    expect(await answers('JANE@example')).toEqual(['actor /cascades?actor=jane%40example.com']);
    expect((await search('jane@example.com')).answers[0]?.isExact).toBe(true);
  });

  it('says of a hop that is not recorded which cascade it would be in', async () => {
    const hop = `${cascade.traceId.slice(0, 26)}0123456789`;
    const { answers: found } = await search(`order_placed.charge-card.${hop}`);
    expect(found).toMatchObject([
      { kind: 'cascade', url: `/c/${cascade.traceId}`, isExact: false },
    ]);
  });

  it.each([
    [
      'order_placed.charge-card.01890a5d-ac96-874b-8cce-b302099a80',
      /36 characters.*34.*8-4-4-4-10/,
    ],
    ['..01890a5d-ac96-874b-8cce-b302099a8057', /no empty name/],
    ['ab'.repeat(31), /64 hex digits.*62/],
    ['5b0f3d2e-8f6a-4c1e-9a7d-2c4b6e8f0a1c', /version 8/],
    ['order_placed.charge-card.01890a5d-ac96-874b-8cce-b302099a8057', /in order, but nothing/],
    ['cd'.repeat(32), /No delivery/],
  ])('says what is wrong with %s', async (text, wrong) => {
    const found = await search(text);
    expect(found.answers).toEqual([]);
    expect(found.wrong).toMatch(wrong);
  });

  it('finds nothing by what is nothing, without calling it wrong', async () => {
    expect(await search('nobody-knows')).toEqual({
      text: 'nobody-knows',
      answers: [],
      wrong: null,
    });
  });

  it('finds nobody by a masked address', async () => {
    const access = { ...noAccessRules, masking: { emails: true, columns: [] } };
    const masked = createTestApi({
      ...deps,
      access: {
        ...noAccess,
        config: async () => ({ ...(await noAccess.config()), access }),
      },
    });
    const found = await search('jane@example.com', masked);
    expect(found.answers).toEqual([]);
    expect(found.wrong).toMatch(/masked/);
    expect((await search('ane@', masked)).answers).toEqual([]);
  });
});
