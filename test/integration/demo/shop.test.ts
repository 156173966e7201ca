// People who order, and the command that places one order and finds its cascade.
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { installEventCatalogue } from '../../../demo/event-engine/catalog.ts';
import { shopTriggers } from '../../../demo/event-engine/shop-triggers.ts';
import { findCascade } from '../../../demo/shop/find-cascade.ts';
import { people } from '../../../demo/shop/people.ts';
import { placeOrder } from '../../../demo/shop/place-order.ts';
import { startShop } from '../../../demo/shop/shop.ts';
import { startShopWorld } from './shop-world.ts';
import type { ShopWorld } from './shop-world.ts';

let world: ShopWorld;

beforeAll(async () => {
  world = await startShopWorld({ engine: false });
  const nowhere = 'http://127.0.0.1:1';
  await installEventCatalogue(
    world.url,
    shopTriggers({ edgeUrl: nowhere, ingestKey: 'key', jobsUrl: nowhere }),
  );
});
afterAll(() => world.stop());

async function startApi(answers: { status: number; body: unknown }[]) {
  const asked: { path: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    response.writeHead(answer?.status ?? 500, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer?.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function placed() {
  return placeOrder({ url: world.url, as: 'jane@example.com' });
}

function worldOf(edgeUrl: string) {
  return {
    applicationUrl: world.url,
    dashboardUrl: 'http://127.0.0.1:8788',
    edgeUrl,
    apiToken: 'token',
    pid: process.pid,
  };
}

describe('an order', () => {
  it('is written whole, with its total, by the person', async () => {
    const { orderId, totalCents } = await placeOrder({
      url: world.url,
      as: 'jane@example.com',
      express: true,
    });
    const found = await world.client.query(
      `select o.updated_by, o.shipping, o.total_cents,
         sum(i.quantity * i.price_cents)::int as of_items, array_agg(distinct i.updated_by) as by
       from orders o join order_items i on i.order_id = o.id where o.id = $1 group by o.id`,
      [orderId],
    );
    expect(found.rows).toEqual([
      {
        updated_by: 'jane@example.com',
        shipping: 'express',
        total_cents: totalCents,
        of_items: totalCents,
        by: ['jane@example.com'],
      },
    ]);
  });

  it('is one transaction: all its events have one time', async () => {
    const { orderId } = await placeOrder({ url: world.url, as: 'jane@example.com' });
    const found = await world.client.query(
      `select count(*)::int as events, count(distinct created_at)::int as times
       from hdb_catalog.event_log where table_name = 'orders' and payload #>> '{data,new,id}' = $1`,
      [String(orderId)],
    );
    expect(found.rows).toEqual([{ events: 2, times: 1 }]);
  });
});

describe('a busy shop', () => {
  it('has several people ordering and the nightly script running, until it is stopped', async () => {
    const lines: string[] = [];
    const shop = await startShop({
      url: world.url,
      everyMs: 30,
      nightlyEveryMs: 60,
      seed: 7,
      onLine: (line) => lines.push(line),
    });
    await vi.waitFor(
      () => {
        const ordering = people.filter((person) => lines.some((line) => line.startsWith(person)));
        expect(ordering.length).toBeGreaterThan(2);
        expect(lines.join('\n')).toContain('nightly price run');
      },
      { timeout: 20_000 },
    );
    await shop.stop();
    const connected = await world.client.query(
      `select 1 from pg_stat_activity
       where datname = current_database() and application_name in ('shop', 'nightly-prices')`,
    );
    expect(connected.rowCount).toBe(0);
  });

  it('says what fails and goes on', async () => {
    const problems: string[] = [];
    const shop = await startShop({
      url: world.url.replace(/\/[^/]+$/, '/nothing_here'),
      everyMs: 20,
      onProblem: (line) => problems.push(line),
    });
    await vi.waitFor(() => expect(problems.length).toBeGreaterThan(1), { timeout: 20_000 });
    await shop.stop();
    expect(problems[0]).toContain('nothing_here');
  });
});

describe('the cascade of an order', () => {
  it('is found once the event is recorded', async () => {
    const traceId = '0192c2f0-5b1e-8a3c-9a2e-6f0000000000';
    const api = await startApi([
      { status: 404, body: {} },
      { status: 404, body: {} },
      { status: 200, body: { id: 'x', traceId } },
    ]);
    const { orderId } = await placed();
    const row = { table: 'orders', id: orderId };
    expect(await findCascade(worldOf(api.url), row, 10_000)).toBe(
      `http://127.0.0.1:8788/c/${traceId}`,
    );
    const event = await world.client.query<{ id: string }>(
      `select id from hdb_catalog.event_log where payload #>> '{data,new,id}' = $1`,
      [String(orderId)],
    );
    expect(event.rows.map(({ id }) => `/api/events/${id}`)).toContain(api.asked[0]?.path);
    expect(api.asked.map(({ authorization }) => authorization)).toEqual(
      Array.from({ length: 3 }, () => 'Bearer token'),
    );
    await api.stop();
  });

  it('that cannot be found is told with the last answer', async () => {
    const api = await startApi([{ status: 401, body: { title: 'no such token' } }]);
    const { orderId } = await placed();
    await expect(
      findCascade(worldOf(api.url), { table: 'orders', id: orderId }, 10_000),
    ).rejects.toThrow(/did not show it.*401.*no such token/s);
    await api.stop();
  });
});
