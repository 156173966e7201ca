// What the address /id/… does with whatever somebody pastes: straight to what it names, or what is wrong with it.
import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { searchViewSchema } from '../../src/api/search-views.ts';
import { type TraceDetail, tracePageSchema } from '../../src/api/views.ts';
import { ask, finishedCascade, until } from './api.ts';
import { signedIn, useBrowser } from './browser.ts';

useBrowser();

async function cascadeOf(as: string): Promise<{ orderId: number; detail: TraceDetail }> {
  const { applicationUrl } = inject('world');
  const { orderId } = await placeOrder({ url: applicationUrl, as });
  const { traces } = await until(
    `the cascade of ${as}`,
    () => ask(`/api/traces?actor=${encodeURIComponent(as)}`, tracePageSchema),
    (page) => page.traces.length > 0,
  );
  return { orderId, detail: await finishedCascade(traces[0]?.id ?? '') };
}

const opened = (text: string): Promise<Page> => signedIn(`/id/${encodeURIComponent(text)}`);

async function isAt(page: Page, path: string, search: Record<string, string>): Promise<void> {
  await page.waitForURL((url) => url.pathname === path);
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject(search);
}

describe('the resolver', () => {
  test('leads from an ID to the hop, the cascade or the event that bears it', async () => {
    const { detail } = await cascadeOf('resolver@example.com');
    const path = `/c/${detail.trace.id}`;
    const [hop] = detail.deliveries;
    const [event] = detail.events;
    if (!hop || !event) throw new Error('a cascade with a hop');

    let page = await opened(hop.correlationId);
    await isAt(page, path, { sel: hop.id });
    await page.getByRole('complementary', { name: hop.job }).waitFor();
    // Going back does not lead to the resolver again.
    page = await opened(detail.trace.id);
    await isAt(page, path, {});
    page = await opened(event.id);
    await isAt(page, path, { sel: event.id });
    page = await opened(hop.id);
    await isAt(page, path, { sel: hop.id });
    // Quoted, in capitals, as it was copied from a log.
    page = await opened(`"${detail.trace.id.toUpperCase()}"`);
    await isAt(page, path, {});
  });

  test('leads from a webhook’s id to its event', async () => {
    const { edgeUrl, ingestKey, applicationUrl } = inject('world');
    const { orderId } = await placeOrder({ url: applicationUrl, as: 'hook@example.com' });
    const id = `evt-${orderId}-resolver`;
    const response = await fetch(
      `${edgeUrl}/?algorithm=broadcast&destinations=http://127.0.0.1:9/hook`,
      {
        method: 'POST',
        headers: {
          'x-throughline-key': ingestKey,
          'webhook-id': id,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ hello: orderId }),
      },
    );
    expect(response.status).toBeLessThan(300);
    await until(
      'the webhook on record',
      () => ask(`/api/search?q=${id}`, searchViewSchema),
      ({ answers }) => answers.length > 0,
    );
    const page = await opened(id);
    await page.waitForURL((url) => url.pathname.startsWith('/c/'));
    expect(new URL(page.url()).searchParams.get('sel')).toBe(id);
  });

  test('leads from a row or a person to their cascades', async () => {
    const { orderId } = await cascadeOf('person@example.com');
    let page = await opened(`orders#${orderId}`);
    await isAt(page, '/cascades', { row: `shop/public/orders/${orderId}` });
    await page.getByRole('link', { name: `orders #${orderId} new row` }).waitFor();
    page = await opened('person@example.com');
    await isAt(page, '/cascades', { actor: 'person@example.com' });
    await page.getByRole('link', { name: `orders #${orderId} new row` }).waitFor();
  });

  test('offers a choice where a name is that of several things', async () => {
    await cascadeOf('several@example.com');
    const page = await opened('order');
    await page.getByRole('status').getByText('This can be several things').waitFor();
    await page
      .getByRole('link', { name: /^Table/ })
      .first()
      .click();
    await page.waitForURL((url) => url.pathname === '/cascades');
  });

  test('says what is wrong with what names nothing', async () => {
    for (const [text, wrong] of [
      ['order_paid.charge-card.0199d3b0-8f2a-8c31-9d52', /is no uuid: that has 36 characters/],
      [
        '0199d3b0-8f2a-8c31-9d52-000000000001',
        /none of Throughline’s|nothing with it has been recorded/,
      ],
      ['f'.repeat(63), /has 64 hex digits. This one has 63/],
      ['utter nonsense/#', /No event, hop, row, person, job or trigger/],
    ] as const) {
      const page = await opened(text);
      const notice = page.getByRole('status').filter({ hasText: 'Nothing is known by this' });
      await notice.getByText(wrong).waitFor();
      await notice.getByText(text, { exact: true }).waitFor();
    }
  });
});
