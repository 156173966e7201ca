// A rotation as senders and destinations see it, with the object evicted, aborted and out of reach.
import {
  abortAllDurableObjects,
  evictAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { inject } from 'vitest';
import { describe, expect, test } from 'vitest';
import type { AttemptRecord } from '../../src/store/record.ts';
import { edgeUrl, event, send, type Sent } from './edge.ts';

function rotating(...destinations: string[]): string {
  return `${edgeUrl(...destinations)}&algorithm=round-robin`;
}

function paths(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `/${name}/${index}`);
}

/** Where a request went: the path of its last attempt. */
function wentTo(sent: Sent): string {
  return new URL(attemptsOf(sent).at(-1)?.attempt.destination ?? '').pathname;
}

function attemptsOf({ records }: Sent): AttemptRecord[] {
  return records.filter((record) => record.type === 'attempt');
}

/** A rotation of its own, with the times each destination had a turn. */
function rotation(size: number) {
  const stub = env.ROUND_ROBIN.getByName(crypto.randomUUID());
  const counts = Array.from({ length: size }, () => 0);
  return {
    stub,
    counts,
    take: async (count: number, persistMs = 60_000): Promise<number> => {
      const first = await stub.take(count, persistMs);
      for (let turn = first; turn < first + count; turn += 1) {
        counts[turn % size] = (counts[turn % size] ?? 0) + 1;
      }
      return first;
    },
  };
}

describe('round-robin', () => {
  test('goes from one destination to the next, in the order given', async () => {
    const url = rotating(...paths('order', 3));
    const went: string[] = [];
    for (let request = 0; request < 7; request += 1)
      went.push(wentTo(await send(event(url, '{}'))));
    const order = [0, 1, 2, 0, 1, 2, 0].map((index) => `/order/${index}`);
    expect(went).toEqual(order);
  });

  test('is a delivery to the route, whose job is the first destination’s', async () => {
    const url = rotating(...paths('route', 2));
    const id = { 'webhook-id': 'same-event' };
    const first = attemptsOf(await send(event(url, '{}', id)));
    const second = attemptsOf(await send(event(url, '{}', id)));
    expect(first[0]?.delivery).toEqual({
      ...second[0]?.delivery,
      correlationId: first[0]?.delivery.correlationId,
      hopId: first[0]?.delivery.hopId,
    });
    expect(first[0]?.delivery).toMatchObject({ algorithm: 'round-robin', job: '0' });
    expect(first[0]?.delivery.target).toMatch(/^round-robin:[0-9a-f]{32}$/);
    expect(first[0]?.attempt.destination).not.toBe(second[0]?.attempt.destination);
  });

  test('passes over a destination that surely did not take the event, as the same delivery', async () => {
    const url = rotating('/status/503/rotating', '/takes-over');
    const sent = await send(event(url, '{}'));
    expect([sent.response.status, wentTo(sent)]).toEqual([200, '/takes-over']);
    expect(new Set(attemptsOf(sent).map(({ delivery }) => delivery.id)).size).toBe(1);
  });

  test('is strictly even for a thousand requests at once', { timeout: 60_000 }, async () => {
    const destinations = paths('thousand', 7);
    const url = rotating(...destinations);
    const all = await Promise.all(Array.from({ length: 1_000 }, () => send(event(url, '{}'))));
    expect(all.every(({ response }) => response.status === 200)).toBe(true);
    const counts = await Promise.all(
      destinations.map(async (path) => {
        const received = await fetch(`${inject('destinationUrl')}/received?path=${path}`);
        return (await received.json<unknown[]>()).length;
      }),
    );
    expect(counts.toSorted((a, b) => a - b)).toEqual([142, 143, 143, 143, 143, 143, 143]);
  });

  test(
    'gives 70 events to 7 destinations 10 apiece though the object is evicted after each',
    { timeout: 60_000 },
    async () => {
      const url = rotating(...paths('evicted', 7));
      const counts = new Map<string, number>();
      for (let request = 0; request < 70; request += 1) {
        const path = wentTo(await send(event(url, '{}')));
        counts.set(path, (counts.get(path) ?? 0) + 1);
        await evictAllDurableObjects();
      }
      expect([...counts.values()]).toEqual([10, 10, 10, 10, 10, 10, 10]);
    },
  );

  test('chooses by the event’s id when the rotation is out of reach, and says so', async () => {
    const url = rotating(...paths('out-of-reach', 5));
    const unreachable = {
      ...env.ROUND_ROBIN,
      getByName: () => {
        throw new Error('out of reach');
      },
    } as unknown as typeof env.ROUND_ROBIN;
    const degraded = new Set<boolean | undefined>();
    const went = new Map<string, Set<string>>();
    for (let request = 0; request < 20; request += 1) {
      const id = `event-${request % 10}`;
      const sent = await send(event(url, '{}', { 'webhook-id': id }), {
        ROUND_ROBIN: unreachable,
      });
      degraded.add(attemptsOf(sent)[0]?.attempt.degraded);
      went.set(id, (went.get(id) ?? new Set()).add(wentTo(sent)));
    }
    expect([...degraded]).toEqual([true]);
    expect([...went.values()].every((places) => places.size === 1)).toBe(true);
    expect(new Set([...went.values()].flatMap((places) => [...places])).size).toBeGreaterThan(1);
  });
});

describe('the rotation object', () => {
  test('hands out every turn once when calls come at once', async () => {
    const { take, counts } = rotation(7);
    const sizes = Array.from({ length: 100 }, (_, index) => 1 + (index % 9));
    await Promise.all(sizes.map((count) => take(count)));
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  test('goes on where it was after an eviction, and after being aborted', async () => {
    const { take, stub } = rotation(1);
    expect(await take(3)).toBe(0);
    await evictDurableObject(stub);
    expect(await take(1)).toBe(3);
    await abortAllDurableObjects();
    expect(await env.ROUND_ROBIN.get(stub.id).take(1, 60_000)).toBe(4);
  });

  test('is cleared by its alarm after the persistence duration, and kept while it is used', async () => {
    const { take, stub } = rotation(1);
    await take(1, 60_000);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await take(1, 60_000)).toBe(1);
    await take(1, 0);
    await runDurableObjectAlarm(stub);
    const stored = await runInDurableObject(stub, (_object, state) => [...state.storage.kv.list()]);
    expect(stored).toEqual([]);
    expect(await take(1)).toBe(0);
  });
});
