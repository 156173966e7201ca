// A stored route as its sender and its destinations see it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { unpackParcel } from '../../src/deliveries/parcel.ts';
import { BroadcastShare } from '../../src/index.ts';
import type { Share, ShareResult } from '../../src/proxy/share.ts';
import { gatherRows } from '../../src/recorder/gather-rows.ts';
import type { AttemptRecord } from '../../src/store/record.ts';
import { limitedFetch } from './cloudflare-limits.ts';
import { event, send, type Sent } from './edge.ts';
import { consume, receivedAt } from './pending.ts';
import { routeUrl, stored } from './stored.ts';

const at = (path: string): string => inject('destinationUrl') + path;

function attemptsOf({ records }: Sent): AttemptRecord[] {
  return records.filter((record) => record.type === 'attempt');
}

/** Where an event went, attempt after attempt. */
function wentTo(sent: Sent): string[] {
  return attemptsOf(sent).map(({ attempt }) => new URL(attempt.destination).pathname);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a stored route', () => {
  test('is a pass-through by its name alone, with any method and any other parameter', async () => {
    const variables = await stored({ routes: { orders: { destinations: [at('/stored/ship')] } } });
    const request = new Request(event(routeUrl('orders', '?utm=1'), '{}'), { method: 'PUT' });
    const sent = await send(request, variables);
    expect(JSON.parse(sent.text)).toMatchObject({ path: '/stored/ship', method: 'PUT' });
    expect(attemptsOf(sent)[0]?.delivery).toMatchObject({
      target: at('/stored/ship'),
      algorithm: 'pass-through',
      job: 'ship',
      route: 'orders',
      isRollout: false,
    });
  });

  test('has its deliveries under the names that the configuration gives jobs, in a URL’s route too', async () => {
    const destinations = { [at('/stored/x1')]: { job: 'Ship Order' } };
    const variables = await stored({
      routes: { orders: { algorithm: 'broadcast', destinations: [at('/stored/x1')] } },
      destinations,
    });
    const byName = await send(event(routeUrl('orders'), '{}'), variables);
    const url = `https://edge.example/?destinations=${encodeURIComponent(at('/stored/x1'))}`;
    const byUrl = await send(event(url, '{}'), variables);
    const jobs = [byName, byUrl].flatMap(attemptsOf).map(({ delivery }) => delivery.job);
    expect(jobs).toEqual(['ship-order', 'ship-order']);
    expect(attemptsOf(byUrl)[0]?.delivery.route).toBeUndefined();
  });

  test('that rotates is what its deliveries are for, of one job, whichever destination takes them', async () => {
    const name = `rotating-${crypto.randomUUID()}`;
    const destinations = [at('/stored/r0'), at('/stored/r1'), at('/stored/r2')];
    const variables = await stored({
      routes: { [name]: { algorithm: 'Round_Robin', destinations, job: 'mailer' } },
    });
    const went: string[] = [];
    const keys = new Set<string | undefined>();
    for (let round = 0; round < 6; round += 1) {
      const sent = await send(event(routeUrl(name), '{}', { 'webhook-id': 'one' }), variables);
      const [attempt] = attemptsOf(sent);
      went.push(...wentTo(sent));
      keys.add(attempt?.delivery.id);
      expect(attempt?.delivery).toMatchObject({ target: name, job: 'mailer' });
    }
    const inTurn = ['/stored/r0', '/stored/r1', '/stored/r2'];
    expect([went, keys.size]).toEqual([[...inTurn, ...inTurn], 1]);
    // Its rotation is no other's: a URL's routes are named by hash, and a route could be named like one.
    expect(await env.ROUND_ROBIN.getByName(`route:${name}`).take(1, 60_000)).toBe(6);
  });

  test('that is not stored is a 404 that says where to look', async () => {
    const { response, text, records } = await send(event(routeUrl('nowhere'), '{}'), {
      ...(await stored({})),
    });
    expect(response.status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({
      type: 'urn:throughline:problem:route_unknown',
      detail: expect.stringContaining('/api/admin/configuration'),
    });
    expect(records).toMatchObject([{ type: 'refusal', source: 'shop' }]);
  });

  test.each(['toString', '__proto__', 'constructor', '', 'a/b', '%00'])(
    'is looked for by its own name only: %j',
    async (name) => {
      const { response } = await send(event(routeUrl(name), '{}'), await stored({}));
      expect(response.status).toBe(404);
    },
  );

  test.each(['algorithm=broadcast', 'destinations=https://x.example', 'fallback='])(
    'is not overruled by the URL: %s',
    async (query) => {
      const variables = await stored({ routes: { orders: { destinations: [at('/stored/no')] } } });
      const { response, text } = await send(
        event(routeUrl('orders', `?${query}`), '{}'),
        variables,
      );
      expect([response.status, text]).toEqual([400, expect.stringContaining('route_parameter')]);
    },
  );

  test('is held against the allowlist when it is used, whatever was allowed when it was stored', async () => {
    const routes = { orders: { destinations: ['http://127.0.0.2/job'] } };
    const refused = await send(event(routeUrl('orders'), '{}'), {
      ...(await stored({ routes })),
      ALLOW_PRIVATE_DESTINATIONS: 'true',
      ALLOWED_DESTINATIONS: 'https://elsewhere.example',
    });
    expect([refused.response.status, refused.text]).toEqual([
      403,
      expect.stringContaining('destination_not_allowed'),
    ]);
    const forbidden = await send(event(routeUrl('orders'), '{}'), {
      ...(await stored({ routes, allowedDestinations: ['http://*:*'] })),
      ALLOW_PRIVATE_DESTINATIONS: '',
    });
    expect(forbidden.text).toContain('destination_forbidden');
  });

  test('opens what the stored allowlist has', async () => {
    const url = `https://edge.example/?destinations=${encodeURIComponent(at('/stored/allowed'))}`;
    const { response } = await send(event(url, '{}'), {
      ...(await stored({ allowedDestinations: ['http://127.0.0.1:*'] })),
      ALLOWED_DESTINATIONS: '',
    });
    expect(response.status).toBe(200);
  });

  test('has a time of its own for an attempt, and a destination another', async () => {
    const variables = await stored({
      routes: {
        orders: { destinations: [at('/hang')], attemptTimeoutSeconds: 1 },
        others: { destinations: [at('/slow/1500')], attemptTimeoutSeconds: 1 },
      },
      destinations: { [at('/slow/1500')]: { attemptTimeoutSeconds: 20 } },
    });
    const [orders, others] = await Promise.all([
      send(event(routeUrl('orders'), '{}'), variables),
      send(event(routeUrl('others'), '{}'), variables),
    ]);
    expect([orders.response.status, orders.text]).toEqual([
      504,
      expect.stringContaining('within 1000 ms'),
    ]);
    expect(others.response.status).toBe(200);
  });

  test.each([['orders'], ['urls']])('lets limits be stored, for %s', async (kind) => {
    const variables = await stored({
      routes: { orders: { destinations: [at('/stored/small')] } },
      limits: { maxHeaderBytes: 1_024, maxDestinations: 1 },
    });
    const large = { 'x-large': 'x'.repeat(2_000) };
    const list = ['/a', '/b'].map((path) => encodeURIComponent(at(path))).join(',');
    const { response } =
      kind === 'orders'
        ? await send(event(routeUrl('orders'), '{}', large), variables)
        : await send(event(`https://edge.example/?destinations=${list}`, '{}'), variables);
    expect(response.status).toBe(kind === 'orders' ? 431 : 400);
  });
});

