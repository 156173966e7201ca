// The stored configuration as admins see it: versions, conflicts, comparing and going back.
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { freshAdmin, routeTo, withRoutes } from './admin.ts';

describe('the whole configuration', () => {
  test('is empty, and version 0, before anybody has stored one', async () => {
    const { ask } = freshAdmin();
    const { body, etag } = await ask('GET', '/configuration');
    expect(body).toMatchObject({
      version: 0,
      at: null,
      published: { version: 0, at: null },
      configuration: { format: 1, routes: {} },
    });
    expect(etag).toBe('"0"');
  });

  test('is stored with who, when and why, and survives an eviction', async () => {
    const { ask, stub } = freshAdmin();
    const stored = await ask('PUT', '/configuration?note=first%20route', {
      body: withRoutes({ orders: routeTo('/orders') }),
      headers: { 'if-match': '"0"', 'x-throughline-actor': 'jane@example.com' },
    });
    expect(stored.body).toMatchObject({ version: 1, changed: true, published: { version: 1 } });
    expect(stored.etag).toBe('"1"');
    await evictDurableObject(stub);
    const { body } = await ask('GET', '/configuration');
    expect(body).toMatchObject({
      version: 1,
      name: 'api-token',
      onBehalfOf: 'jane@example.com',
      action: 'configuration.put',
      note: 'first route',
      configuration: { routes: { orders: { destinations: ['https://jobs.example.com/orders'] } } },
    });
    expect(Date.parse(body.at)).toBeGreaterThan(0);
  });

  test('makes no version of what is there already', async () => {
    const { put } = freshAdmin();
    const document = withRoutes({ orders: routeTo('/orders') });
    await put(document);
    expect((await put(document)).body).toMatchObject({ version: 1, changed: false });
  });

  test('is not changed without saying what it replaces', async () => {
    const { ask } = freshAdmin();
    const { status, body, etag } = await ask('PUT', '/configuration', { body: withRoutes({}) });
    expect([status, etag]).toEqual([428, '"0"']);
    expect(body.type).toBe('urn:throughline:problem:precondition_required');
  });

  test('is changed by one of two who have read the same version', async () => {
    const { ask } = freshAdmin();
    const headers = { 'if-match': '"0"' };
    const answers = await Promise.all(
      ['/a', '/b', '/c', '/d'].map((path) =>
        ask('PUT', '/configuration', { body: withRoutes({ orders: routeTo(path) }), headers }),
      ),
    );
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(3);
    expect(answers.find(({ status }) => status === 412)).toMatchObject({
      etag: '"1"',
      body: { type: 'urn:throughline:problem:precondition_failed' },
    });
    const { body } = await ask('GET', '/versions');
    expect(body.versions).toHaveLength(1);
  });

  test('takes no weak ETag for a strong one', async () => {
    const { ask } = freshAdmin();
    const headers = { 'if-match': 'W/"0"' };
    expect((await ask('PUT', '/configuration', { body: { format: 1 }, headers })).status).toBe(412);
  });

  test.each<[string, unknown, string, RegExp]>([
    ['no JSON', '{"format": 1,', 'body', /no JSON/],
    ['another form', { format: 2 }, 'format', /must be 1/],
    ['a slip of a name', { format: 1, rotues: {} }, 'rotues', /not known/],
    [
      'an unknown algorithm',
      withRoutes({ orders: { ...routeTo('/o'), algorithm: 'random' } }),
      'routes.orders.algorithm',
      /pass-through, broadcast, round-robin/,
    ],
    [
      'more destinations than the algorithm takes',
      withRoutes({ orders: { ...routeTo('/a', '/b'), algorithm: 'pass-through' } }),
      'routes.orders.destinations',
      /exactly one destination/,
    ],
    [
      'a destination that the allowlist does not have',
      withRoutes({ orders: { destinations: ['https://elsewhere.example/hook'] } }),
      'routes.orders.destinations.0',
      /matches no entry/,
    ],
    [
      'a destination inside a network',
      withRoutes({ orders: { destinations: ['https://169.254.169.254/'] } }),
      'routes.orders.destinations.0',
      /never called/,
    ],
    [
      'a rollout to nowhere allowed',
      withRoutes({
        orders: { ...routeTo('/o'), rollout: { percent: 5, destinations: ['https://x.example/'] } },
      }),
      'routes.orders.rollout.destinations.0',
      /matches no entry/,
    ],
    [
      'the same destination twice',
      withRoutes({ orders: { ...routeTo('/a'), fallback: ['https://jobs.example.com/a'] } }),
      'routes.orders.fallback.0',
      /twice/,
    ],
    [
      'one destination in two spellings',
      { format: 1, destinations: { 'https://A.example/': {}, 'https://a.example/': {} } },
      'destinations.https://a.example/',
      /another spelling/,
    ],
  ])('is refused with %s', async (_what, body, name, message) => {
    const { ask } = freshAdmin();
    const headers = { 'if-match': '"0"' };
    const answer = await ask('PUT', '/configuration', { body, headers });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toContainEqual({
      in: 'json',
      name,
      message: expect.stringMatching(message),
    });
    expect((await ask('GET', '/configuration')).body.version).toBe(0);
  });

  test('is refused where it is larger than every isolate should have to read', async () => {
    const { ask } = freshAdmin();
    const many = Array.from({ length: 500 }, (_, index) => `https://jobs.example.com/${index}`);
    const routes = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [
        `route-${index}`,
        { algorithm: 'broadcast', destinations: many },
      ]),
    );
    const headers = { 'if-match': '"0"' };
    const answer = await ask('PUT', '/configuration', { body: withRoutes(routes), headers });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/at most 1000000 fit/);
  });

  test('takes a new pattern and the destinations that it allows at once', async () => {
    const { put } = freshAdmin();
    const answer = await put({
      format: 1,
      allowedDestinations: ['https://*.netlify.app'],
      routes: { orders: { destinations: ['https://shop.netlify.app/hook'] } },
    });
    expect(answer.status).toBe(200);
  });

  test('can be changed though the variables no longer allow what it has', async () => {
    const { put, ask } = freshAdmin();
    await put(withRoutes({ orders: routeTo('/orders') }));
    const variables = { ALLOWED_DESTINATIONS: 'https://other.example/*' };
    const change = async (routes: object): Promise<number> => {
      const { etag } = await ask('GET', '/configuration');
      const headers = { 'if-match': etag ?? '' };
      return (await ask('PUT', '/configuration', { body: withRoutes(routes), headers, variables }))
        .status;
    };
    const other = { destinations: ['https://other.example/hook'] };
    expect(await change({ orders: routeTo('/orders'), other })).toBe(200);
    expect(await change({ orders: routeTo('/orders'), other, third: routeTo('/third') })).toBe(400);
  });
});

