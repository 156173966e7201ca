// A rollout as senders and destinations see it: who goes where, under which keys, and the way back.
import { describe, expect, inject, test } from 'vitest';
import type { AttemptRecord } from '../../src/store/record.ts';
import { event, send, type Sent } from './edge.ts';
import { routeUrl, stored } from './stored.ts';

const at = (path: string): string => inject('destinationUrl') + path;

/** A Hasura event about a row. */
function about(row: number, eventId = crypto.randomUUID()): string {
  return JSON.stringify({
    id: eventId,
    created_at: '2026-11-25T10:00:00.000Z',
    table: { schema: 'public', name: 'orders' },
    trigger: { name: 'order_paid' },
    event: { op: 'UPDATE', data: { old: { id: row }, new: { id: row } }, session_variables: null },
    delivery_info: { current_retry: 0, max_retries: 0 },
  });
}

function attemptsOf({ records }: Sent): AttemptRecord[] {
  return records.filter((record) => record.type === 'attempt');
}

const rows = Array.from({ length: 24 }, (_, index) => index);

/** Which rows' events went to the rollout's destination. */
async function rowsRolledOut(percent: number, given: object = {}): Promise<number[]> {
  const rollout = { percent, destinations: [at('/rollout/new')] };
  const variables = await stored({
    routes: { orders: { destinations: [at('/rollout/old')], rollout, ...given } },
  });
  const taken: boolean[] = [];
  // One after the other: what is recorded of requests at the same time goes out together.
  for (const row of rows) {
    const sent = await send(event(routeUrl('orders'), about(row)), variables);
    const { attempt, delivery } = attemptsOf(sent)[0] ?? {};
    const isNew = attempt?.destination === at('/rollout/new');
    expect(delivery).toMatchObject({ route: 'orders', isRollout: isNew });
    taken.push(isNew);
  }
  return rows.filter((row) => taken[row]);
}

describe('a rollout', () => {
  test('takes its share of rows, keeps those it has as it grows, and lets all go at 0', async () => {
    const half = await rowsRolledOut(50);
    const most = await rowsRolledOut(80);
    expect([half.length > 3, half.length < 21, most.length < 24]).toEqual([true, true, true]);
    expect(half.filter((row) => !most.includes(row))).toEqual([]);
    expect(await rowsRolledOut(50)).toEqual(half);
    expect(await rowsRolledOut(100)).toEqual(rows);
    expect(await rowsRolledOut(0)).toEqual([]);
  });

  test('to another algorithm has the deliveries of a destination on both sides under one key', async () => {
    const broadcast = {
      algorithm: 'broadcast',
      destinations: [at('/rollout/a'), at('/rollout/b')],
    };
    const body = about(1);
    const keys: (string | undefined)[] = [];
    for (const percent of [0, 100]) {
      const variables = await stored({
        routes: {
          orders: { destinations: [at('/rollout/a')], rollout: { percent, ...broadcast } },
        },
      });
      const sent = await send(event(routeUrl('orders'), body), variables);
      const toA = attemptsOf(sent).find(({ attempt }) => attempt.destination === at('/rollout/a'));
      keys.push(toA?.delivery.id);
    }
    expect(keys[0]).toBe(keys[1]);
  });

  test('of a route that chooses one of several is the same delivery on either side, by one job', async () => {
    const name = `rotating-${crypto.randomUUID()}`;
    const body = about(1);
    const deliveries: unknown[] = [];
    const went: unknown[] = [];
    for (const percent of [0, 100, 0]) {
      const variables = await stored({
        routes: {
          [name]: {
            algorithm: 'round-robin',
            destinations: [at('/rollout/r0'), at('/rollout/r1')],
            rollout: { percent, algorithm: 'round-robin', destinations: [at('/rollout/s0')] },
          },
        },
      });
      const [made] = attemptsOf(await send(event(routeUrl(name), body), variables));
      deliveries.push({ ...made?.delivery, isRollout: undefined });
      went.push(made?.attempt.destination);
    }
    expect(deliveries[1]).toEqual(deliveries[0]);
    expect(deliveries[0]).toMatchObject({ target: name, job: 'r0' });
    // The rollout's turn is none of the route's own rotation.
    expect(went).toEqual([at('/rollout/r0'), at('/rollout/s0'), at('/rollout/r1')]);
  });

  test('that cannot be used takes nobody', async () => {
    const rollout = { percent: 100, destinations: ['https://elsewhere.example'] };
    expect(await rowsRolledOut(100, { rollout })).toEqual([]);
    const unknown = { percent: 100, algorithm: 'magic', destinations: [at('/rollout/new')] };
    expect(await rowsRolledOut(100, { rollout: unknown })).toEqual([]);
  });
});
