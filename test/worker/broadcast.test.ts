// A broadcast as its sender and its destinations see it, and what is kept of what fails.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, inject, vi } from 'vitest';
import { builtInRetryPolicy } from '../../src/config/retry-policy.ts';
import { describe, expect, test } from 'vitest';
import { unpackParcel, unpackPending } from '../../src/deliveries/parcel.ts';
import type { PendingDelivery } from '../../src/deliveries/pending-delivery.ts';
import { BroadcastShare } from '../../src/index.ts';
import type { Share, ShareResult } from '../../src/proxy/share.ts';
import type { AttemptRecord } from '../../src/store/record.ts';
import { limitedFetch } from './cloudflare-limits.ts';
import { edgeUrl, event, send, type Sent } from './edge.ts';

type Received = { headers: Record<string, string>; body: string };

async function receivedAt(path: string): Promise<Received[]> {
  const url = `${inject('destinationUrl')}/received?path=${encodeURIComponent(path)}`;
  return (await fetch(url)).json();
}

function toAll(...destinations: string[]): string {
  return `${edgeUrl(...destinations)}&algorithm=broadcast`;
}

function resultsOf({ text }: Sent): ShareResult[] {
  return (JSON.parse(text) as { deliveries: ShareResult[] }).deliveries;
}

function states(sent: Sent): string[] {
  return resultsOf(sent).map(({ state }) => state);
}

function attemptsOf({ records }: Sent): AttemptRecord[] {
  return records.filter((record) => record.type === 'attempt');
}

/** A retries queue that keeps what it gets, or refuses it. */
function retriesQueue(refuses = false) {
  const texts: string[] = [];
  const delays: number[] = [];
  const take = async (text: string, options?: { delaySeconds?: number }): Promise<void> => {
    if (refuses) throw new Error('Too Many Requests');
    texts.push(text);
    delays.push(options?.delaySeconds ?? 0);
  };
  return { RETRIES: { send: take } as unknown as Queue, texts, delays };
}

function outbox(refuses = false) {
  const held: PendingDelivery[] = [];
  const hold = async (text: string): Promise<void> => {
    if (refuses) throw new Error('out of reach');
    const pending = unpackPending(text);
    if (pending) held.push(pending);
  };
  const OUTBOX = { getByName: () => ({ hold }) } as unknown as typeof env.OUTBOX;
  return { OUTBOX, held };
}

