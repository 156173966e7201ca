// Parts of the configuration, one by one: routes, destinations, the allowlist, ingest keys, signed URLs, rotations.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { freshAdmin, routeTo, withRoutes } from './admin.ts';
import { sha256 } from './edge.ts';

const asNew = { 'if-none-match': '*' };
const destinationPath = (url: string): string => `/destinations/${encodeURIComponent(url)}`;

/** As decision 9 and OpenSSL make it, with nothing of the code under test. */
async function macOf(text: string, keySha256: string): Promise<string> {
  const encoder = new TextEncoder();
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const secret = encoder.encode(keySha256);
  const key = await crypto.subtle.importKey('raw', secret, hmac, false, ['sign']);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

describe('a route', () => {
  test('is created, read, replaced and deleted', async () => {
    const { ask } = freshAdmin();
    const created = await ask('PUT', '/routes/orders?note=new', {
      body: routeTo('/orders'),
      headers: asNew,
    });
    expect(created).toMatchObject({ status: 200, body: { version: 1, published: { version: 1 } } });
    const read = await ask('GET', '/routes/orders');
    expect(read).toMatchObject({ etag: created.etag, body: { takeOver: 'surely_not_processed' } });
    const headers = { 'if-match': created.etag ?? '' };
    const replaced = await ask('PUT', '/routes/orders', { body: routeTo('/paid'), headers });
    expect(replaced.body).toMatchObject({ version: 2, changed: true });
    expect((await ask('DELETE', '/routes/orders', { headers })).status).toBe(412);
    const now = { 'if-match': replaced.etag ?? '' };
    expect((await ask('DELETE', '/routes/orders', { headers: now })).body.version).toBe(3);
    expect((await ask('GET', '/routes/orders')).status).toBe(404);
    expect((await ask('DELETE', '/routes/orders', { headers: now })).status).toBe(404);
    const { entries } = (await ask('GET', '/audit')).body;
    expect(entries.map((entry: Record<string, string>) => entry['outcome'])).toEqual([
      'refused',
      'applied',
      'refused',
      'applied',
      'applied',
    ]);
  });

  test('needs a precondition, and is not created twice', async () => {
    const { ask } = freshAdmin();
    const put = (headers = {}): ReturnType<typeof ask> =>
      ask('PUT', '/routes/orders', { body: routeTo('/orders'), headers });
    expect((await put()).status).toBe(428);
    expect((await put({ 'if-match': '"x"' })).status).toBe(412);
    expect((await put(asNew)).status).toBe(200);
    expect((await put(asNew)).status).toBe(412);
    expect((await put()).status).toBe(428);
    expect((await put({ 'if-match': '*' })).body).toMatchObject({ changed: false });
  });

  test('is stored beside others that are stored at the same time', async () => {
    const { ask } = freshAdmin();
    const names = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(
      names.map((name) =>
        ask('PUT', `/routes/${name}`, { body: routeTo(`/${name}`), headers: asNew }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(Object.keys((await ask('GET', '/routes')).body.routes)).toEqual(names);
  });

  test('is changed by one of two who have read the same', async () => {
    const { ask } = freshAdmin();
    const { etag } = await ask('PUT', '/routes/orders', { body: routeTo('/0'), headers: asNew });
    const headers = { 'if-match': etag ?? '' };
    const answers = await Promise.all(
      ['/1', '/2', '/3'].map((path) =>
        ask('PUT', '/routes/orders', { body: routeTo(path), headers }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(2);
  });

  test.each([
    ['/routes/Orders!', routeTo('/o'), 'name', /1 to 64 of a-z/],
    ['/routes/orders', { destinations: [] }, 'destinations', /at least 1 item$/],
    ['/routes/orders', { ...routeTo('/o'), algorithm: 'no' }, 'routes.orders.algorithm', /Allowed/],
    ['/routes/orders', { ...routeTo('/o'), percent: 5 }, 'percent', /not known/],
  ])('at %s is refused by path', async (path, body, name, message) => {
    const { ask } = freshAdmin();
    const answer = await ask('PUT', path, { body, headers: asNew });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ name, message: expect.stringMatching(message) }]);
  });
});

test('a destination is known by its URL, in any spelling, and its query stays out of the audit', async () => {
  const { ask } = freshAdmin();
  const body = { job: 'charge-card', isSlow: true, concurrencyLimit: 50 };
  const url = 'https://JOBS.example.com/hook/charge?token=s3cret';
  expect((await ask('PUT', destinationPath(url), { body, headers: asNew })).status).toBe(200);
  const read = await ask('GET', destinationPath(url.toLowerCase()));
  expect(read.body).toEqual({
    ...body,
    worksInBackground: false,
    attemptTimeoutSeconds: null,
  });
  const wrong = { format: 1, destinations: { [url]: { job: '' } } };
  const whole = { body: wrong, headers: { 'if-match': '"1"' } };
  expect((await ask('PUT', '/configuration', whole)).status).toBe(400);
  expect((await ask('GET', '/audit')).text).not.toContain('s3cret');
  const headers = { 'if-match': read.etag ?? '' };
  expect((await ask('DELETE', destinationPath(url), { headers })).status).toBe(200);
  expect((await ask('GET', destinationPath(url))).status).toBe(404);
});

test('the allowlist keeps what routes need', async () => {
  const { ask } = freshAdmin();
  const first = await ask('GET', '/allowlist');
  expect(first.body).toEqual({
    allowedDestinations: [],
    byVariable: ['https://jobs.example.com/*'],
  });
  const set = async (...allowedDestinations: string[]): ReturnType<typeof ask> => {
    const { etag } = await ask('GET', '/allowlist');
    const headers = { 'if-match': etag ?? '' };
    return ask('PUT', '/allowlist', { body: { allowedDestinations }, headers });
  };
  expect((await set('https://*.netlify.app')).status).toBe(200);
  const route = { destinations: ['https://shop.netlify.app/hook'] };
  await ask('PUT', '/routes/orders', { body: route, headers: asNew });
  const refused = await set();
  expect(refused.body.errors).toMatchObject([{ name: 'routes.orders.destinations.0' }]);
  expect((await set('netlify.app')).status).toBe(400);
});

describe('an ingest key', () => {
  test('is made for routes that there are', async () => {
    const { ask } = freshAdmin();
    const routes = ['orders', 'ordres'];
    const early = await ask('POST', '/keys', { body: { source: 'shop', routes } });
    expect([early.status, early.body.errors[0].message]).toEqual([
      400,
      expect.stringContaining('none yet'),
    ]);
    await ask('PUT', '/routes/orders', { body: routeTo('/0'), headers: asNew });
    const misspelt = await ask('POST', '/keys', { body: { source: 'shop', routes } });
    expect([misspelt.status, misspelt.body.errors]).toEqual([
      400,
      [{ in: 'json', name: 'routes.1', message: expect.stringContaining('there are: orders') }],
    ]);
    expect((await ask('GET', '/keys')).body.keys).toEqual([]);
  });

  test('is told once, and only its hash is stored', async () => {
    const { ask, stub } = freshAdmin();
    await ask('PUT', '/routes/orders', { body: routeTo('/0'), headers: asNew });
    const { status, body } = await ask('POST', '/keys', {
      body: { source: 'The Shop', routes: ['orders'], note: 'for Hasura' },
    });
    expect(status).toBe(201);
    expect(body.key).toMatch(/^tlk_[A-Za-z0-9_-]{43}$/);
    expect(body.id).toMatch(/^the-shop-[0-9a-f]{8}$/);
    const list = await ask('GET', '/keys');
    const hash = await sha256(body.key);
    expect(list.body.keys).toMatchObject([
      { id: body.id, source: 'The Shop', routes: ['orders'], destinations: null, state: 'active' },
    ]);
    expect(list.text + (await ask('GET', '/audit')).text).not.toMatch(
      new RegExp(`${body.key}|${hash}`),
    );
    const stored = await runInDurableObject(stub, (instance) => instance.current().text);
    expect(stored).not.toContain(body.key);
    expect(JSON.parse(stored).keys[body.id].sha256).toBe(hash);
  });

  test('is rotated with overlap, and its successor may do the same', async () => {
    const { ask } = freshAdmin();
    const old = await ask('POST', '/keys', {
      body: { source: 'shop', destinations: ['https://jobs.example.com/*'] },
    });
    const before = Date.now();
    const path = `/keys/${old.body.id}/rotate`;
    const next = await ask('POST', path, { body: { overlapSeconds: 3_600 } });
    expect([next.status, next.body.key === old.body.key]).toEqual([201, false]);
    const { keys } = (await ask('GET', '/keys')).body;
    const byId = new Map(keys.map((key: { id: string }) => [key.id, key]));
    expect(byId.get(next.body.id)).toMatchObject({
      source: 'shop',
      destinations: ['https://jobs.example.com/*'],
      expiresAt: null,
    });
    const { expiresAt } = byId.get(old.body.id) as { expiresAt: string };
    expect(Date.parse(expiresAt) - before).toBeGreaterThanOrEqual(3_600_000);
    expect(Date.parse(expiresAt) - before).toBeLessThan(3_660_000);
    // Rotated again in a hurry, it does not live longer for that.
    await ask('POST', path, { body: { overlapSeconds: 86_400 } });
    const again = (await ask('GET', '/keys')).body.keys;
    expect(again.find(({ id }: { id: string }) => id === old.body.id).expiresAt).toBe(expiresAt);
    await ask('POST', path, { body: { overlapSeconds: 0 } });
    expect((await ask('POST', path, { body: {} })).body.type).toMatch(/key_expired/);
  });

  test('is revoked at once, without any precondition', async () => {
    const { ask } = freshAdmin();
    const { body } = await ask('POST', '/keys', { body: { source: 'shop' } });
    expect((await ask('DELETE', `/keys/${body.id}?note=leaked`)).body).toMatchObject({
      version: 2,
    });
    expect((await ask('GET', '/keys')).body.keys).toEqual([]);
    expect((await ask('DELETE', `/keys/${body.id}`)).status).toBe(404);
    expect((await ask('GET', '/audit?limit=3')).body.entries[1]).toMatchObject({
      action: 'key.revoke',
      subject: body.id,
      note: 'leaked',
    });
  });

  test('may not be over before it begins, nor be somebody else’s', async () => {
    const { ask, put } = freshAdmin();
    const expiresAt = '2020-01-01T00:00:00Z';
    expect((await ask('POST', '/keys', { body: { source: 'shop', expiresAt } })).status).toBe(409);
    const key = { source: 'shop', sha256: 'ab'.repeat(32), createdAt: '2026-11-01T00:00:00Z' };
    const twice = await put({ format: 1, keys: { a: key, b: { ...key, source: 'stock' } } });
    expect(twice.body.errors).toMatchObject([{ name: 'keys.b.sha256' }]);
  });
});

describe('a signed URL', () => {
  const query = 'destinations=https%3A%2F%2Fjobs.example.com%2Fhook';

  test('names its key, and is signed over everything before the signature', async () => {
    const { ask } = freshAdmin();
    const { body: key } = await ask('POST', '/keys', { body: { source: 'shop' } });
    const { status, body } = await ask('POST', '/signed-urls', { body: { keyId: key.id, query } });
    expect(status).toBe(201);
    const signed = `${query}&key=${key.id}`;
    const mac = await macOf(signed, await sha256(key.key));
    expect(body.url).toBe(`/?${signed}&signature=${mac}`);
    expect((await ask('GET', '/audit?limit=1')).body.entries).toMatchObject([
      { action: 'signed_url.create', subject: key.id },
    ]);
  });

  test('of a stored route is good for that route', async () => {
    const { ask, put } = freshAdmin();
    await put(withRoutes({ orders: routeTo('/orders') }));
    const INGEST_KEY_SHA256 = await sha256('bootstrap');
    const variables = { INGEST_KEY_SHA256, INGEST_SOURCE: 'shop' };
    const { body } = await ask('POST', '/signed-urls', { body: { route: 'orders' }, variables });
    expect(body.url).toBe(`/r/orders?signature=${await macOf('/r/orders', INGEST_KEY_SHA256)}`);
    await ask('PUT', '/routes/other', { body: routeTo('/other'), headers: asNew });
    const { body: key } = await ask('POST', '/keys', { body: { source: 's', routes: ['other'] } });
    const beyond = { keyId: key.id, route: 'orders' };
    expect((await ask('POST', '/signed-urls', { body: beyond })).body.type).toMatch(/key_scope/);
  });

  test.each([
    [{ query: `${query}&key=other` }, 400],
    [{ query: `?${query}` }, 400],
    [{ query: `${query}#x` }, 400],
    [{}, 400],
    [{ keyId: 'nobody', query }, 404],
    [{ query }, 404],
  ])('is refused for %j', async (body, status) => {
    const { ask } = freshAdmin();
    expect((await ask('POST', '/signed-urls', { body })).status).toBe(status);
  });
});

describe('a rotation', () => {
  test('tells its next turn and when it is forgotten, and looking takes no turn', async () => {
    const { ask } = freshAdmin();
    const name = `round-robin:${crypto.randomUUID().replaceAll('-', '')}`;
    const unused = { nextTurn: 0, lastUsedAt: null, clearsAt: null };
    const look = async (): Promise<object> =>
      (await ask('GET', `/rotations/${name}`)).body.rotations[0];
    expect(await look()).toEqual({ rotation: name, ...unused });
    const stub = env.ROUND_ROBIN.getByName(name);
    const stored = await runInDurableObject(stub, (_o, state) => [...state.storage.kv.list()]);
    expect(stored).toEqual([]);
    await stub.take(5, 3_600_000);
    await look();
    const seen = (await look()) as { nextTurn: number; lastUsedAt: string; clearsAt: string };
    expect(seen.nextTurn).toBe(5);
    expect(Date.parse(seen.clearsAt) - Date.parse(seen.lastUsedAt)).toBe(3_600_000);
  });

  test('that is out of reach is 503, which says to try again', async () => {
    const { ask } = freshAdmin();
    const stub = { peek: () => Promise.reject(new Error('out of reach')) };
    const variables = { ROUND_ROBIN: { getByName: () => stub } };
    const answer = await ask('GET', '/rotations/orders', { variables });
    expect(answer.status).toBe(503);
    expect(answer.body.type).toBe('urn:throughline:problem:rotation_unreachable');
    expect(answer.headers.get('retry-after')).toBe('5');
  });
});
