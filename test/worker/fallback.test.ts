// Who takes over when a pass-through destination does not take an event.
import { inject } from 'vitest';
import { describe, expect, test } from 'vitest';
import { edgeUrl, event, send } from './edge.ts';

type Received = { headers: Record<string, string>; body: string };

async function receivedAt(path: string): Promise<Received[]> {
  const url = `${inject('destinationUrl')}/received?path=${encodeURIComponent(path)}`;
  return (await fetch(url)).json();
}

function withFallback(first: string, ...fallback: string[]): string {
  const list = fallback.map((path) => encodeURIComponent(inject('destinationUrl') + path));
  return `${edgeUrl(first)}&fallback=${list.join(',')}`;
}

describe('a fallback', () => {
  test.each([429, 503])('takes over after %d, as the same delivery', async (status) => {
    const first = `/status/${status}/taken-over`;
    const second = `/took-over/${status}`;
    const { response, records } = await send(event(withFallback(first, second), '{"n":1}'));
    const [refused] = await receivedAt(first);
    const [took] = await receivedAt(second);
    expect(response.status).toBe(200);
    expect(took?.headers['idempotency-key']).toBe(refused?.headers['idempotency-key']);
    expect(took?.headers['x-correlation-id']).toBe(refused?.headers['x-correlation-id']);
    expect(atob(took?.body ?? '')).toBe('{"n":1}');
    const attempts = records.filter((record) => record.type === 'attempt');
    expect(new Set(attempts.map(({ delivery }) => delivery.id)).size).toBe(1);
    expect(attempts.map(({ delivery }) => delivery.job)).toEqual(['taken-over', 'taken-over']);
    expect(attempts.map(({ attempt }) => attempt.outcome).toSorted()).toEqual([
      'delivered',
      'failed',
    ]);
  });

  test('is asked in order, and the last one’s word goes to the sender', async () => {
    const { response, text } = await send(
      event(withFallback('/status/503/a', '/status/429/b', '/status/418/c', '/never-asked'), '{}'),
    );
    expect([response.status, text]).toEqual([418, 'status 418']);
    expect(await receivedAt('/never-asked')).toEqual([]);
  });

  test.each([
    ['it answered 500: the event may have been processed', '/status/500/x', 500],
    ['the connection was cut: the event may have arrived', '/reset', 502],
  ])('does not take over when %s', async (_why, first, status) => {
    const fallback = `/not-after${first}`;
    const { response } = await send(event(withFallback(first, fallback), '{}'));
    expect(response.status).toBe(status);
    expect(await receivedAt(fallback)).toEqual([]);
  });

  test('does not take over a body that was streamed, since it is gone', async () => {
    const { response } = await send(
      event(withFallback('/status/503/streamed', '/no-stream'), 'x'.repeat(5_000)),
      { MAX_BODY_BYTES: '2000' },
    );
    expect(response.status).toBe(503);
    expect(await receivedAt('/no-stream')).toEqual([]);
  });

  test('must be allowed as any destination', async () => {
    const { response, text } = await send(
      event(`${edgeUrl('/a')}&fallback=https://evil.example/x`, '{}'),
    );
    expect([response.status, text]).toEqual([
      403,
      expect.stringContaining('https://evil.example/x'),
    ]);
  });

  test('is what a sender of two pass-through destinations is pointed to', async () => {
    const { response, text } = await send(event(edgeUrl('/a', '/b'), '{}'));
    expect([response.status, text]).toEqual([400, expect.stringContaining('&fallback=')]);
  });
});