function pendingIn(text: string | undefined): PendingDelivery {
  const parcel = unpackParcel(text);
  if (parcel?.kept !== 'here') throw new Error('no delivery is in the message');
  return parcel.pending;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a broadcast', () => {
  test('reaches every destination, each with its own correlation ID and idempotency key', async () => {
    const sent = await send(event(toAll('/all/a', '/all/b', '/all/c'), '{"n":1}'));
    const received = await Promise.all(['/all/a', '/all/b', '/all/c'].map(receivedAt));
    const got = received.flat();
    expect(sent.response.status).toBe(200);
    expect(states(sent)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(got.map(({ body }) => atob(body))).toEqual(['{"n":1}', '{"n":1}', '{"n":1}']);
    expect(got.map(({ headers }) => headers['x-correlation-id'])).toEqual(
      resultsOf(sent).map(({ correlationId }) => correlationId),
    );
    expect(new Set(got.map(({ headers }) => headers['idempotency-key'])).size).toBe(3);
    expect(
      attemptsOf(sent)
        .map(({ delivery }) => delivery.job)
        .toSorted(),
    ).toEqual(['a', 'b', 'c']);
  });

  test('queues what failed, answers 202, and calls nobody twice', async () => {
    const queue = retriesQueue();
    const failing = '/status/500/broadcast';
    const sent = await send(event(toAll('/some/a', failing), '{"n":2}'), queue);
    expect(sent.response.status).toBe(202);
    expect(resultsOf(sent)).toMatchObject([
      { state: 'delivered', status: 200 },
      { state: 'queued', status: 500 },
    ]);
    const [got] = await receivedAt(failing);
    const pending = pendingIn(queue.texts[0]);
    expect(pending).toMatchObject({
      destination: inject('destinationUrl') + failing,
      method: 'POST',
      attempts: 1,
    });
    expect(atob(pending.body ?? '')).toBe('{"n":2}');
    expect(new Headers(pending.headers).get('idempotency-key')).toBe(
      got?.headers['idempotency-key'],
    );
    expect(new Headers(pending.headers).has('x-throughline-key')).toBe(false);
    expect([queue.texts.length, await receivedAt('/some/a')]).toMatchObject([1, { length: 1 }]);
  });

  test('waits as long as a destination’s Retry-After says', async () => {
    const queue = retriesQueue();
    await send(event(toAll('/status/503/patience'), '{}'), queue);
    expect(queue.delays[0]).toBeGreaterThanOrEqual(7);
  });

  test('hands over to the outbox when the queue refuses', async () => {
    const box = outbox();
    const sent = await send(event(toAll('/reset', '/outbox/b'), '{}'), {
      ...retriesQueue(true),
      ...box,
    });
    expect([sent.response.status, states(sent)]).toEqual([202, ['queued', 'delivered']]);
    expect(box.held).toMatchObject([{ destination: `${inject('destinationUrl')}/reset` }]);
  });

  test('is not acknowledged when nothing takes what failed, and has the same keys when it comes again', async () => {
    const url = toAll('/kept/a', '/status/500/not-kept');
    const id = { 'webhook-id': 'not-kept' };
    const refusing = { ...retriesQueue(true), ...outbox(true) };
    const sent = await send(event(url, '{}', id), refusing);
    expect([sent.response.status, sent.response.headers.get('retry-after')]).toEqual([503, '10']);
    expect(JSON.parse(sent.text)).toMatchObject({
      type: 'urn:throughline:problem:broadcast_not_kept',
    });
    await send(event(url, '{}', id), retriesQueue());
    const keys = (await receivedAt('/kept/a')).map(({ headers }) => headers['idempotency-key']);
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  });

  test('keeps a delivery to a destination that is gone as a dead letter', async () => {
    const queue = retriesQueue();
    const sent = await send(event(toAll('/status/410/gone', '/gone/b'), '{}'), queue);
    expect([sent.response.status, states(sent)]).toEqual([202, ['dead_letter', 'delivered']]);
    expect(sent.records).toContainEqual(
      expect.objectContaining({
        type: 'dead_letter',
        death: expect.objectContaining({ reason: 'gone' }),
      }),
    );
    expect(queue.texts).toEqual([]);
  });

  test('goes on when its sender goes away', async () => {
    const sender = new AbortController();
    const request = new Request(event(toAll('/slow/300', '/status/500/left'), '{}'), {
      signal: sender.signal,
    });
    const queue = retriesQueue();
    const sending = send(request, queue);
    sender.abort();
    const sent = await sending;
    expect(
      attemptsOf(sent)
        .map(({ attempt }) => attempt.outcome)
        .toSorted(),
    ).toEqual(['delivered', 'failed']);
    expect(queue.texts.length).toBe(1);
  });

  test.each([
    [
      'with a fallback',
      `${toAllLater('/a')}&fallback=https://b.example`,
      '{}',
      400,
      'fallback_without_use',
    ],
    [
      'with a body too large to be kept',
      toAllLater('/a'),
      'x'.repeat(5_000),
      413,
      'body_too_large_to_keep',
    ],
  ])('is turned away %s', async (_name, query, body, status, reason) => {
    const base = inject('destinationUrl');
    const url = `https://edge.example/?${query.replace('DESTINATION', encodeURIComponent(base))}`;
    const { response, text } = await send(event(url, body), {
      MAX_BODY_BYTES: '2000',
      ALLOWED_DESTINATIONS: 'http://127.0.0.1:*,https://b.example',
    });
    expect(response.status).toBe(status);
    expect(JSON.parse(text)).toMatchObject({ type: `urn:throughline:problem:${reason}` });
  });
});

/** As `toAll`, for tables that are made before the server's address is known. */
function toAllLater(path: string): string {
  return `algorithm=broadcast&destinations=DESTINATION${encodeURIComponent(path)}`;
}

