// What is left out of everything that is stored or waits, while destinations get it all the same.
import { expect, inject, test } from 'vitest';
import { unpackParcel } from '../../src/deliveries/parcel.ts';
import { event, send } from './edge.ts';
import { routeUrl, stored } from './stored.ts';

const at = (path: string): string => inject('destinationUrl') + path;
const secret = 'hush-4711';

const body = JSON.stringify({
  id: crypto.randomUUID(),
  created_at: '2026-11-25T10:00:00.000Z',
  table: { schema: 'public', name: 'people' },
  trigger: { name: 'person_changed' },
  event: {
    op: 'UPDATE',
    data: { old: { id: 1, ssn: 'x' }, new: { id: 1, ssn: secret } },
    session_variables: { 'x-hasura-token': secret },
  },
  delivery_info: { current_retry: 0, max_retries: 0 },
});

const configuration = (algorithm: string, path: string) => ({
  routes: { people: { algorithm, destinations: [at(path)] } },
  redaction: { columns: ['people.ssn'], headers: ['Authorization', 'x-hasura-token'] },
});

const headers = { authorization: secret };

test('a record has none of it, and the destination all', async () => {
  const variables = await stored(configuration('pass-through', '/redaction/job'));
  const { text, records } = await send(event(routeUrl('people'), body, headers), variables);
  const got = JSON.parse(text) as { body: string; headers: Record<string, string> };
  expect([atob(got.body), got.headers['authorization']]).toEqual([body, secret]);
  expect(records).toMatchObject([
    { event: { new: { id: 1, ssn: '[redacted, changed]' }, payloadKept: true } },
  ]);
  // The destination's answer is kept as it came: this one says back what it got.
  const kept = records.map((record) => ({ ...record, attempt: null }));
  expect(JSON.stringify(kept)).not.toContain(secret);
});

test('a dead letter keeps its body, which a replay needs, and not the headers', async () => {
  const variables = await stored(configuration('pass-through', '/status/500/redaction'));
  const { records } = await send(event(routeUrl('people'), body, headers), variables);
  const letter = records.find(({ type }) => type === 'dead_letter');
  if (letter?.type !== 'dead_letter' || letter.request.kept !== 'here') throw new Error('none');
  expect(atob(letter.request.body ?? '')).toBe(body);
  const names = letter.request.headers.map(([name]) => name);
  expect(names).toContain('idempotency-key');
  expect(names).not.toContain('authorization');
  expect(JSON.stringify({ ...letter, request: letter.request.headers })).not.toContain(secret);
});

test('what waits to be tried again goes on without the headers', async () => {
  const texts: string[] = [];
  const RETRIES = { send: async (text: string) => void texts.push(text) } as unknown as Queue;
  const variables = { ...(await stored(configuration('broadcast', '/status/500/waits'))), RETRIES };
  const { response } = await send(event(routeUrl('people'), body, headers), variables);
  expect(response.status).toBe(202);
  const parcel = unpackParcel(texts[0]);
  if (parcel?.kept !== 'here') throw new Error('no delivery is in the message');
  const { pending } = parcel;
  expect(pending.headers.map(([name]) => name)).not.toContain('authorization');
  expect(JSON.stringify({ ...pending, body: null })).not.toContain(secret);
});