describe('comparing', () => {
  test('says what would change, and changes nothing', async () => {
    const { put, ask } = freshAdmin();
    await put(withRoutes({ orders: routeTo('/orders'), stock: routeTo('/stock') }));
    const body = withRoutes({ orders: routeTo('/paid'), mail: routeTo('/mail') });
    const { body: view } = await ask('POST', '/configuration/diff', { body });
    expect(view).toMatchObject({ version: 1, changed: true });
    expect(view.changes.map(({ kind, path }: Record<string, string>) => [kind, path])).toEqual([
      ['added', 'routes.mail'],
      ['removed', 'routes.orders.destinations[0]'],
      ['added', 'routes.orders.destinations[0]'],
      ['removed', 'routes.stock'],
    ]);
    const dry = await ask('PUT', '/configuration?dryRun=true', { body });
    expect(dry.body).toEqual(view);
    expect((await ask('GET', '/configuration')).body.version).toBe(1);
  });

  test('refuses what could not be stored', async () => {
    const { ask } = freshAdmin();
    expect((await ask('POST', '/configuration/diff', { body: { format: 3 } })).status).toBe(400);
  });
});

describe('versions', () => {
  test('are listed newest first, in pages, and compared', async () => {
    const { put, ask } = freshAdmin();
    for (const path of ['/a', '/b', '/c']) await put(withRoutes({ orders: routeTo(path) }), path);
    const first = await ask('GET', '/versions?limit=2');
    expect(first.body.versions.map(({ note }: { note: string }) => note)).toEqual(['/c', '/b']);
    const rest = await ask('GET', `/versions?limit=2&cursor=${first.body.nextCursor}`);
    expect([rest.body.versions.length, rest.body.nextCursor]).toEqual([1, null]);
    const { body } = await ask('GET', '/versions/3/diff?from=1');
    expect(body).toEqual({
      from: 1,
      to: 3,
      changes: [
        {
          path: 'routes.orders.destinations[0]',
          kind: 'removed',
          before: 'https://jobs.example.com/a',
        },
        {
          path: 'routes.orders.destinations[0]',
          kind: 'added',
          after: 'https://jobs.example.com/c',
        },
      ],
    });
    expect((await ask('GET', '/versions/1/diff')).body.changes[0].path).toBe('routes.orders');
    expect((await ask('GET', '/versions/9')).status).toBe(404);
  });

  test('can be gone back to, as a new version', async () => {
    const { put, ask } = freshAdmin();
    await put(withRoutes({ orders: routeTo('/good') }));
    await put(withRoutes({ orders: routeTo('/bad') }));
    const back = (etag: string): ReturnType<typeof ask> =>
      ask('POST', '/versions/1/rollback', { body: { note: 'oh' }, headers: { 'if-match': etag } });
    expect((await back('"1"')).status).toBe(412);
    expect((await back('"2"')).body).toMatchObject({ version: 3, published: { version: 3 } });
    const { body } = await ask('GET', '/configuration');
    expect(body.configuration.routes.orders.destinations).toEqual([
      'https://jobs.example.com/good',
    ]);
    expect(body).toMatchObject({ action: 'configuration.rollback', subject: 'to version 1' });
  });

  test('that are gone back to bring no revoked key back, unless that is asked for', async () => {
    const { put, ask } = freshAdmin();
    const leaked = { source: 'shop', sha256: 'ab'.repeat(32), createdAt: '2026-11-01T00:00:00Z' };
    await put({ format: 1, keys: { leaked } });
    await put({ format: 1, keys: {} });
    const back = async (keys: string, etag: string): Promise<string[]> => {
      const headers = { 'if-match': etag };
      await ask('POST', '/versions/1/rollback', { body: { keys }, headers });
      return Object.keys((await ask('GET', '/configuration')).body.configuration.keys);
    };
    expect(await back('keep', '"2"')).toEqual([]);
    expect(await back('restore', '"2"')).toEqual(['leaked']);
  });
});

