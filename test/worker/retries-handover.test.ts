// How a failed delivery is handed over: to the queue, else to the outbox, whose alarm gives it back.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import type { Outbox } from '../../durable-objects/outbox.ts';
import { bodyText } from '../../src/deliveries/body-text.ts';
import {
  createRetryQueue,
  type DurableRetryQueueDeps,
} from '../../src/deliveries/durable-retry-queue.ts';
import { unpackParcel, unpackPending } from '../../src/deliveries/parcel.ts';
import type { PendingDelivery } from '../../src/deliveries/pending-delivery.ts';
import { limitedQueue, type SentMessage } from './cloudflare-limits.ts';
import { pendingTo } from './pending.ts';

const nowMs = Date.parse('2026-11-24T12:00:00.000Z');
const refuse = (): Promise<never> => Promise.reject(new Error('Too Many Requests'));
const large = (): PendingDelivery =>
  pendingTo('/job', {
    // Characters of two to four bytes fall on both sides of any cut.
    headers: [['x-note', 'žluťoučký 🐎 '.repeat(40_000)]],
    body: bodyText(crypto.getRandomValues(new Uint8Array(60_000))).repeat(20),
  });

type Sent = { text: string; delaySeconds: number };

function handOver(given: Partial<DurableRetryQueueDeps> = {}): {
  queue: ReturnType<typeof createRetryQueue>;
  sent: Sent[];
  held: string[];
} {
  const sent: Sent[] = [];
  const held: string[] = [];
  const checked = limitedQueue(env.RETRIES, []);
  const queue = createRetryQueue({
    send: async (text, delaySeconds) => {
      await checked.send(text, { contentType: 'text', delaySeconds });
      sent.push({ text, delaySeconds });
    },
    bodies: env.BODIES,
    now: () => nowMs,
    recorder: { deadLetter: () => Promise.resolve(true) },
    outbox: {
      hold: (_id, pending) => {
        held.push(pending);
        return Promise.resolve();
      },
    },
    wait: () => new Promise(() => undefined),
    report: () => undefined,
    ...given,
  });
  return { queue, sent, held };
}

/** Gives the object a queue of the test's own. */
async function withQueue(stub: DurableObjectStub<Outbox>, queue: unknown): Promise<void> {
  await runInDurableObject(stub, (instance) => {
    Object.assign(instance, { env: { ...env, RETRIES: queue } });
  });
}

const alarmOf = (stub: DurableObjectStub<Outbox>): Promise<number | null> =>
  runInDurableObject(stub, (_instance, state) => state.storage.getAlarm());

const heldBy = (stub: DurableObjectStub<Outbox>): Promise<number> =>
  runInDurableObject(
    stub,
    (_instance, state) =>
      state.storage.sql.exec<{ n: number }>('SELECT count(DISTINCT id) AS n FROM held').one().n,
  );

