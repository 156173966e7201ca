// What becomes of a delivery that fails at its sender's last try.
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { unpackPending } from '../../src/deliveries/parcel.ts';
import { edgeUrl, event, send, type Sent } from './edge.ts';

function hasuraEvent(currentRetry: number, note = ''): string {
  return JSON.stringify({
    id: crypto.randomUUID(),
    created_at: '2026-11-24T10:00:00.123456',
    table: { schema: 'public', name: 'orders' },
    trigger: { name: 'order_paid' },
    event: { op: 'INSERT', data: { old: null, new: { id: 42, note } } },
    delivery_info: { current_retry: currentRetry, max_retries: 3 },
  });
}

const lettersOf = ({ records }: Sent): Sent['records'] =>
  records.filter((record) => record.type === 'dead_letter');

describe('a pass-through delivery that fails', () => {
  test('at Hasura’s last try becomes a dead letter with the request as it was sent', async () => {
    const body = hasuraEvent(3);
    const sent = await send(event(edgeUrl('/status/500/last'), body, { 'x-own': 'yes' }));
    expect(sent.response.status).toBe(500);
    const [letter] = lettersOf(sent);
    if (letter?.type !== 'dead_letter' || letter.request.kept !== 'here') throw new Error('none');
    expect(letter.death).toMatchObject({ reason: 'sender_gave_up', status: 500 });
    expect(
      new TextDecoder().decode(
        Uint8Array.from(atob(letter.request.body ?? ''), (c) => c.charCodeAt(0)),
      ),
    ).toBe(body);
    const headers = new Headers(letter.request.headers);
    expect(headers.get('idempotency-key')).toBe(letter.delivery.id);
    expect(headers.get('x-correlation-id')).toBe(letter.delivery.correlationId);
    expect(headers.get('x-own')).toBe('yes');
    expect(headers.get('x-throughline-key')).toBeNull();
  });

  test('at Hasura’s last try without an answer becomes a dead letter too', async () => {
    const sent = await send(event(edgeUrl('/reset'), hasuraEvent(3)));
    expect(sent.response.status).toBe(502);
    expect(lettersOf(sent)).toMatchObject([{ death: { reason: 'sender_gave_up', status: null } }]);
  });

  test.each([
    ['before Hasura’s last try', hasuraEvent(2), {}],
    ['of a sender that does not say how often it tries', '{}', { 'webhook-id': 'msg_1' }],
  ])('%s becomes one in a day, unless it comes again', async (_when, body, headers) => {
    const before = Date.now();
    const sent = await send(event(edgeUrl('/status/500/later'), body, headers));
    const [letter] = lettersOf(sent);
    if (letter?.type !== 'dead_letter' || letter.request.kept !== 'here') throw new Error('none');
    expect(letter.death).toMatchObject({ reason: 'sender_gave_up', status: 500 });
    const toldMs = Date.parse(letter.death.toldAt ?? '');
    expect(toldMs).toBeGreaterThanOrEqual(before);
    expect(Date.parse(letter.death.at)).toBe(toldMs + 86_400_000);
    expect(atob(letter.request.body ?? '')).toBe(body);
  });

  test('of a sender whose next try would be another event to us is left to it', async () => {
    expect(lettersOf(await send(event(edgeUrl('/status/500'), '{}')))).toEqual([]);
  });

  test('is kept in the bucket where it fits no queue message', async () => {
    const body = hasuraEvent(3, 'n'.repeat(300_000));
    const [letter] = lettersOf(await send(event(edgeUrl('/status/500/large'), body)));
    if (letter?.type !== 'dead_letter' || letter.request.kept !== 'bodies') throw new Error('none');
    const object = await env.BODIES.get(letter.request.key);
    const pending = unpackPending((await object?.text()) ?? '');
    expect(atob(pending?.body ?? '')).toBe(body);
  });
});

describe('a destination’s Retry-After', () => {
  test('is handed on while the event has retries left', async () => {
    const { response } = await send(event(edgeUrl('/status/503'), hasuraEvent(2)));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
  });

  test('is kept back once they are used up: Hasura would try again for ever', async () => {
    const { response } = await send(event(edgeUrl('/status/503'), hasuraEvent(3)));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, null]);
  });
});

test('a delivery that succeeds at the last try is no dead letter', async () => {
  expect(lettersOf(await send(event(edgeUrl('/job'), hasuraEvent(3))))).toEqual([]);
});
