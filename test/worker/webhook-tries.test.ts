// A webhook that its sender tries again, two hours later: one event, and one correlation ID where the sender tells
// when it was made.
import { afterEach, expect, test, vi } from 'vitest';
import { edgeUrl, event, send } from './edge.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const now = Date.now();
const later = now + 2 * 3_600_000;
const time = now.toString(16).padStart(12, '0');
const uuid7 = `${time.slice(0, 8)}-${time.slice(8)}-7abc-8def-0123456789ab`;
const cloudEvent = { 'ce-id': 'a1', 'ce-source': '/orders', 'ce-specversion': '1.0' };

async function idsOfTwoTries(headers: Record<string, string>) {
  const tries = [];
  for (const at of [now, later]) {
    vi.spyOn(Date, 'now').mockReturnValue(at);
    const { response, records } = await send(event(edgeUrl('/webhook-tries'), '{}', headers));
    const { event: facts, delivery } = records.find((record) => record.type === 'attempt') ?? {};
    const correlationId = response.headers.get('x-correlation-id');
    tries.push({ eventId: facts?.id, key: delivery?.id, correlationId, madeAt: facts?.createdAt });
  }
  return tries;
}

test.each<[string, Record<string, string>]>([
  ['an id with a time', { 'webhook-id': `evt_${uuid7}` }],
  ['a CloudEvent’s time', { ...cloudEvent, 'ce-time': new Date(now - 1_000).toISOString() }],
])('%s gives both tries one correlation ID', async (_name, headers) => {
  const [first, second] = await idsOfTwoTries(headers);
  expect(first?.correlationId).toMatch(/^webhook\./);
  expect([second?.eventId, second?.key, second?.correlationId]).toEqual([
    first?.eventId,
    first?.key,
    first?.correlationId,
  ]);
  // Each is shown when it came.
  expect(second?.madeAt).toBe(new Date(later).toISOString());
});

test.each<[string, Record<string, string>]>([
  ['an id without a time', { 'webhook-id': crypto.randomUUID() }],
  ['a CloudEvent without one', cloudEvent],
])('%s gives both one idempotency key, and each an ID of its own', async (_name, headers) => {
  const [first, second] = await idsOfTwoTries(headers);
  expect(second?.key).toBe(first?.key);
  expect(second?.correlationId).not.toBe(first?.correlationId);
});
