// What becomes of a delivery that failed: the messages of the retries queue, one by one.
import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import { snapshotSchema } from '../../src/config/configuration.ts';
import { bodyText } from '../../src/deliveries/body-text.ts';
import { packParcel, packPending, unpackParcel } from '../../src/deliveries/parcel.ts';
import { keepPending } from '../../src/deliveries/send-parcel.ts';
import { consume, pendingTo, receivedAt } from './pending.ts';

const due = 0;

/** A message about a delivery that is kept in the bucket. */
async function parcelOf(path: string): Promise<{ text: string; key: string; body: string }> {
  const body = bodyText(crypto.getRandomValues(new Uint8Array(60_000)));
  const pending = pendingTo(path, { body: body.repeat(10) });
  expect(packPending(pending, due)).toBeNull();
  const key = await keepPending(pending, env.BODIES);
  const parcel = {
    v: 1,
    kept: 'bodies',
    dueAtMs: due,
    key,
    deliveryId: pending.delivery.id,
    attempts: 1,
  } as const;
  return { text: packParcel(parcel), key, body: body.repeat(10) };
}

describe('a retry', () => {
  test('sends the same request again, and ends when the destination takes it', async () => {
    const pending = pendingTo('/retry-ok');
    const { fate, records, sent } = await consume(packPending(pending, due));
    expect([fate, sent]).toEqual(['acknowledged', []]);
    const [got] = await receivedAt('/retry-ok');
    expect(got?.headers).toMatchObject(Object.fromEntries(pending.headers));
    expect(atob(got?.body ?? '')).toBe('{"spaced":  "as it came"}');
    const ids = { delivery: { id: pending.delivery.id }, arrival: { id: pending.arrival.id } };
    expect(records).toMatchObject([
      { ...ids, attempt: { outcome: 'running' } },
      { ...ids, attempt: { outcome: 'delivered', status: 200 } },
    ]);
  });

  test('that fails is made again by the same message, later', async () => {
    const { fate, records, sent } = await consume(packPending(pendingTo('/status/500/a'), due), 2);
    // The third attempt has failed: thirty minutes, a fifth more or less.
    const { retriedAfterSeconds } = fate as { retriedAfterSeconds: number };
    expect(retriedAfterSeconds).toBeGreaterThanOrEqual(1_440);
    expect(retriedAfterSeconds).toBeLessThanOrEqual(2_160);
    expect(records.at(-1)).toMatchObject({ attempt: { outcome: 'failed', status: 500 } });
    expect(sent).toEqual([]);
  });

  test('waits as long as the destination asks', async () => {
    // The destination server asks for seven seconds; five were planned.
    const pending = pendingTo('/status/429', { attempts: 0 });
    const { fate } = await consume(packPending(pending, due));
    const { retriedAfterSeconds } = fate as { retriedAfterSeconds: number };
    expect(retriedAfterSeconds).toBeGreaterThanOrEqual(7);
  });

  test.each([
    ['refuses', 'http://127.0.0.1:1/job', 'unreachable'],
    ['cuts the connection', '/reset', 'unreachable'],
    ['never answers', '/hang', 'timed_out'],
    ['breaks its answer off', '/cut', 'failed'],
  ])('is made again when the destination %s', async (_what, where, outcome) => {
    const pending = pendingTo(where);
    if (where.startsWith('http')) pending.destination = where;
    // On a busy machine whatever answers takes a while too.
    const { fate, records } = await consume(packPending(pending, due), 1, {
      ATTEMPT_TIMEOUT_MS: where === '/hang' ? '200' : '20000',
    });
    expect(fate).toHaveProperty('retriedAfterSeconds');
    expect(records.at(-1)).toMatchObject({ attempt: { outcome } });
  });

  test('of a message that came too early is left for when it is due, and counts as no attempt', async () => {
    const dueAtMs = Date.now() + 13 * 3_600_000;
    const { fate, records, sent } = await consume(packPending(pendingTo('/early'), dueAtMs), 3);
    expect([fate, records, await receivedAt('/early')]).toEqual(['acknowledged', [], []]);
    expect(JSON.parse(String(sent[0]?.body))).toMatchObject({ dueAtMs, pending: { attempts: 1 } });
  });

  test('is not made where the allowlist has no place for the destination any more', async () => {
    const { fate, records } = await consume(packPending(pendingTo('/forbidden'), due), 1, {
      ALLOWED_DESTINATIONS: 'https://jobs.example.com',
    });
    expect(fate).toBe('acknowledged');
    expect(records).toMatchObject([{ type: 'dead_letter', death: { reason: 'not_allowed' } }]);
    expect(await receivedAt('/forbidden')).toEqual([]);
  });

  test('is not made once somebody has cancelled it, until it is allowed again', async () => {
    const pending = pendingTo('/cancelled');
    const { id } = pending.delivery;
    const outbox = env.OUTBOX.getByName(id.slice(0, 1));
    await outbox.cancel(id);
    const { fate, records } = await consume(packPending(pending, due));
    expect(fate).toBe('acknowledged');
    expect(records).toMatchObject([{ type: 'dead_letter', death: { reason: 'cancelled' } }]);
    expect(await receivedAt('/cancelled')).toEqual([]);
    await outbox.allow(id);
    await consume(packPending(pending, due));
    expect(await receivedAt('/cancelled')).toHaveLength(1);
  });

  test('is made when nobody can say whether it is cancelled', async () => {
    const unreachable = { isCancelled: () => Promise.reject(new Error('overloaded')) };
    const { fate } = await consume(packPending(pendingTo('/who-knows'), due), 1, {
      OUTBOX: { getByName: () => unreachable },
    });
    expect(fate).toBe('acknowledged');
    expect(await receivedAt('/who-knows')).toHaveLength(1);
  });

  test('that this version cannot read stays in the queue', async () => {
    expect((await consume('{"v":9}')).fate).toEqual({ retriedAfterSeconds: 3_600 });
    expect((await consume('{"cut')).fate).toEqual({ retriedAfterSeconds: 3_600 });
  });

  test('is made twice with one idempotency key when its message comes twice', async () => {
    const text = packPending(pendingTo('/twice'), due);
    await Promise.all([consume(text), consume(text)]);
    const got = await receivedAt('/twice');
    expect(got).toHaveLength(2);
    expect(new Set(got.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });
});

/** The published configuration, as KV gives it. */
function published(configuration: object): Record<string, unknown> {
  const snapshot = snapshotSchema.parse({
    v: 1,
    version: 1,
    publishedAt: '2026-11-24T10:00:00.000Z',
    configuration: { format: 1, ...configuration },
  });
  return { SNAPSHOT: { get: () => Promise.resolve(JSON.stringify(snapshot)) } };
}

/** A delivery of a stored route that has not been attempted yet. */
function parcelBy(path: string, route: string | null): string | null {
  const pending = pendingTo(path, { attempts: 0 });
  return packPending({ ...pending, delivery: { ...pending.delivery, route } }, due);
}

describe('a schedule of its own', () => {
  const routes = {
    orders: {
      destinations: ['https://jobs.example.com'],
      retries: { pausesSeconds: [100, 200], jitter: 0, byStatus: { 503: [7_000], 404: [] } },
    },
  };
  const retries = { pausesSeconds: [33], jitter: 0 };
  const fateOf = async (path: string, route: string | null, handedOut = 1): Promise<unknown> =>
    (await consume(parcelBy(path, route), handedOut, published({ routes, retries }))).fate;

  test('is the route’s, by status too, as it is configured when the attempt fails', async () => {
    expect(await fateOf('/status/500/r', 'orders', 2)).toEqual({ retriedAfterSeconds: 200 });
    expect(await fateOf('/status/503/r', 'orders')).toEqual({ retriedAfterSeconds: 7_000 });
    expect(await fateOf('/status/404/r', 'orders')).toBe('acknowledged');
  });

  test('is the document’s where the route has none, is gone, or was never named', async () => {
    expect(await fateOf('/status/500/r', null)).toEqual({ retriedAfterSeconds: 33 });
    expect(await fateOf('/status/500/r', 'gone')).toEqual({ retriedAfterSeconds: 33 });
  });

  test('that was made shorter meanwhile ends what has had its attempts, without another', async () => {
    const { fate, records } = await consume(
      parcelBy('/shortened', 'orders'),
      4,
      published({ routes, retries }),
    );
    expect(fate).toBe('acknowledged');
    expect(records).toMatchObject([
      { type: 'dead_letter', death: { reason: 'attempts_used_up', status: null } },
    ]);
    expect(await receivedAt('/shortened')).toEqual([]);
  });

  test('that outlasts a message goes on in a new one, with its attempts counted', async () => {
    const weeks = { pausesSeconds: Array(20).fill(40_000), jitter: 0 };
    const twoDaysAgo = new Date(Date.now() - 2.6 * 86_400_000);
    const young = await consume(parcelBy('/status/500/w', null), 6, published({ retries: weeks }));
    expect([young.fate, young.sent]).toEqual([{ retriedAfterSeconds: 40_000 }, []]);
    const old = await consume(parcelBy('/status/500/w', null), 6, published({ retries: weeks }), {
      sentAt: twoDaysAgo,
    });
    expect(old.fate).toBe('acknowledged');
    expect(old.sent[0]).toMatchObject({ delaySeconds: 40_000 });
    expect(JSON.parse(String(old.sent[0]?.body))).toMatchObject({ pending: { attempts: 6 } });
  });

  test('with a pause above twelve hours goes on in a new message', async () => {
    const { fate, sent } = await consume(
      parcelBy('/status/500/d', null),
      1,
      published({ retries: { pausesSeconds: [604_800], jitter: 0 } }),
    );
    expect(fate).toBe('acknowledged');
    expect(sent[0]).toMatchObject({ delaySeconds: 43_200 });
    const parcel = JSON.parse(String(sent[0]?.body));
    expect(parcel.dueAtMs - Date.now()).toBeGreaterThan(604_700_000);
    expect(parcel.pending.attempts).toBe(1);
  });
});

describe('a delivery becomes a dead letter', () => {
  test('after its eighth attempt, with its request', async () => {
    const pending = pendingTo('/status/503/last');
    const { fate, records } = await consume(packPending(pending, due), 7);
    expect(fate).toBe('acknowledged');
    expect(records.at(-1)).toMatchObject({
      type: 'dead_letter',
      delivery: { id: pending.delivery.id },
      death: { reason: 'attempts_used_up', status: 503 },
      destination: pending.destination,
      request: { kept: 'here', headers: pending.headers, body: pending.body },
    });
  });

  test('at once when the destination says 410', async () => {
    const { fate, records } = await consume(packPending(pendingTo('/status/410'), due));
    expect(fate).toBe('acknowledged');
    expect(records.at(-1)).toMatchObject({ death: { reason: 'gone', status: 410 } });
  });

  test('without another attempt when the Worker died in each of the last', async () => {
    const { fate, records } = await consume(packPending(pendingTo('/crashed'), due), 8);
    expect(fate).toBe('acknowledged');
    expect(records).toMatchObject([{ type: 'dead_letter' }]);
    expect(await receivedAt('/crashed')).toEqual([]);
  });

  test('and its message stays in the queue while the dead letter cannot be kept', async () => {
    const large = pendingTo('/status/410/large', { body: 'A'.repeat(400_000) });
    const key = await keepPending(large, env.BODIES);
    const bodies = {
      get: (name: string) => env.BODIES.get(name),
      put: () => Promise.reject(new Error('out of order')),
    };
    const parcel = {
      v: 1,
      kept: 'bodies',
      dueAtMs: due,
      key,
      deliveryId: '',
      attempts: 1,
    } as const;
    const { fate } = await consume(packParcel(parcel), 1, { BODIES: bodies });
    expect(fate).toEqual({ retriedAfterSeconds: 60 });
    expect(await env.BODIES.get(key)).not.toBeNull();
  });
});

describe('a delivery that fits no queue message', () => {
  test('is sent whole from where it is kept, which is emptied then', async () => {
    const { text, key, body } = await parcelOf('/kept');
    expect((await consume(text)).fate).toBe('acknowledged');
    expect((await receivedAt('/kept'))[0]?.body).toBe(body);
    expect(await env.BODIES.get(key)).toBeNull();
    const again = await consume(text);
    expect([again.fate, again.records]).toEqual(['acknowledged', []]);
  });

  test('stays kept between attempts, and as a dead letter', async () => {
    const { text, key } = await parcelOf('/status/500/kept');
    expect((await consume(text, 1)).fate).toHaveProperty('retriedAfterSeconds');
    expect(await env.BODIES.get(key)).not.toBeNull();
    const { fate, records } = await consume(text, 7);
    expect(fate).toBe('acknowledged');
    const last = records.at(-1);
    if (last?.type !== 'dead_letter' || last.request.kept !== 'bodies') throw new Error('not kept');
    expect(await env.BODIES.get(last.request.key)).not.toBeNull();
  });

  test('waits while the bucket is out of order, however long, and is tried when it is back', async () => {
    let { text } = await parcelOf('/unreadable');
    const bodies = { get: () => Promise.reject(new Error('out of order')) };
    // More minutes than its schedule has attempts; the queue hands each message out for the second time.
    const { attempts } = unpackParcel(text) as { attempts: number };
    for (let minute = 0; minute < 10; minute += 1) {
      const { fate, records, sent } = await consume(text, minute === 0 ? 2 : 1, { BODIES: bodies });
      expect([fate, records, sent.length]).toEqual(['acknowledged', [], 1]);
      expect(sent[0]?.delaySeconds).toBe(60);
      text = JSON.stringify({ ...unpackParcel(sent[0]?.body), dueAtMs: 0 });
      expect(unpackParcel(text)).toMatchObject({ attempts: attempts + 1 });
    }
    expect((await consume(text)).fate).toBe('acknowledged');
    expect(await receivedAt('/unreadable')).toHaveLength(1);
  });

  test('is asked for again where the queue takes no message in its place either', async () => {
    const { text } = await parcelOf('/unreadable-full');
    const refuse = vi.fn<() => Promise<never>>().mockRejectedValue(new Error('out of order'));
    const RETRIES = { send: refuse };
    const { fate, records } = await consume(text, 1, { BODIES: { get: refuse }, RETRIES });
    expect([fate, records]).toEqual([{ retriedAfterSeconds: 60 }, []]);
  });
});
