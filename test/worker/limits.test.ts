// How much of what a known sender may send, and what it is told above that.
import { inject } from 'vitest';
import { describe, expect, test } from 'vitest';
import { edgeUrl, event, send } from './edge.ts';

type Received = { headers: Record<string, string>; body: string };

async function receivedAt(path: string): Promise<Received[]> {
  const url = `${inject('destinationUrl')}/received?path=${encodeURIComponent(path)}`;
  return (await fetch(url)).json();
}

/** The rate limiting binding of a key that has used up its share. */
const usedUp: RateLimit = { limit: async () => ({ success: false }) };

describe('a request is turned away and recorded', () => {
  test.each([
    [
      'when its URL is too long',
      event(`${edgeUrl('/job')}&pad=${'x'.repeat(300)}`, '{}'),
      { MAX_URL_BYTES: '256' },
      414,
      'url_too_long',
    ],
    [
      'when its headers are too large',
      event(edgeUrl('/job'), '{}', { 'x-large': 'x'.repeat(2_000) }),
      { MAX_HEADER_BYTES: '2000' },
      431,
      'headers_too_large',
    ],
    [
      'when it says that its body is too large',
      event(edgeUrl('/job'), '{}', { 'content-length': '5000' }),
      { MAX_BODY_BYTES: '2000', MAX_STREAMED_BYTES: '4000' },
      413,
      'body_too_large',
    ],
    [
      'when it comes too often',
      event(edgeUrl('/job'), '{}'),
      { INGEST_RATE: usedUp },
      429,
      'rate_exceeded',
    ],
    [
      'when it has come through eight edges',
      event(edgeUrl('/job'), '{}', { 'x-throughline-hops': '8' }),
      {},
      508,
      'loop_detected',
    ],
  ])('%s', async (_name, request, variables, status, reason) => {
    const { response, text, records } = await send(request.clone(), variables);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.parse(text)).toMatchObject({ type: `urn:throughline:problem:${reason}` });
    expect(records).toMatchObject([{ type: 'refusal', status, reason, source: 'shop' }]);
  });
});

test('a sender that comes too often is told when to come back, also on its last try', async () => {
  const lastTry = JSON.stringify({
    id: 'f1d7c0b2-1111-4222-8333-944455566677',
    created_at: '2026-11-24T10:00:00.123456',
    table: { schema: 'public', name: 'orders' },
    trigger: { name: 'order_paid' },
    event: { op: 'INSERT', data: { old: null, new: { id: 42 } } },
    delivery_info: { current_retry: 3, max_retries: 3 },
  });
  const { response } = await send(event(edgeUrl('/job'), lastTry), { INGEST_RATE: usedUp });
  expect(response.headers.get('retry-after')).toBe('10');
});

test('a rate limit that cannot be asked turns nobody away', async () => {
  const broken: RateLimit = { limit: () => Promise.reject(new Error('out of reach')) };
  const { response } = await send(event(edgeUrl('/job'), '{}'), { INGEST_RATE: broken });
  expect(response.status).toBe(200);
});

test('a body that grows beyond the limit is broken off on both sides', async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const written = (async () => {
    for (let sent = 0; sent < 100; sent += 1) await writer.write(new Uint8Array(1_000));
    await writer.close();
  })();
  const stopped = written.catch((error: unknown) => String(error));
  const { response, text, records } = await send(event(edgeUrl('/grows'), readable), {
    MAX_BODY_BYTES: '2000',
    MAX_STREAMED_BYTES: '20000',
  });
  expect(await stopped).toContain('more than 20000 bytes');
  expect(response.status).toBe(413);
  expect(text).toContain('body_too_large');
  expect(records).toMatchObject([
    { type: 'attempt', attempt: { outcome: 'failed', status: null } },
  ]);
  expect(await receivedAt('/grows')).toEqual([]);
});

test('a sender that goes away in the middle of a large body leaves no half delivery', async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const written = (async () => {
    for (let sent = 0; sent < 10; sent += 1) await writer.write(new Uint8Array(1_000));
    await writer.abort(new Error('the sender is gone'));
  })();
  const { records } = await send(event(edgeUrl('/half'), readable), { MAX_BODY_BYTES: '2000' });
  await written;
  expect(records).toMatchObject([{ attempt: { outcome: 'cancelled', status: null } }]);
  expect(await receivedAt('/half')).toEqual([]);
});

test('a body between the two limits goes through whole', async () => {
  const body = 'x'.repeat(15_000);
  const { response } = await send(event(edgeUrl('/between'), body), {
    MAX_BODY_BYTES: '2000',
    MAX_STREAMED_BYTES: '20000',
  });
  const [got] = await receivedAt('/between');
  expect(response.status).toBe(200);
  expect(atob(got?.body ?? '')).toBe(body);
});

test.each([
  ['none', undefined, '1'],
  ['seven', '7', '8'],
  ['several, joined by a proxy', '2, 5', '6'],
  ['nonsense', 'many', '1'],
])('a delivery counts the edges it came through: %s', async (name, hops, expected) => {
  const path = `/hops?${encodeURIComponent(name)}`;
  await send(event(edgeUrl(path), '{}', hops === undefined ? {} : { 'x-throughline-hops': hops }));
  const [got] = await receivedAt(path);
  expect(got?.headers['x-throughline-hops']).toBe(expected);
});
