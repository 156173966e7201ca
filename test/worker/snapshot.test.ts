// What senders see while the published configuration cannot be read: in a fresh isolate and in a warm one.
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { unpackParcel } from '../../src/deliveries/parcel.ts';
import { edgeUrl, event, send } from './edge.ts';
import { consume, pendingTo } from './pending.ts';
import { kv, routeUrl, stored } from './stored.ts';

const at = (path: string): string => inject('destinationUrl') + path;
const hang = (): Promise<never> => new Promise(() => undefined);
const failures: [string, () => Promise<string | null>][] = [
  ['throws', () => Promise.reject(new Error('KV is not here'))],
  [
    'throws at once',
    () => {
      throw new Error('KV is not here');
    },
  ],
  ['hangs', hang],
  ['holds garbage', async () => '<html>'],
  ['holds a newer form', async () => '{"v":2}'],
];

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe.each(failures)('KV %s: a fresh isolate', (_what, read) => {
  test('works from the Worker’s variables, and asks the senders of what is stored to come again', async () => {
    const broken = kv(read);
    const url = await send(event(edgeUrl('/snapshot/fresh'), '{}'), broken);
    expect(url.response.status).toBe(200);
    const route = await send(event(routeUrl('orders'), '{}'), broken);
    expect([route.response.status, route.response.headers.get('retry-after')]).toEqual([503, '10']);
    const elsewhere = 'https://edge.example/?destinations=https%3A%2F%2Fstored.example%2F';
    const unknown = await send(event(elsewhere, '{}'), broken);
    expect([unknown.response.status, unknown.text]).toEqual([
      503,
      expect.stringContaining('configuration_unreadable'),
    ]);
  });

  test('tries a retry again rather than giving it up', async () => {
    const pending = pendingTo('/snapshot/retry');
    const parcel = JSON.stringify({ v: 1, kept: 'here', dueAtMs: 0, pending });
    const broken = { ...kv(read), ALLOWED_DESTINATIONS: '' };
    const unsure = await consume(parcel, 1, broken);
    // In its place waits a message with the same count of attempts: nothing was tried.
    expect([unsure.fate, unsure.records]).toEqual(['acknowledged', []]);
    expect(unsure.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([60]);
    expect(unpackParcel(unsure.sent[0]?.body)).toMatchObject({
      pending: { delivery: pending.delivery, attempts: pending.attempts },
    });
    const sure = await consume(parcel, 1, kv(read));
    expect(sure.fate).toBe('acknowledged');
  });
});

describe.each(failures)('KV %s: a warm isolate', (_what, read) => {
  test('serves on with what it has', async () => {
    const { SNAPSHOT } = await stored({
      routes: { orders: { destinations: [at('/snapshot/w')] } },
    });
    const get = vi.spyOn(SNAPSHOT, 'get');
    const warm = await send(event(routeUrl('orders'), '{}'), { SNAPSHOT });
    expect(warm.response.status).toBe(200);
    get.mockImplementation(read as never);
    // Ten minutes later: far too old to be used without asking.
    const later = Date.now() + 600_000;
    vi.spyOn(Date, 'now').mockImplementation(() => later + performance.now());
    const first = await send(event(routeUrl('orders'), '{}'), { SNAPSHOT });
    const next = await send(event(routeUrl('orders'), '{}'), { SNAPSHOT });
    expect([first.response.status, next.response.status]).toEqual([200, 200]);
    expect(get.mock.calls.length).toBeGreaterThan(1);
  });
});

test('a change is taken up by a warm isolate, and reads are few', async () => {
  let version = 1;
  const publish = (path: string): string =>
    JSON.stringify({
      v: 1,
      version,
      publishedAt: new Date(version).toISOString(),
      configuration: { format: 1, routes: { orders: { destinations: [at(path)] } } },
    });
  const { SNAPSHOT } = kv(async () => publish(version === 1 ? '/snapshot/old' : '/snapshot/new'));
  const get = vi.spyOn(SNAPSHOT, 'get');
  for (let request = 0; request < 5; request += 1) {
    await send(event(routeUrl('orders'), '{}'), { SNAPSHOT });
  }
  expect(get.mock.calls.length).toBe(1);
  version = 2;
  const later = Date.now() + 30_000;
  vi.spyOn(Date, 'now').mockImplementation(() => later);
  const { text } = await send(event(routeUrl('orders'), '{}'), { SNAPSHOT });
  expect(JSON.parse(text)).toMatchObject({ path: '/snapshot/new' });
});
