// Circuits as people see and change them, and what is announced, with the real objects and a real receiver.
import {
  createExecutionContext,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { emptyConfiguration, snapshotKey } from '../../src/config/configuration.ts';
import { circuitId, circuitKey, shardOf } from '../../src/circuits/destination-key.ts';
import { packPending } from '../../src/deliveries/parcel.ts';
import worker from '../../src/index.ts';
import { Isolate } from '../support/isolate.ts';
import { edgeUrl, event, send, sha256 } from './edge.ts';
import { consume, pendingTo, receivedAt } from './pending.ts';

const day = 86_400_000;
let aheadMs = 0;
const realNow = Date.now.bind(Date);
const clock = {
  get nowMs(): number {
    return Date.now();
  },
};
beforeAll(() => {
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs);
});
afterAll(() => {
  vi.restoreAllMocks();
});

function isolate(): Isolate {
  return new Isolate(clock, (shard, report) => env.CIRCUITS.getByName(shard).report(report));
}

async function api(path: string, method = 'GET', circuits = env.CIRCUITS): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request(`https://edge.example/api/circuits${path}`, {
    method,
    headers: { authorization: 'Bearer tl_test_token', 'x-throughline-actor': 'jane@example.com' },
  });
  const response = await worker.fetch(
    request as Request<unknown, IncomingRequestCfProperties>,
    { ...env, CIRCUITS: circuits, API_TOKEN_SHA256: await sha256('tl_test_token') },
    context,
  );
  await waitOnExecutionContext(context);
  return response;
}

async function viewOf(destination: URL): Promise<Record<string, unknown> | undefined> {
  const { circuits } = await (await api('')).json<{ circuits: Record<string, unknown>[] }>();
  return circuits.find((circuit) => circuit['destination'] === circuitKey(destination));
}

/** Fails once a step, reported each time. */
async function failFor(destination: URL, times: number, stepMs: number): Promise<void> {
  const one = isolate();
  for (let time = 0; time < times; time += 1) {
    one.fail(destination, 1);
    await one.settle();
    aheadMs += stepMs;
    one.admits(destination);
    await one.settle();
  }
}

function somewhere(): URL {
  return new URL(`https://jobs.example/${crypto.randomUUID()}?token=secret`);
}

describe('GET /api/circuits', () => {
  test('shows what is open, with its reason, and no query', async () => {
    const destination = somewhere();
    await failFor(destination, 5, 800);
    expect(await viewOf(destination)).toEqual({
      id: await circuitId(circuitKey(destination)),
      destination: destination.origin + destination.pathname,
      state: 'open',
      reason: expect.stringMatching(/^5 events in a row failed since .* UTC: No answer within/),
      since: expect.stringMatching(/Z$/),
      nextProbeAt: expect.stringMatching(/Z$/),
      lastError: { at: expect.any(String), text: 'No answer within 100 ms.' },
      lastDeliveredAt: null,
      failingSince: expect.stringMatching(/Z$/),
    });
  });

  test('says when it is not whole', async () => {
    const unreachable = { getByName: () => ({ list: () => Promise.reject(new Error('gone')) }) };
    const response = await api('', 'GET', unreachable as unknown as typeof env.CIRCUITS);
    expect([response.status, await response.json()]).toEqual([
      200,
      { circuits: [], objectsOutOfReach: 4 },
    ]);
  });
});

describe('POST /api/circuits/{id}/…', () => {
  test('closes what is open, once', async () => {
    const destination = somewhere();
    await failFor(destination, 5, 800);
    const id = await circuitId(circuitKey(destination));
    expect((await api(`/${id}/enable`, 'POST')).status).toBe(409);
    const closed = await api(`/${id}/close`, 'POST');
    expect([closed.status, await closed.json()]).toMatchObject([200, { state: 'closed' }]);
    expect((await api(`/${id}/close`, 'POST')).status).toBe(409);
  });

  test('knows only what there is', async () => {
    expect((await api(`/${'0'.repeat(32)}/close`, 'POST')).status).toBe(404);
    expect((await api('/nonsense/close', 'POST')).status).toBe(400);
  });
});

