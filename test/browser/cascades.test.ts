// How people find a cascade among many: by what they type, by filters, by mouse and by keyboard alone, and what the page
// says where nothing fits, not everything was looked at, or the API refuses.
import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { tracePageSchema } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';

useBrowser();

/** Orders of one person, whose cascades are all found by their e-mail. */
async function orders(as: string, count: number): Promise<number[]> {
  const { applicationUrl } = inject('world');
  const ids: number[] = [];
  for (let n = 0; n < count; n += 1) {
    ids.push((await placeOrder({ url: applicationUrl, as })).orderId);
  }
  await until(
    `${count} cascades of ${as}`,
    () => ask(`/api/traces?actor=${encodeURIComponent(as)}`, tracePageSchema),
    ({ traces }) => traces.length === count && traces.every(({ state }) => state === 'delivered'),
  );
  return ids;
}

const rows = (page: Page) => page.locator('a[data-cascade]');
const chip = (page: Page, name: RegExp) =>
  page.getByRole('list', { name: 'Filters' }).getByRole('button', { name }).first();
const parameters = (page: Page): Record<string, string> =>
  Object.fromEntries(new URL(page.url()).searchParams);

async function countIs(page: Page, expected: number): Promise<void> {
  await until(
    'as many rows as expected',
    () => rows(page).count(),
    (n) => n === expected,
  );
}

describe('finding cascades', () => {
  test('by a row, an e-mail and a job that somebody types, each a filter in the address', async () => {
    const [first = 0, second = 0] = await orders('finder@example.com', 2);
    const page = await signedIn('/cascades');
    const field = page.getByRole('combobox', { name: 'Search cascades' });
    await field.fill('finder@example.com');
    await field.press('Enter');
    await chip(page, /^Actor: finder@example\.com/).waitFor();
    await countIs(page, 2);
    expect(parameters(page)).toEqual({ actor: 'finder@example.com' });
    await page.getByText('2 cascades', { exact: true }).waitFor();

    await field.fill(`orders ${first}`);
    await page.getByRole('option', { name: new RegExp(`^Row public.orders#${first}`) }).click();
    await chip(page, /^Row: /).waitFor();
    await countIs(page, 1);
    await page.getByRole('link', { name: `orders #${first} new row` }).waitFor();

    // The address alone restores it; back leads to where one was.
    await page.reload();
    await countIs(page, 1);
    await page.goBack();
    await page.getByRole('link', { name: `orders #${second} new row` }).waitFor();
    expect(parameters(page)).toEqual({ actor: 'finder@example.com' });

    await field.fill('charge-card');
    await field.press('Enter');
    await chip(page, /^Job: charge-card/).waitFor();
    await countIs(page, 2);
    await page.getByRole('button', { name: 'Remove filter Actor: finder@example.com' }).click();
    expect(parameters(page)).toEqual({ job: 'charge-card' });
  });

  test('by an ID, which opens what it names', async () => {
    await orders('by-id@example.com', 1);
    const { traces } = await ask('/api/traces?actor=by-id%40example.com', tracePageSchema);
    const id = traces[0]?.id ?? '';
    const page = await signedIn('/cascades');
    await page.getByRole('combobox', { name: 'Search cascades' }).fill(id);
    await page.getByRole('option', { name: /^Cascade/ }).click();
    await page.getByRole('heading', { level: 1, name: /by-id@example\.com created/ }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Cascades' }).waitFor();
  });

  test('by keyboard alone: search, add a filter, change it, take it away', async () => {
    await orders('keys@example.com', 1);
    const page = await signedIn('/cascades?actor=keys%40example.com');
    await countIs(page, 1);
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.textContent ?? '');
    const tabTo = async (text: RegExp): Promise<void> => {
      for (let n = 0; n < 40 && !text.test(await focused()); n += 1)
        await page.keyboard.press('Tab');
      expect(await focused()).toMatch(text);
    };
    await page.keyboard.press('/');
    await tabTo(/^Add filter/);
    await page.keyboard.press('Enter');
    await tabTo(/^Status$/);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Status' });
    await dialog.waitFor();
    await tabTo(/^Done$/);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toBe('Add filter');
    await chip(page, /^Status: Done/).waitFor();
    await countIs(page, 1);

    // Changed: the chip opens what it was set by, Escape leaves it as it is and returns to the chip.
    await page.keyboard.press('/');
    await tabTo(/^Status/);
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toMatch(/^Status/);
    await page.keyboard.press('Enter');
    await tabTo(/^Running$/);
    await page.keyboard.press('Enter');
    await chip(page, /^Status: Running/).waitFor();
    await page.getByRole('status').getByText('No cascade fits').waitFor();

    await page.keyboard.press('/');
    await tabTo(/^Status/);
    await page.keyboard.press('Delete');
    await countIs(page, 1);
    expect(parameters(page)).toEqual({ actor: 'keys@example.com' });
  });

  test('by when, how long and how it went, with what cannot be said where it stands', async () => {
    await orders('slow@example.com', 1);
    const page = await signedIn('/cascades?actor=slow%40example.com');
    await countIs(page, 1);
    const add = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: 'Add filter' }).click();
      await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
    };
    await add('Took');
    const took = page.getByRole('dialog', { name: 'Took' });
    await took.getByLabel('Took at least').fill('soon');
    await took.getByRole('button', { name: 'Apply' }).click();
    await took.getByText('Not a length of time.').waitFor();
    await took.getByLabel('Took at least').fill('1ms');
    await took.getByLabel('Took at most').fill('2h');
    await took.getByRole('button', { name: 'Apply' }).click();
    await chip(page, /^Took: 1 ms to 2 h/).waitFor();
    await add('Time');
    await page.getByRole('dialog').getByRole('button', { name: 'last hour' }).click();
    await chip(page, /^Time: last hour/).waitFor();
    await countIs(page, 1);
    expect(parameters(page)).toEqual({
      actor: 'slow@example.com',
      minMs: '1',
      maxMs: '7200000',
      range: '1h',
    });
    await add('Has failures');
    await page.getByRole('status').getByText('No cascade fits').waitFor();
    await page.getByRole('button', { name: 'Without “Has failures”' }).click();
    await countIs(page, 1);
    await page.getByRole('button', { name: 'Remove all' }).click();
    expect(parameters(page)).toEqual({});
  });

  test('while new ones come: those that fit wait until they are asked for, others never show', async () => {
    await orders('reader@example.com', 1);
    const page = await signedIn('/cascades?actor=reader%40example.com');
    await countIs(page, 1);
    await rows(page).first().hover();
    await orders('somebody-else@example.com', 1);
    const { applicationUrl } = inject('world');
    const { orderId } = await placeOrder({ url: applicationUrl, as: 'reader@example.com' });
    await page.getByRole('button', { name: '1 new' }).waitFor();
    await countIs(page, 1);
    await page.getByRole('button', { name: '1 new' }).click();
    await page.getByRole('link', { name: `orders #${orderId} new row` }).waitFor();
    await countIs(page, 2);
  });

  test('on a narrow screen', async () => {
    await orders('narrow@example.com', 1);
    const page = await signedIn('/cascades?actor=narrow%40example.com&errors=true&range=7d');
    await page.setViewportSize({ width: 320, height: 640 });
    await page.getByRole('status').getByText('No cascade fits').waitFor();
    await chip(page, /^Time/).click();
    const dialog = page.getByRole('dialog', { name: 'Time' });
    const box = await dialog.boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= 320).toBe(true);
    const isWide = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(isWide).toBe(false);
  });
});