describe('the next destination takes over', () => {
  const failures = ['/status/500/next', '/status/502/next', '/reset', '/hang'];

  test.each(failures)('after any failure where the route says so: %s', async (failing) => {
    const variables = await stored({
      routes: {
        orders: {
          destinations: [at(failing)],
          fallback: [at('/stored/takes-over')],
          takeOver: 'any_failure',
          attemptTimeoutSeconds: 3,
        },
      },
    });
    const sent = await send(event(routeUrl('orders'), '{}'), variables);
    expect([sent.response.status, wentTo(sent).at(-1)]).toEqual([200, '/stored/takes-over']);
    expect(new Set(attemptsOf(sent).map(({ delivery }) => delivery.id)).size).toBe(1);
    const got = JSON.parse(sent.text) as { headers: Record<string, string> };
    expect(got.headers['idempotency-key']).toBe(attemptsOf(sent)[0]?.delivery.id);
  });

  test('not after what the destination has judged', async () => {
    const variables = await stored({
      routes: {
        orders: {
          destinations: [at('/status/422/judged')],
          fallback: [at('/stored/never')],
          takeOver: 'any_failure',
        },
      },
    });
    const sent = await send(event(routeUrl('orders'), '{}'), variables);
    expect([sent.response.status, wentTo(sent)]).toEqual([422, ['/status/422/judged']]);
  });

  test.each(['/status/500/stays', '/reset'])(
    'not after %s where the route does not say so',
    async (failing) => {
      const variables = await stored({
        routes: { orders: { destinations: [at(failing)], fallback: [at('/stored/never')] } },
      });
      const sent = await send(event(routeUrl('orders'), '{}'), variables);
      expect([sent.response.ok, wentTo(sent).length]).toEqual([false, 1]);
    },
  );
});

