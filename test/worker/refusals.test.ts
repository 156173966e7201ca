// Requests that the edge turns away: what the sender is told, and what is recorded.
import { describe, expect, test } from 'vitest';
import { edgeUrl, event, send } from './edge.ts';

const ok = edgeUrl('/job');

describe('a request is turned away', () => {
  test.each([
    ['without a key', new Request(ok, { method: 'POST', body: '{}' }), 401, 'key_missing'],
    ['with a wrong key', event(ok, '{}', { 'x-throughline-key': 'nope' }), 401, 'key_unknown'],
    ['without destinations', event('https://edge.example/', '{}'), 400, 'destinations_missing'],
    [
      'with a destination that is no URL',
      event('https://edge.example/?destinations=job', '{}'),
      400,
      'destination_malformed',
    ],
    [
      'with an algorithm nobody knows',
      event(`${ok}&algorithm=random`, '{}'),
      400,
      'algorithm_unknown',
    ],
    [
      'with two destinations for pass-through',
      event(edgeUrl('/a', '/b'), '{}'),
      400,
      'destination_count',
    ],
    [
      'with a destination outside the allowlist',
      event('https://edge.example/?destinations=https://evil.example/x', '{}'),
      403,
      'destination_not_allowed',
    ],
  ])('%s', async (_name, request, status, reason) => {
    const { response, text, records } = await send(request.clone());
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const problem: unknown = JSON.parse(text);
    expect(problem).toMatchObject({ status, type: `urn:throughline:problem:${reason}` });
    expect(records).toMatchObject([
      { type: 'refusal', status, reason, source: status === 401 ? null : 'shop', count: 1 },
    ]);
  });

  test('at any path but the edge’s own', async () => {
    const { response } = await send(event('https://edge.example/job', '{}'));
    expect(response.status).toBe(404);
  });

  test('when no key is configured: the edge is closed', async () => {
    const { response } = await send(event(ok, '{}'), { INGEST_KEY_SHA256: '' });
    expect(response.status).toBe(401);
  });

  test('and a flood of refusals becomes one record with a count', async () => {
    const flood = Array.from({ length: 20 }, () =>
      send(event(ok, '{}', { 'x-throughline-key': 'flood' })),
    );
    const records = (await Promise.all(flood)).flatMap((sent) => sent.records);
    expect(records).toMatchObject([{ reason: 'key_unknown', count: 20 }]);
  });
});
