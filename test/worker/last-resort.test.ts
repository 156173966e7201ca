// Throughline's own code fails: what a sender and a destination see of it.
import { afterEach, beforeEach, expect, inject, type MockInstance, test, vi } from 'vitest';
import { edgeUrl, event, send } from './edge.ts';
import { routeUrl, stored } from './stored.ts';

let reported: MockInstance<(...data: unknown[]) => void>;

beforeEach(async () => {
  // A right key is hashed once: the guard has passed before hashing breaks.
  await send(event(edgeUrl('/warm-up'), '{}'));
  vi.spyOn(crypto.subtle, 'digest').mockRejectedValue(new Error('no digest today'));
  reported = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('a pass-through request still reaches its destination, and the answer its sender', async () => {
  const path = '/last-resort?x=1';
  const body = '{ "as": "it came" }';
  const { response, text, records } = await send(event(edgeUrl(path), body, { 'x-own': 'yes' }));
  expect(response.status).toBe(200);
  expect(response.headers.get('x-said-by')).toBe('destination');
  const got = JSON.parse(text) as { path: string; body: string; headers: Record<string, string> };
  expect(got).toMatchObject({ path, body: btoa(body), headers: { 'x-own': 'yes' } });
  expect(got.headers['x-throughline-key']).toBeUndefined();
  expect(records).toEqual([]);
  expect(reported.mock.calls.join()).toContain('no digest today');
});

test('so does one on a stored route, by its own way and not its rollout’s', async () => {
  const own = { destinations: [`${inject('destinationUrl')}/last-resort-stored`] };
  const rollout = { percent: 100, destinations: [`${inject('destinationUrl')}/last-resort-no`] };
  const variables = await stored({
    routes: { orders: { ...own, rollout }, all: { ...own, algorithm: 'broadcast' } },
  });
  const { text } = await send(event(routeUrl('orders'), '{}'), variables);
  expect(JSON.parse(text)).toMatchObject({ path: '/last-resort-stored' });
  await expect(send(event(routeUrl('all'), '{}'), variables)).rejects.toThrow('no digest today');
});

test('a destination out of reach is a 502, as ever', async () => {
  const dead = `https://edge.example/?destinations=${encodeURIComponent('http://127.0.0.1:1/job')}`;
  const { response } = await send(event(dead, '{}'));
  expect(response.status).toBe(502);
});

test('a wrong key gets nowhere: the guard comes first', async () => {
  const path = '/last-resort-refused';
  await expect(send(event(edgeUrl(path), '{}', { 'x-throughline-key': 'wrong' }))).rejects.toThrow(
    'no digest today',
  );
  const url = `${inject('destinationUrl')}/received?path=${encodeURIComponent(path)}`;
  expect(await (await fetch(url)).json()).toEqual([]);
});

test('a broadcast is not forwarded without its keys: the sender tries again', async () => {
  const request = event(`${edgeUrl('/one', '/two')}&algorithm=broadcast`, '{}');
  await expect(send(request)).rejects.toThrow('no digest today');
});
