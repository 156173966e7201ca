// What somebody sees of the live feed: new cascades wait while they read, and what they have open grows where it is.
import { createServer, type Server } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { traceDetailSchema, tracePageSchema } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';

useBrowser();

let destination: Server;
let destinationUrl: string;

beforeAll(async () => {
  destination = createServer((request, response) => {
    request.resume().on('end', () => response.end('done'));
  });
  await new Promise<void>((resolve) => destination.listen(0, '127.0.0.1', resolve));
  const address = destination.address();
  destinationUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterAll(() => {
  destination.close();
});

async function order(as: string): Promise<number> {
  const { applicationUrl } = inject('world');
  return (await placeOrder({ url: applicationUrl, as })).orderId;
}

/** The root of an order's cascade, once all that it causes has arrived. */
async function finishedCascade(orderId: number): Promise<string> {
  const { traces } = await until(
    `the cascade of order ${orderId}`,
    () => ask('/api/traces?limit=20', tracePageSchema),
    (page) =>
      page.traces.some(
        ({ root, state, deliveries }) =>
          root?.rowKey === String(orderId) && state !== 'running' && deliveries >= 4,
      ),
  );
  return traces.find(({ root }) => root?.rowKey === String(orderId))?.id ?? '';
}

/** A webhook that says which hop caused it: a new node of that hop's cascade. */
async function follow(correlationId: string, job: string): Promise<void> {
  const { edgeUrl, ingestKey } = inject('world');
  const target = encodeURIComponent(`${destinationUrl}/${job}`);
  const response = await fetch(`${edgeUrl}/?algorithm=pass-through&destinations=${target}`, {
    method: 'POST',
    headers: {
      'x-throughline-key': ingestKey,
      'x-correlation-id': correlationId,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ after: job }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

/** What the feed says to a page. */
function framesOf(page: Page): string[] {
  const frames: string[] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => frames.push(String(payload))),
  );
  return frames;
}

const hears = (frames: string[], what: string, ...texts: string[]): Promise<unknown> =>
  until(
    what,
    () => Promise.resolve(frames),
    (all) => all.some((frame) => texts.every((text) => frame.includes(text))),
  );

describe('the live feed', () => {
  test('lets new cascades wait as "1 new" while somebody reads the list', async () => {
    const before = await order('reader@example.com');
    await finishedCascade(before);
    const page = await signedIn('/dead');
    const frames = framesOf(page);
    await page.getByRole('link', { name: 'Cascades' }).first().click();
    const row = page.getByRole('link', { name: `orders #${before} new row` });
    await row.waitFor();
    await page.reload();
    await row.waitFor();
    await hears(frames, 'a subscription', '"type":"subscribed"');
    await page.getByText('Live', { exact: true }).waitFor();
    await row.hover();
    const place = await row.boundingBox();

    const after = await order('writer@example.com');
    const pill = page.getByRole('button', { name: '1 new' });
    await pill.waitFor();
    await hears(frames, 'the new cascade', '"kind":"cascade"');
    expect(await row.boundingBox()).toEqual(place);
    const added = page.getByRole('link', { name: `orders #${after} new row` });
    expect(await added.count()).toBe(0);
    await pill.click();
    await added.waitFor();
  });

  test('is not called live while the network is gone, and has what came meanwhile when it is back', async () => {
    // Where there is none yet, another page opens.
    await finishedCascade(await order('online@example.com'));
    const page = await signedIn('/');
    const feed = page.getByRole('region', { name: 'Live feed' });
    await feed.getByText('Live', { exact: true }).waitFor();
    await feed.getByRole('button', { name: 'Pause' }).click();
    await page.context().setOffline(true);
    await feed.getByText('Live', { exact: true }).waitFor({ state: 'detached' });
    const orderId = await order('offline@example.com');
    await finishedCascade(orderId);
    await page.context().setOffline(false);
    await feed.getByRole('button', { name: /^\d+ new$/ }).waitFor();
    await feed.getByRole('button', { name: 'Resume' }).click();
    await feed.getByRole('link', { name: new RegExp(`orders #${orderId}\\b`) }).waitFor();
    await feed.getByText('Live', { exact: true }).waitFor();
    expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
  });

  test('lets an open cascade grow without moving what is there', async () => {
    const traceId = await finishedCascade(await order('grows@example.com'));
    const { deliveries } = await ask(`/api/traces/${traceId}`, traceDetailSchema);
    const cause = deliveries.find(({ job }) => job === 'charge-card');
    const page = await signedIn('/cascades');
    const frames = framesOf(page);
    await page.reload();
    await hears(frames, 'a subscription', '"type":"subscribed"');
    await page.locator(`a[data-cascade="${traceId}"]`).click();
    const first = page.getByRole('button', { name: /^charge-card, job, delivered/ }).first();
    await first.waitFor();
    const place = await first.boundingBox();

    await follow(cause?.correlationId ?? '', 'grown-later');
    await hears(frames, 'its growth', '"kind":"growth"', traceId, 'grown-later');
    await until(
      'the new hop',
      () => page.getByRole('button', { name: /^grown-later, job/ }).count(),
      (count) => count > 0,
    );
    expect(await first.boundingBox()).toEqual(place);
  });

  test('folds what becomes many while one looks, without moving what is read', async () => {
    const traceId = await finishedCascade(await order('folds@example.com'));
    const { deliveries } = await ask(`/api/traces/${traceId}`, traceDetailSchema);
    const cause = deliveries.find(({ job }) => job === 'charge-card');
    const page = await signedIn(`/c/${traceId}?view=sequence&sel=${cause?.id}`);
    const read = page.getByRole('button', { name: /^charge-card, job, delivered/, pressed: true });
    await read.waitFor();
    const place = await read.boundingBox();
    for (let turn = 0; turn < 6; turn++) await follow(cause?.correlationId ?? '', 'fans-out');
    await page.getByRole('button', { name: /^6 × .*, group, 6 changes/ }).waitFor();
    expect(await read.boundingBox()).toEqual(place);
  });
});
