// Stored ingest keys: whose they are, what they may do, until when; and the Worker's own key beside them.
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { edgeUrl, event, ingestKey, send, sha256 } from './edge.ts';
import { kv, routeUrl, stored } from './stored.ts';

const at = (path: string): string => inject('destinationUrl') + path;
const crmKey = 'tl_crm_key';

async function key(given: object = {}): Promise<object> {
  const createdAt = '2026-11-01T00:00:00.000Z';
  return { source: 'crm', sha256: await sha256(crmKey), createdAt, ...given };
}

async function withKey(given: object = {}): Promise<Partial<Env>> {
  return stored({
    routes: { orders: { destinations: [at('/keys/a')] }, mails: { destinations: [at('/keys/b')] } },
    keys: { 'crm-1': await key(given) },
  });
}

const withCrmKey = { 'x-throughline-key': crmKey };

async function mac(text: string, secret: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, [
    'sign',
  ]);
  return Buffer.from(await crypto.subtle.sign('HMAC', imported, encoder.encode(text))).toString(
    'hex',
  );
}

function unsigned(url: string): Request {
  return new Request(url, { method: 'POST', body: '{}' });
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a stored key', () => {
  test('names its source, and is not passed on', async () => {
    const { response, text, records } = await send(
      event(edgeUrl('/keys/source'), '{}', withCrmKey),
      await withKey(),
    );
    expect(response.status).toBe(200);
    expect(records).toMatchObject([{ event: { source: 'crm' } }]);
    expect(text).not.toContain(crmKey);
  });

  test('works beside the Worker’s own, and without it', async () => {
    const own = await send(event(edgeUrl('/keys/own'), '{}'), await withKey());
    expect(own.records).toMatchObject([{ event: { source: 'shop' } }]);
    const alone = { ...(await withKey()), INGEST_KEY_SHA256: '', INGEST_SOURCE: '' };
    const crm = await send(event(edgeUrl('/keys/alone'), '{}', withCrmKey), alone);
    expect(crm.response.status).toBe(200);
  });

  test.each([
    ['before its expiry', 60_000, 200],
    ['from its expiry on', 0, 401],
  ])('is good %s', async (_when, ms, status) => {
    const expiresAt = new Date(Date.now() + ms).toISOString();
    const { response } = await send(
      event(edgeUrl('/keys/expiry'), '{}', withCrmKey),
      await withKey({ expiresAt }),
    );
    expect(response.status).toBe(status);
  });

  test('may be for some routes, and says which', async () => {
    const variables = await withKey({ routes: ['orders'], destinations: [] });
    const orders = await send(event(routeUrl('orders'), '{}', withCrmKey), variables);
    const mails = await send(event(routeUrl('mails'), '{}', withCrmKey), variables);
    const unknown = await send(event(routeUrl('nowhere'), '{}', withCrmKey), variables);
    const url = await send(event(edgeUrl('/keys/a'), '{}', withCrmKey), variables);
    expect([orders, mails, unknown, url].map(({ response }) => response.status)).toEqual([
      200, 403, 403, 403,
    ]);
    expect(JSON.parse(mails.text)).toMatchObject({
      type: 'urn:throughline:problem:key_scope',
      detail:
        'The key "crm-1" may not send to the route mails. It may use the routes orders, and name no destination in a URL.',
    });
  });

  test('may be for some destinations, fallback included', async () => {
    const variables = await withKey({ routes: [], destinations: [at('/keys/only/*')] });
    const fallback = `&fallback=${encodeURIComponent(at('/keys/other'))}`;
    const sent = await Promise.all(
      [edgeUrl('/keys/only/a'), edgeUrl('/keys/other'), edgeUrl('/keys/only/a') + fallback].map(
        (url) => send(event(url, '{}', withCrmKey), variables),
      ),
    );
    expect(sent.map(({ response }) => response.status)).toEqual([200, 403, 403]);
  });

  test('opens nothing that the allowlist does not have', async () => {
    const variables = {
      ...(await withKey({ destinations: ['https://outside.example'] })),
      ALLOWED_DESTINATIONS: '',
    };
    const url = 'https://edge.example/?destinations=https%3A%2F%2Foutside.example%2F';
    const { text } = await send(event(url, '{}', withCrmKey), variables);
    expect(text).toContain('destination_not_allowed');
  });
});

