// A whole cascade in columns, over a real store: it says what the objects say, hides what they hide, and is sent once.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TraceDetail, traceDetailSchema } from '../../../src/api/views.ts';
import { isLeanTrace, wholeTrace } from '../../../src/columns/lean-trace.ts';
import { unpack } from '../../../src/columns/unpack.ts';
import { noAccessRules } from '../../../src/config/access.ts';
import { type CheckedApi, createCheckedApi } from '../../support/checked-api.ts';
import { noAccess } from '../../support/no-access.ts';
import { leanTrace } from '../../support/lean-trace.ts';
import { createGradedStore, type GradedStore } from '../store/graded-store.ts';
import { sampleAttempt, sampleCascade, sampleEvent, startMs } from '../store/sample-records.ts';
import { idleDeps } from '../../support/idle-deps.ts';

const token = 'tl_test_token';
const masking = { emails: true, columns: ['orders.status'] };
let store: GradedStore;
let traceId = '';
let nowMs = startMs + 3_600_000;

beforeAll(async () => {
  store = await createGradedStore('columns_api');
  const cascade = await sampleCascade();
  ({ traceId } = cascade);
  await store.reportsOf(cascade.records);
});
afterAll(() => store.drop());

function apiWith(isMasked: boolean): CheckedApi {
  const access = { ...noAccessRules, ...(isMasked && { masking }) };
  return createCheckedApi({
    connect: (work) => work(store.client),
    now: () => nowMs,
    report: () => {},
    ...idleDeps,
    access: {
      ...noAccess,
      config: () => Promise.resolve({ access, apiTokens: new Map(), maskKey: 'a2V5' }),
    },
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
  });
}

const ask = (api: CheckedApi, query: string, headers: Record<string, string> = {}) =>
  api.request(`/api/traces/${traceId}${query}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
const objects = async (api: CheckedApi): Promise<TraceDetail> =>
  traceDetailSchema.parse(await (await ask(api, '')).json());
function wholeOf(text: string): TraceDetail {
  const lean = unpack(JSON.parse(text));
  if (!isLeanTrace(lean)) throw new Error('These are columns of something else.');
  return wholeTrace(lean);
}

/** For each event, the first one of the same change. */
const changesOf = ({ events }: TraceDetail): number[] =>
  events.map(({ changeId }) => events.findIndex((event) => event.changeId === changeId));

describe('a cascade in columns', () => {
  it('says what the objects say', async () => {
    const api = apiWith(false);
    const whole = wholeOf(await (await ask(api, '?form=columns')).text());
    // But for ids that only tell things apart.
    expect(whole).toEqual(wholeTrace(leanTrace(await objects(api))));
    expect(whole.deliveries.length).toBeGreaterThan(1);
    const ids = whole.deliveries.flatMap(({ attempts }) => attempts.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(changesOf(whole)).toEqual(changesOf(await objects(api)));
  });

  it('hides what the objects hide, and is nobody’s to keep then', async () => {
    const api = apiWith(true);
    const response = await ask(api, '?form=columns');
    const text = await response.text();
    const shown = await objects(api);
    expect(wholeOf(text)).toEqual(wholeTrace(leanTrace(shown)));
    expect(text).not.toContain('jane@example.com');
    expect(JSON.stringify(shown)).toContain('masked:');
    expect(JSON.stringify(await objects(apiWith(false)))).toContain('jane@example.com');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('etag')).toBeNull();
  });
});

describe('a cascade that is over', () => {
  it.each(['', '?form=columns'])('is sent once, %s', async (query) => {
    const api = apiWith(false);
    const first = await ask(api, query);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const etag = first.headers.get('etag') ?? '';
    const again = await ask(api, query, { 'if-none-match': etag });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    // Late effects are told.
    const event = await sampleEvent({
      id: `late ${query}`,
      atMs: 2_000,
      traceId,
      startsTrace: false,
    });
    const { ended } = await sampleAttempt(event, { job: 'late', startMs: 2_100, endMs: 2_200 });
    await store.reportsOf([ended]);
    expect((await ask(api, query, { 'if-none-match': etag })).status).toBe(200);
  });

  it('is not yet to be kept while it may grow', async () => {
    nowMs = startMs + 5_000;
    const { headers } = await ask(apiWith(false), '');
    expect([headers.get('cache-control'), headers.get('etag')]).toEqual(['no-store', null]);
  });
});