describe('what the list of cascades says', () => {
  test('when a filter cannot be used: what is wrong with it, and the way out', async () => {
    const page = await signedIn('/cascades?row=nonsense');
    const alert = page.getByRole('alert');
    await alert.getByText('must name a row as orders#42').waitFor();
    expectConsoleError(/400/);
    await alert.getByRole('button', { name: 'Without “Row: nonsense”' }).click();
    expect(parameters(page)).toEqual({});
    await page.getByRole('list', { name: 'Filters' }).waitFor({ state: 'detached' });
    expectConsoleError(/400/);
  });

  test('when a text looks like an ID and is none', async () => {
    const page = await signedIn('/cascades?text=order_paid.charge-card.0199d3b0-8f2a-8c31-9d52');
    await page.getByRole('status').getByText('is no uuid: that has 36 characters').waitFor();
  });

  test('when a search has stopped before its end: how far it looked, and how to go on', async () => {
    await orders('far@example.com', 1);
    const page = await signedIn('/cascades');
    await rows(page).first().waitFor();
    // As of a store of many millions: the first answer comes before anything is found.
    await page.route(/\/api\/traces\?(?!.*cursor=)/, async (route) => {
      const response = await route.fetch();
      const whole = tracePageSchema.parse(await response.json());
      const at = whole.traces[0]?.startedAt ?? '';
      const later = new Date(Date.parse(at) + 1).toISOString().replace('Z', '000Z');
      const cursor = Buffer.from(
        JSON.stringify([later, 'ffffffff-ffff-8fff-bfff-ffffffffffff']),
      ).toString('base64url');
      await route.fulfill({
        response,
        json: {
          traces: [],
          nextCursor: cursor,
          searchedUntil: later,
          count: { value: 3, isEstimate: true },
        },
      });
    });
    const field = page.getByRole('combobox', { name: 'Search cascades' });
    await field.fill('far@example.com');
    await field.press('Enter');
    await page.getByRole('status').getByText('No cascade found so far').waitFor();
    await page.getByText('about 3 cascades').waitFor();
    await page.getByRole('button', { name: 'Search further back' }).click();
    await countIs(page, 1);
  });

  test('when the API cannot be reached, and when it is back', async () => {
    await orders('back@example.com', 1);
    const page = await signedIn('/cascades');
    await rows(page).first().waitFor();
    await page.route('**/api/traces?*', (route) => route.abort());
    const field = page.getByRole('combobox', { name: 'Search cascades' });
    await field.fill('back@example.com');
    await field.press('Enter');
    const alert = page.getByRole('alert');
    await alert.getByText('Cascades could not be loaded').waitFor();
    await page.unroute('**/api/traces?*');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await countIs(page, 1);
    expectConsoleError(/ERR_FAILED/);
  });
});
