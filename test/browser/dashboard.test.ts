// What a team member does: watches a write turn into a cascade, opens it, reads a hop's logs, and goes on
// working when Grafana is away.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { tracePageSchema } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { expectConsoleError, freshPage, signedIn, useBrowser } from './browser.ts';

useBrowser();

async function order(as: string): Promise<number> {
  const { applicationUrl } = inject('world');
  return (await placeOrder({ url: applicationUrl, as, express: true })).orderId;
}

// In a world in which nothing has happened the pages guide to the first cascade instead (first-minutes).
beforeAll(async () => {
  await order('first@example.com');
  await until(
    'a first cascade',
    () => ask('/api/traces?limit=1', tracePageSchema),
    ({ traces }) => traces.length > 0,
  );
});

async function logServer(verb: 'stop' | 'start'): Promise<void> {
  const response = await fetch(`${inject('world').controlUrl}/${verb}/log-server`, {
    method: 'POST',
  });
  if (!response.ok) throw new Error(await response.text());
}

/** Opens the cascade of an order from the list, once its row is there. */
async function openCascade(page: Page, orderId: number): Promise<void> {
  await page.getByRole('link', { name: `orders #${orderId} new row` }).click();
  await page.getByRole('heading', { level: 1, name: `created orders #${orderId}` }).waitFor();
}

describe('the dashboard', () => {
  test('asks for a token and opens with the right one only', async () => {
    const { dashboardUrl, apiToken } = inject('world');
    const page = await freshPage();
    await page.goto(dashboardUrl);
    const field = page.getByLabel(/token/i);
    await field.fill('tl_api_wrong');
    await field.press('Enter');
    await page.getByRole('alert').waitFor();
    expectConsoleError(/401/);
    await field.fill(apiToken);
    await field.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expectConsoleError(/401/);
  });

  test('does not keep the token in the address', async () => {
    const page = await signedIn('/');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(page.url()).not.toContain('token');
  });

  test('shows a new cascade by itself, and a write as at least four hops', async () => {
    const page = await signedIn('/cascades');
    await page.getByRole('heading', { level: 1, name: 'Cascades' }).waitFor();
    const orderId = await order('watched@example.com');
    await openCascade(page, orderId);
    const canvas = page.getByRole('application');
    for (const job of [
      'charge-card',
      'ship-order',
      'notify-warehouse',
      'send-tracking',
      'deliver-email',
    ]) {
      await canvas
        .getByRole('button', { name: new RegExp(`^${job}, job, delivered`) })
        .first()
        .waitFor();
    }
    await canvas
      .getByRole('button', { name: /^shipments #\d+, table, new row.* caused by ship-order\./ })
      .waitFor();
  });

  test('shows of a selected hop why it ran and the logs of its own job', async () => {
    const page = await signedIn('/cascades');
    await openCascade(page, await order('logs@example.com'));
    await page.getByRole('button', { name: /^ship-order, job, delivered/ }).click();
    const panel = page.getByRole('complementary', { name: 'ship-order' });
    await panel.getByRole('log').getByText('ship-order done').waitFor();
    const why = panel.getByRole('region', { name: /why/i });
    const chain = await why.getByRole('listitem').allInnerTexts();
    expect(chain.join(' ')).toMatch(
      /logs@example\.com.*orders #\d+.*charge-card.*payments #\d+.*ship-order/s,
    );
    // The address restores the same picture.
    await page.reload();
    await panel.getByRole('log').getByText('ship-order done').waitFor();
  });

  test('says "Grafana Offline" when the log server is gone, and everything else works', async () => {
    const page = await signedIn('/cascades');
    await openCascade(page, await order('offline@example.com'));
    await logServer('stop');

    await page.getByRole('button', { name: /^charge-card, job, delivered/ }).click();
    const panel = page.getByRole('complementary', { name: 'charge-card' });
    await panel.getByRole('alert').getByText('Grafana Offline').waitFor();
    await panel.getByRole('tab', { name: /Attempts/ }).click();
    await panel.getByText('HTTP 200').first().waitFor();
    await panel.getByRole('tab', { name: 'Request' }).click();
    await panel.getByText('offline@example.com').first().waitFor();

    // The next order is still recorded and shown.
    const next = await order('still@example.com');
    await page.getByRole('link', { name: 'Cascades' }).first().click();
    await openCascade(page, next);
    await page.getByRole('button', { name: /^send-tracking, job, delivered/ }).click();
    const last = page.getByRole('complementary', { name: 'send-tracking' });
    await last.getByRole('alert').getByText('Grafana Offline').waitFor();

    await logServer('start');
    await last.getByRole('button', { name: 'Try now' }).click();
    await last.getByRole('log').getByText('send-tracking done').waitFor();
  });
});