describe('a failed delivery is handed over', () => {
  test('to the queue, delayed', async () => {
    const { queue, sent, held } = handOver();
    const pending = pendingTo('/job');
    expect(await queue.enqueue(pending, 4_200)).toBe(true);
    expect(sent.map(({ delaySeconds }) => delaySeconds)).toEqual([5]);
    expect(unpackParcel(sent[0]?.text)).toMatchObject({ dueAtMs: nowMs + 4_200, pending });
    expect(held).toEqual([]);
  });

  test('to the queue for at most twelve hours at a time', async () => {
    const { queue, sent } = handOver();
    const dayMs = 86_400_000;
    await queue.enqueue(pendingTo('/job'), dayMs);
    expect(sent[0]?.delaySeconds).toBe(43_200);
    expect(unpackParcel(sent[0]?.text)).toMatchObject({ dueAtMs: nowMs + dayMs });
  });

  test('to the queue by name where it does not fit a message', async () => {
    const { queue, sent } = handOver();
    const pending = large();
    expect(await queue.enqueue(pending, 0)).toBe(true);
    const parcel = unpackParcel(sent[0]?.text);
    if (parcel?.kept !== 'bodies') throw new Error('not kept in the bucket');
    const object = await env.BODIES.get(parcel.key);
    expect(unpackPending((await object?.text()) ?? '')).toEqual(pending);
  });

  test('to the outbox when the queue refuses', async () => {
    const { queue, held } = handOver({ send: refuse });
    const pending = pendingTo('/job');
    expect(await queue.enqueue(pending, 0)).toBe(true);
    expect(held.map((text) => unpackPending(text))).toEqual([pending]);
  });

  test('to the outbox when the bucket refuses a large one', async () => {
    const bodies = { put: refuse, get: () => Promise.resolve(null), delete: refuse };
    const { queue, held } = handOver({ bodies });
    expect(await queue.enqueue(large(), 0)).toBe(true);
    expect(held).toHaveLength(1);
  });

  test('to the outbox when the queue does not settle', async () => {
    const { queue, held } = handOver({
      send: () => new Promise(() => undefined),
      wait: () => Promise.resolve(),
      outbox: {
        hold: (_id, pending) => {
          held.push(pending);
          return Promise.resolve();
        },
      },
    });
    expect(await queue.enqueue(pendingTo('/job'), 0)).toBe(true);
    expect(held).toHaveLength(1);
  });

  test('to nobody when both refuse, and says so', async () => {
    const { queue } = handOver({ send: refuse, outbox: { hold: refuse } });
    expect(await queue.enqueue(pendingTo('/job'), 0)).toBe(false);
  });
});

describe('the outbox', () => {
  test('gives everything back in order when the queue takes it again, and then rests', async () => {
    const stub = env.OUTBOX.getByName(crypto.randomUUID());
    const pendings = ['/first', '/second', '/third'].map((path) => pendingTo(path));
    for (const pending of pendings) await stub.hold(JSON.stringify(pending), nowMs);
    const sent: SentMessage[] = [];
    await withQueue(stub, limitedQueue(env.RETRIES, sent));
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    const parcels = sent.map(({ body }) => unpackParcel(body));
    expect(parcels).toMatchObject(pendings.map((pending) => ({ pending })));
    expect([await heldBy(stub), await alarmOf(stub)]).toEqual([0, null]);
  });

  test('comes again however often the queue refuses, and loses nothing', async () => {
    const stub = env.OUTBOX.getByName(crypto.randomUUID());
    await stub.hold(JSON.stringify(pendingTo('/job')), nowMs);
    await withQueue(stub, { send: refuse });
    for (let refusals = 0; refusals < 10; refusals += 1) {
      expect(await runDurableObjectAlarm(stub)).toBe(true);
      expect([await heldBy(stub), await alarmOf(stub)]).toEqual([1, expect.any(Number)]);
    }
  });

  test('keeps what it holds, and its alarm, when it is evicted', async () => {
    const stub = env.OUTBOX.getByName(crypto.randomUUID());
    const pending = pendingTo('/job');
    await stub.hold(JSON.stringify(pending), nowMs);
    await evictDurableObject(stub);
    const sent: SentMessage[] = [];
    await withQueue(stub, limitedQueue(env.RETRIES, sent));
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(unpackParcel(sent[0]?.body)).toMatchObject({ pending });
  });

  test('holds more than one value of its storage can', async () => {
    const stub = env.OUTBOX.getByName(crypto.randomUUID());
    const pending = large();
    await stub.hold(JSON.stringify(pending), nowMs);
    const sent: SentMessage[] = [];
    await withQueue(stub, limitedQueue(env.RETRIES, sent));
    await runDurableObjectAlarm(stub);
    const parcel = unpackParcel(sent[0]?.body);
    if (parcel?.kept !== 'bodies') throw new Error('not kept in the bucket');
    const object = await env.BODIES.get(parcel.key);
    expect(unpackPending((await object?.text()) ?? '')).toEqual(pending);
  });
});