describe('the time of a broadcast’s answer', () => {
  test('does not end an attempt, which is not made again when it arrives', async () => {
    const queue = retriesQueue();
    const sent = await send(event(toAll('/slow/2500', '/quick/b'), '{}'), {
      ...queue,
      BROADCAST_BUDGET_MS: '1000',
    });
    expect([sent.response.status, states(sent)]).toEqual([202, ['running', 'delivered']]);
    const outcomes = attemptsOf(sent).map(({ attempt }) => attempt.outcome);
    expect(outcomes).toEqual(['delivered', 'delivered']);
    // Its stand-by was taken back: the message names an object that is gone.
    const parcel = unpackParcel(queue.texts[0]);
    if (parcel?.kept !== 'bodies') throw new Error('no stand-by was queued');
    expect(await env.BODIES.get(parcel.key)).toBeNull();
  });

  test('leaves a stand-by for an attempt that does not arrive, or that a crash cuts off', async () => {
    const queue = retriesQueue();
    const sent = await send(event(toAll('/hang'), '{}'), {
      ...queue,
      BROADCAST_BUDGET_MS: '200',
      ATTEMPT_TIMEOUT_MS: '500',
    });
    expect([sent.response.status, states(sent)]).toEqual([202, ['running']]);
    const parcel = unpackParcel(queue.texts[0]);
    if (parcel?.kept !== 'bodies') throw new Error('no stand-by was queued');
    expect([queue.texts.length, parcel.attempts]).toEqual([1, 1]);
    // Due when the attempt must have ended.
    expect(queue.delays[0]).toBeGreaterThanOrEqual(10);
    const kept = await env.BODIES.get(parcel.key);
    expect(unpackPending(await (kept?.text() ?? ''))).toMatchObject({
      destination: `${inject('destinationUrl')}/hang`,
    });
  });

  test('comes later where nothing takes a stand-by: only what has arrived or is kept is acknowledged', async () => {
    const sent = await send(event(toAll('/slow/600'), '{}'), {
      ...retriesQueue(true),
      ...outbox(true),
      BROADCAST_BUDGET_MS: '200',
    });
    expect([sent.response.status, states(sent)]).toEqual([200, ['delivered']]);
  });

  test('finds what has not begun by then queued, without an attempt', async () => {
    const queue = retriesQueue();
    const narrow = await send(event(toAll('/share/x'), '{}'));
    const [record] = attemptsOf(narrow);
    if (!record) throw new Error('no attempt was recorded');
    const share: Share = {
      described: { event: record.event, arrival: record.arrival },
      method: 'POST',
      body: null,
      targets: Array.from({ length: 7 }, (_, index) => ({
        delivery: record.delivery,
        destination: `${inject('destinationUrl')}/${index < 5 ? 'hang' : 'never-begun'}`,
        headers: [],
        attemptTimeoutMs: 500,
        isSlow: false,
        worksInBackground: false,
      })),
      answerAtMs: Date.now() + 200,
      headersLeftOut: new Set(),
      retries: builtInRetryPolicy,
    };
    const context = createExecutionContext();
    const results = await new BroadcastShare(context, { ...env, ...queue }).deliver(share);
    await waitOnExecutionContext(context);
    expect(results.map(({ state }) => state)).toEqual([
      ...Array.from({ length: 5 }, () => 'running'),
      'queued',
      'queued',
    ]);
    const untried = queue.texts.map(unpackParcel).filter((parcel) => parcel?.kept === 'here');
    expect(untried).toMatchObject([{ pending: { attempts: 0 } }, { pending: { attempts: 0 } }]);
    expect(await receivedAt('/never-begun')).toEqual([]);
  });
});

describe('a wide broadcast', () => {
  test('reaches all through invocations of its own', async () => {
    const destinations = Array.from({ length: 40 }, (_, index) => `/wide/${index}`);
    const sent = await send(event(toAll(...destinations), '{}'));
    expect(sent.response.status).toBe(200);
    const received = await Promise.all(destinations.map(receivedAt));
    expect(received.every((list) => list.length === 1)).toBe(true);
  });

  test.each([6, 40, 200])(
    'to %d never has a seventh connection waiting in one invocation',
    async (count) => {
      // Each invocation counts its own connections; the seventh is an error.
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
          new BroadcastShare(context, env).deliver(share),
        );
        await waitOnExecutionContext(context);
        return results;
      };
      const destinations = Array.from({ length: count }, (_, index) => `/slow/5/${count}/${index}`);
      const sent = await invocation.run(counted(), () =>
        send(
          event(toAll(...destinations), '{}'),
          { MAX_DESTINATIONS: '200', MAX_URL_BYTES: '32000' },
          undefined,
          {
            BroadcastShare: { deliver },
          },
        ),
      );
      expect(sent.response.status).toBe(200);
      expect(states(sent)).toEqual(destinations.map(() => 'delivered'));
      expect(shares).toBeLessThanOrEqual(31);
    },
  );

  test('queues the share of an invocation that fails, and loses none', async () => {
    const queue = retriesQueue();
    const destinations = Array.from({ length: 10 }, (_, index) => `/cut-off/${index}`);
    let shares = 0;
    const deliver = async (share: Share): Promise<ShareResult[]> => {
      shares += 1;
      if (shares === 1) throw new Error('The invocation was ended.');
      const context = createExecutionContext();
      const results = await new BroadcastShare(context, env).deliver(share);
      await waitOnExecutionContext(context);
      return results;
    };
    const sent = await send(event(toAll(...destinations), '{}'), queue, undefined, {
      BroadcastShare: { deliver },
    });
    expect(sent.response.status).toBe(202);
    expect(states(sent).toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'delivered'),
      ...Array.from({ length: 5 }, () => 'queued'),
    ]);
    expect(queue.texts.map((text) => pendingIn(text).destination)).toEqual(
      destinations.slice(0, 5).map((path) => inject('destinationUrl') + path),
    );
    const waiting = sent.records.filter((record) => record.type === 'delivery');
    expect(waiting.map(({ delivery }) => delivery.target)).toEqual(
      destinations.slice(0, 5).map((path) => inject('destinationUrl') + path),
    );
  });
});
