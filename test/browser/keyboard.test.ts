// What people do without a mouse: find anything by the palette, go to pages by two letters, and look up the keys.
import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { traceDetailSchema, tracePageSchema } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';

useBrowser();

const palette = (page: Page) => page.getByRole('dialog', { name: 'Find anything' });
const field = (page: Page) => palette(page).getByRole('combobox');
const highlighted = (page: Page) => palette(page).locator('[role="option"][data-highlighted]');

async function openPalette(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await page.keyboard.press('Control+k');
  await field(page).waitFor();
}

async function orderedBy(email: string): Promise<{ orderId: number; traceId: string }> {
  const { applicationUrl } = inject('world');
  const { orderId } = await placeOrder({ url: applicationUrl, as: email });
  const { traces } = await until(
    'the order’s cascade',
    () => ask('/api/traces?limit=20', tracePageSchema),
    (answer) => answer.traces.some(({ root }) => root?.rowKey === String(orderId)),
  );
  const traceId = traces.find(({ root }) => root?.rowKey === String(orderId))?.id ?? '';
  return { orderId, traceId };
}

describe('the palette, by keyboard only', () => {
  test('leads from a pasted correlation ID to the hop, and remembers it', async () => {
    const { traceId } = await orderedBy('palette@example.com');
    const detail = await until(
      'a delivery',
      () => ask(`/api/traces/${traceId}`, traceDetailSchema),
      ({ deliveries }) => deliveries.length > 0,
    );
    const [delivery] = detail.deliveries;
    const page = await signedIn('/dead');
    await openPalette(page);
    await page.keyboard.insertText(delivery?.correlationId ?? '');
    await highlighted(page)
      .filter({ hasText: delivery?.job ?? '' })
      .waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('sel') === delivery?.id);
    expect(new URL(page.url()).pathname).toMatch(/^\/c\//);

    await openPalette(page);
    await palette(page)
      .getByRole('group', { name: 'Recent' })
      .getByRole('option')
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await palette(page).waitFor({ state: 'detached' });
    // Escape closed the palette, and left the selection alone.
    expect(new URL(page.url()).searchParams.get('sel')).toBe(delivery?.id);
  });

  test('finds a row by orders#id, and a person by e-mail', async () => {
    const { orderId } = await orderedBy('finder@example.com');
    const page = await signedIn('/cascades');
    await openPalette(page);
    await page.keyboard.insertText(`orders#${orderId}`);
    await highlighted(page)
      .filter({ hasText: `orders#${orderId}` })
      .waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('finder@example.com');
    await highlighted(page).filter({ hasText: 'finder@example.com' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.search.includes('finder'));
  });

  test('asks the resolver when somebody is faster than the search', async () => {
    const page = await signedIn('/cascades');
    await openPalette(page);
    await page.keyboard.insertText('nothing-is-called-this');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/id/nothing-is-called-this');
    await page.getByText('Nothing is known by this').waitFor();
  });

  test('does not move what is highlighted when the search answers late', async () => {
    const page = await signedIn('/cascades');
    const held = Promise.withResolvers<void>();
    await page.route('**/api/search*', async (route) => {
      await held.promise;
      await route.continue();
    });
    await openPalette(page);
    await page.keyboard.type('ca');
    await palette(page)
      .getByRole('option', { name: /^Cascades/ })
      .waitFor();
    await page.keyboard.press('ArrowDown');
    const before = await highlighted(page).innerText();
    expect(await palette(page).getByRole('group', { name: 'Found' }).count()).toBe(0);
    held.resolve();
    await palette(page).getByRole('group', { name: 'Found' }).getByRole('option').first().waitFor();
    expect(await highlighted(page).innerText()).toBe(before);
    expect(await highlighted(page).count()).toBe(1);
  });

  test('says so when the search fails, and still leads to pages', async () => {
    const page = await signedIn('/cascades');
    await page.route('**/api/search*', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'Out of reach', status: 503, detail: 'The store is away.' }),
      }),
    );
    await openPalette(page);
    await page.keyboard.insertText('zzzz');
    await palette(page).getByText('The search failed: The store is away.').waitFor();
    expectConsoleError(/503/);
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('cover');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Coverage' }).waitFor();
    expectConsoleError(/503/);
  });

  test('changes the theme and the zone of times', async () => {
    const page = await signedIn('/cascades');
    await openPalette(page);
    await page.keyboard.insertText('theme dark');
    await page.keyboard.press('Enter');
    await palette(page).waitFor({ state: 'detached' });
    expect(await page.locator('html').getAttribute('data-mode')).toBe('dark');
    await openPalette(page);
    await page.keyboard.insertText('times');
    const zone = (await highlighted(page).innerText()).includes('UTC') ? 'UTC' : 'local';
    await page.keyboard.press('Enter');
    await palette(page).waitFor({ state: 'detached' });
    await openPalette(page);
    await page.keyboard.insertText('times');
    const other = zone === 'UTC' ? 'Times in local time' : 'Times in UTC';
    await highlighted(page).filter({ hasText: other }).waitFor();
  });
});

describe('keys', () => {
  test('lead by g and a letter to every page, and back works', async () => {
    const page = await signedIn('/cascades');
    await page.getByRole('heading', { level: 1, name: 'Cascades' }).waitFor();
    for (const [letter, title] of [
      ['d', 'Dead letters'],
      ['i', 'Circuits'],
      ['v', 'Coverage'],
      ['r', 'Routes'],
      ['c', 'Cascades'],
    ] as const) {
      await page.keyboard.press('g');
      await page.keyboard.press(letter);
      await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
    }
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Routes', exact: true }).waitFor();
  });

  test('are listed by ? on every page, the page’s own beside those of all', async () => {
    const page = await signedIn('/cascades');
    for (const path of ['/cascades', '/dead', '/coverage', '/admin/routes', '/admin/keys']) {
      await page.goto(new URL(path, page.url()).href);
      await page.locator('main h1').first().waitFor();
      await page.keyboard.press('?');
      const sheet = page.getByRole('dialog', { name: 'Keys' });
      await sheet.getByRole('region', { name: 'Everywhere' }).waitFor();
      const own = await sheet.getByRole('region', { name: 'On this page' }).count();
      expect(own, path).toBe(path === '/cascades' || path === '/dead' ? 1 : 0);
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });
    }
  });

  test('mean nothing alone once somebody has switched them off, but Ctrl K does', async () => {
    const page = await signedIn('/dead');
    await page.locator('main h1').first().waitFor();
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keys' });
    await sheet.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.keyboard.press('?');
    await openPalette(page);
    expect(await sheet.count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe('/dead');
  });
});