describe('a stored route with 500 destinations', () => {
  test('reaches each once, with at most 31 invocations of at most six connections', async () => {
    const invocation = new AsyncLocalStorage<typeof fetch>();
    const real = fetch;
    const counted = (): typeof fetch => limitedFetch((input, init) => real(input, init));
    vi.stubGlobal('fetch', ((input, init) =>
      (invocation.getStore() ?? real)(input, init)) satisfies typeof fetch);
    let shares = 0;
    const deliver = async (share: Share): Promise<ShareResult[]> => {
      shares += 1;
      const context = createExecutionContext();
      const results = await invocation.run(counted(), () =>
        // Plain data only: a share goes to another invocation.
        new BroadcastShare(context, env).deliver(structuredClone(share)),
      );
      await waitOnExecutionContext(context);
      return results;
    };
    const destinations = Array.from({ length: 500 }, (_, index) =>
      at(`/slow/3/five-hundred/${index}`),
    );
    const variables = await stored({ routes: { all: { algorithm: 'broadcast', destinations } } });
    const sent = await invocation.run(counted(), () =>
      send(event(routeUrl('all'), '{}'), variables, undefined, { BroadcastShare: { deliver } }),
    );
    expect(sent.response.status).toBe(200);
    const { deliveries } = JSON.parse(sent.text) as { deliveries: ShareResult[] };
    expect(deliveries.map(({ destination, state }) => [destination, state])).toEqual(
      destinations.map((destination) => [destination, 'delivered']),
    );
    expect(new Set(deliveries.map(({ correlationId }) => correlationId)).size).toBe(500);
    expect(shares).toBeLessThanOrEqual(31);
  });
});

const signedRoutes = () => ({
  orders: {
    destinations: [at('/stored/signed')],
    signature: { scheme: 'hmac', secretFrom: 'CRM_SECRET', header: 'X-Crm-Signature' },
  },
});

async function signature(body: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode('geheim'), algorithm, false, [
    'sign',
  ]);
  return Buffer.from(await crypto.subtle.sign('HMAC', key, encoder.encode(body))).toString('hex');
}

describe('senders of a route must sign', () => {
  test('with the secret that a variable of the Worker holds', async () => {
    const variables = { ...(await stored({ routes: signedRoutes() })), CRM_SECRET: 'geheim' };
    const headers = { 'x-crm-signature': await signature('{"n":1}') };
    const right = await send(event(routeUrl('orders'), '{"n":1}', headers), variables);
    const wrong = await send(event(routeUrl('orders'), '{"n":2}', headers), variables);
    const none = await send(event(routeUrl('orders'), '{"n":1}'), variables);
    expect([right, wrong, none].map(({ response }) => response.status)).toEqual([200, 401, 401]);
  });

  test.each([
    ['is missing', {}],
    ['is empty', { CRM_SECRET: '' }],
    ['is no text', { CRM_SECRET: {} }],
  ])('or else nobody is let in: the variable %s', async (_what, given) => {
    const variables = { ...(await stored({ routes: signedRoutes() })), ...given };
    const headers = { 'x-crm-signature': await signature('{"n":1}') };
    const sent = await send(event(routeUrl('orders'), '{"n":1}', headers), variables);
    expect(sent.response.status).toBe(503);
    expect(sent.response.headers.get('retry-after')).toBe('10');
    expect(sent.text).toContain('CRM_SECRET');
    expect(attemptsOf(sent)).toEqual([]);
  });
});

describe('a slow destination of a broadcast', () => {
  test('is delivered from the queue from the start, and is seen to wait', async () => {
    const texts: string[] = [];
    const RETRIES = { send: async (text: string) => void texts.push(text) } as unknown as Queue;
    const variables = {
      ...(await stored({
        routes: {
          orders: { algorithm: 'broadcast', destinations: [at('/slow-job'), at('/quick-job')] },
        },
        destinations: { [at('/slow-job')]: { isSlow: true, attemptTimeoutSeconds: 400 } },
      })),
      RETRIES,
    };
    const sent = await send(event(routeUrl('orders'), '{"n":1}'), variables);
    expect(sent.response.status).toBe(202);
    expect(JSON.parse(sent.text)).toMatchObject({
      deliveries: [{ state: 'queued' }, { state: 'delivered' }],
    });
    expect(await receivedAt('/slow-job')).toEqual([]);
    const parcel = unpackParcel(texts[0]);
    if (parcel?.kept !== 'here') throw new Error('no delivery is in the message');
    expect(parcel.pending).toMatchObject({ destination: at('/slow-job'), attempts: 0 });
    const waiting = sent.records.filter(({ type }) => type === 'delivery');
    expect(waiting).toMatchObject([
      { delivery: { id: parcel.pending.delivery.id, route: 'orders' } },
    ]);
    const rows = await gatherRows(waiting);
    expect([rows.events.length, rows.deliveries.length, rows.attempts.length]).toEqual([1, 1, 0]);
    const { fate } = await consume(texts[0], 1, variables);
    expect([fate, (await receivedAt('/slow-job')).length]).toEqual(['acknowledged', 1]);
  });
});