describe('a destination that fails for days', { timeout: 120_000 }, () => {
  let destination: URL;
  let path: string;
  const hook = (): string => `/hook/${path.slice(-8)}`;

  async function publish(more: object = {}): Promise<void> {
    await env.SNAPSHOT.put(
      snapshotKey,
      JSON.stringify({
        v: 1,
        version: 1,
        publishedAt: new Date().toISOString(),
        configuration: {
          ...emptyConfiguration,
          notifications: [{ url: inject('destinationUrl') + hook() }],
          ...more,
        },
      }),
    );
  }

  beforeEach(async () => {
    path = `/status/500/${crypto.randomUUID()}`;
    destination = new URL(inject('destinationUrl') + path);
    await publish();
    await failFor(destination, 11, day / 2);
  });

  async function stub() {
    return env.CIRCUITS.getByName(shardOf(await circuitId(circuitKey(destination))));
  }

  /** Lets the alarm ring with the Worker's variables as a deployment would set them. */
  async function ring(variables: Record<string, string> = {}): Promise<void> {
    const object = await stub();
    await runInDurableObject(object, (instance) => {
      const given = { ...env, ALLOW_PRIVATE_DESTINATIONS: 'true', ...variables };
      Object.assign(instance, { env: given });
    });
    await runDurableObjectAlarm(object);
  }

  test('is disabled, and announced once, signed', async () => {
    expect(await viewOf(destination)).toMatchObject({
      state: 'disabled',
      reason: expect.stringMatching(/^None of 1\d attempts was delivered since/),
      nextProbeAt: null,
    });
    await failFor(destination, 2, 800);
    const secret = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;
    await ring({ OUTBOUND_SIGNING_SECRET: secret });
    await ring({ OUTBOUND_SIGNING_SECRET: secret });
    const told = await receivedAt(hook());
    expect(told.map(({ body }) => JSON.parse(atob(body)))).toEqual([
      {
        type: 'destination.disabled',
        timestamp: expect.any(String),
        data: expect.objectContaining({
          destination: circuitKey(destination),
          state: 'disabled',
          reason: expect.stringContaining('was delivered since'),
        }),
      },
    ]);
    expect(told[0]?.headers).toMatchObject({
      'webhook-id': expect.stringMatching(/^disabled-[0-9a-f]{32}-\d+$/),
      'webhook-signature': expect.stringMatching(/^v1,/),
    });
  });

  test('is announced later where the receiver fails first, or lies where nobody may call', async () => {
    await ring({ ALLOW_PRIVATE_DESTINATIONS: '' });
    expect(await receivedAt(hook())).toEqual([]);
    aheadMs += 60_000;
    await ring();
    expect(await receivedAt(hook())).toHaveLength(1);
  });

  test('gets neither broadcasts nor retries, which are kept as dead letters, but pass-through', async () => {
    await send(event(edgeUrl(path), '{}'));
    const sent = await send(event(`${edgeUrl(path)}&algorithm=broadcast`, '{}'));
    expect(JSON.parse(sent.text)).toMatchObject({ deliveries: [{ state: 'dead_letter' }] });
    const letters = sent.records.filter((record) => record.type === 'dead_letter');
    expect(letters.map(({ death }) => death.reason)).toEqual(['disabled']);

    const before = (await receivedAt(path)).length;
    const retried = await consume(packPending(pendingTo(path), 0));
    expect([retried.fate, retried.records.map(({ type }) => type)]).toEqual([
      'acknowledged',
      ['dead_letter'],
    ]);
    expect((await receivedAt(path)).length).toBe(before);
    expect((await send(event(edgeUrl(path), '{}'))).response.status).toBe(500);
    expect((await receivedAt(path)).length).toBe(before + 1);
  });

  test('comes back by hand, or when it delivers', async () => {
    const id = await circuitId(circuitKey(destination));
    const enabled = await api(`/${id}/enable`, 'POST');
    expect([enabled.status, await enabled.json()]).toMatchObject([200, { state: 'closed' }]);

    await failFor(destination, 11, day / 2);
    expect(await viewOf(destination)).toMatchObject({ state: 'disabled' });
    const one = isolate();
    one.attempt(destination);
    await one.settle();
    aheadMs += 400_000;
    one.attempt(destination);
    await one.settle();
    expect((await viewOf(destination))?.['state']).not.toBe('disabled');
  });

  // Last: it rings no alarm for what it leaves to be announced.
  test('is disabled after as many days as the configuration says', async () => {
    await publish({ disableAfterDays: 9 });
    destination = new URL(inject('destinationUrl') + `/status/500/${crypto.randomUUID()}`);
    await failFor(destination, 17, day / 2);
    expect((await viewOf(destination))?.['state']).not.toBe('disabled');
    // What cannot be read changes nothing.
    await env.SNAPSHOT.put(snapshotKey, 'nonsense');
    await failFor(destination, 1, day / 2);
    expect((await viewOf(destination))?.['state']).not.toBe('disabled');
    await failFor(destination, 2, day / 2);
    expect(await viewOf(destination)).toMatchObject({ state: 'disabled' });
  });
});