describe('a wrong key', () => {
  test.each(['tl_wrong', 'toString', '__proto__', 'a'.repeat(64)])(
    'is a 401: %s',
    async (wrong) => {
      const { response } = await send(
        event(edgeUrl('/keys/wrong'), '{}', { 'x-throughline-key': wrong }),
        await withKey(),
      );
      expect(response.status).toBe(401);
    },
  );

  test('is no more work for its length', async () => {
    const variables = await withKey();
    await send(event(edgeUrl('/keys/warm'), '{}'), variables);
    const digest = vi.spyOn(crypto.subtle, 'digest');
    const { response } = await send(
      event(edgeUrl('/keys/long'), '{}', { 'x-throughline-key': 'x'.repeat(20_000) }),
      variables,
    );
    expect([response.status, digest.mock.calls.length]).toEqual([401, 0]);
  });

  test('may be right while what is stored cannot be read: its sender is to come again', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const broken = kv(() => Promise.reject(new Error('KV is not here')));
    const stranger = await send(event(edgeUrl('/keys/503'), '{}', withCrmKey), broken);
    expect(stranger.response.status).toBe(503);
    expect(stranger.response.headers.get('retry-after')).toBe('10');
    const own = await send(event(edgeUrl('/keys/503'), '{}'), broken);
    expect(own.response.status).toBe(200);
    const nobody = await send(unsigned(edgeUrl('/keys/503')), broken);
    expect(nobody.response.status).toBe(401);
  });
});

const query = (): string => `destinations=${encodeURIComponent(at('/keys/signed'))}`;

describe('a signed URL', () => {
  test('names the key that signed it', async () => {
    const signed = `${query()}&key=crm-1`;
    const signature = await mac(signed, await sha256(crmKey));
    const { response, records } = await send(
      unsigned(`https://edge.example/?${signed}&signature=${signature}`),
      await withKey(),
    );
    expect(response.status).toBe(200);
    expect(records).toMatchObject([{ event: { source: 'crm' } }]);
  });

  test('is the Worker’s own key’s where it names none', async () => {
    const signature = await mac(query(), await sha256(ingestKey));
    const url = `https://edge.example/?${query()}&signature=${signature}`;
    const { records } = await send(unsigned(url), await withKey());
    expect(records).toMatchObject([{ event: { source: 'shop' } }]);
  });

  test('is good for one route only, and for what its key may do', async () => {
    const secret = await sha256(crmKey);
    const signed = async (path: string) =>
      `https://edge.example${path}&signature=${await mac(path, secret)}`;
    const orders = await signed('/r/orders?key=crm-1');
    const moved = orders.replace('/r/orders', '/r/mails');
    const variables = await withKey();
    const sent = await Promise.all([orders, moved].map((url) => send(unsigned(url), variables)));
    expect(sent.map(({ response }) => response.status)).toEqual([200, 401]);
    const scoped = await send(unsigned(orders), await withKey({ routes: ['mails'] }));
    expect(scoped.response.status).toBe(403);
  });

  test('for a route needs no parameter where the Worker’s own key signs', async () => {
    const signature = await mac('/r/orders', await sha256(ingestKey));
    const url = `https://edge.example/r/orders?signature=${signature}`;
    expect((await send(unsigned(url), await withKey())).response.status).toBe(200);
  });

  test.each([
    ['of an unknown key', 'key=crm-2', 'tl_crm_key'],
    ['of another key', 'key=crm-1', 'tl_test_key'],
    ['that names two keys', 'key=crm-1&key=crm-1', 'tl_crm_key'],
    ['of no key of that name', 'key=toString', 'tl_crm_key'],
  ])('%s is refused', async (_what, parameters, secret) => {
    const signed = `${query()}&${parameters}`;
    const signature = await mac(signed, await sha256(secret));
    const url = `https://edge.example/?${signed}&signature=${signature}`;
    const { response } = await send(unsigned(url), await withKey());
    expect(response.status).toBe(401);
  });

  test('is refused from its key’s expiry on', async () => {
    const signed = `${query()}&key=crm-1`;
    const signature = await mac(signed, await sha256(crmKey));
    const { response } = await send(
      unsigned(`https://edge.example/?${signed}&signature=${signature}`),
      await withKey({ expiresAt: new Date().toISOString() }),
    );
    expect(response.status).toBe(401);
  });
});