describe('the audit', () => {
  test('has everything that was done or refused, newest first', async () => {
    const { put, ask } = freshAdmin();
    await put(withRoutes({ orders: routeTo('/a') }), 'why');
    await put(withRoutes({ orders: routeTo('/a') }));
    await ask('PUT', '/configuration', { body: { format: 1 } });
    await ask('PUT', '/configuration', { body: { format: 9 }, headers: { 'if-match': '"1"' } });
    const { body } = await ask('GET', '/audit?limit=3');
    expect(body.entries).toMatchObject([
      { outcome: 'refused', detail: 'invalid_request: format', fromVersion: 1, toVersion: 1 },
      { outcome: 'refused', detail: 'precondition_required' },
      { outcome: 'unchanged', fromVersion: 1, toVersion: 1 },
    ]);
    const { body: older } = await ask('GET', `/audit?cursor=${body.nextCursor}`);
    expect(older.entries).toMatchObject([
      { name: 'api-token', action: 'configuration.put', note: 'why', outcome: 'applied' },
    ]);
  });
});

describe('export', () => {
  test('gives the document in one order of keys, and applying it changes nothing', async () => {
    const { put, ask } = freshAdmin();
    const key = { source: 'shop', sha256: 'cd'.repeat(32), createdAt: '2026-11-01T00:00:00Z' };
    await put({ keys: { shop: key }, routes: { b: routeTo('/b'), a: routeTo('/a') }, format: 1 });
    const exported = await ask('GET', '/configuration/export');
    expect(exported.text).not.toContain('cd'.repeat(32));
    expect(Object.keys(exported.body)).toEqual(Object.keys(exported.body).toSorted());
    expect((await put(exported.body)).body).toMatchObject({ changed: false });
    const full = await ask('GET', '/configuration/export?hashes=full');
    expect(full.body.keys.shop.sha256).toBe('cd'.repeat(32));
    expect((await ask('GET', '/audit?limit=1')).body.entries).toMatchObject([
      { action: 'configuration.export' },
    ]);
  });

  test('leaves keys alone that a document does not speak of, and invents none', async () => {
    const { put, ask } = freshAdmin();
    const key = { source: 'shop', sha256: 'cd'.repeat(32), createdAt: '2026-11-01T00:00:00Z' };
    await put({ format: 1, keys: { shop: key } });
    await put(withRoutes({ a: routeTo('/a') }));
    const { body } = await ask('GET', '/configuration');
    expect(Object.keys(body.configuration.keys)).toEqual(['shop']);
    const stranger = { ...key, sha256: `${'ef'.repeat(6)}…` };
    const answer = await put({ format: 1, keys: { stranger } });
    expect(answer.body.errors).toMatchObject([{ name: 'keys.stranger.sha256' }]);
  });
});

describe('settings', () => {
  test('are changed as one, while somebody else changes routes', async () => {
    const { put, ask } = freshAdmin();
    const { body, etag } = await ask('GET', '/settings');
    expect(body.settings.retries).toBeNull();
    expect(body.builtIn.retries.pausesSeconds).toHaveLength(7);
    await put(withRoutes({ orders: routeTo('/orders') }));
    const change = { ...body.settings, retries: { pausesSeconds: [1, 2] } };
    const headers = { 'if-match': etag ?? '' };
    expect((await ask('PUT', '/settings', { body: change, headers })).status).toBe(200);
    expect((await ask('PUT', '/settings', { body: change, headers })).status).toBe(412);
    const { configuration } = (await ask('GET', '/configuration')).body;
    expect(Object.keys(configuration.routes)).toEqual(['orders']);
    expect(configuration.retries.pausesSeconds).toEqual([1, 2]);
  });
});
