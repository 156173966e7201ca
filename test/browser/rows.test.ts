// How people find out who and what changed a row, and why; and what is not known of it.
import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { rowHistoryPageSchema, tracePageSchema } from '../../src/api/views.ts';
import { ask, finishedCascade, until } from './api.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';

useBrowser();

/** An order with all that it causes on record. */
async function order(as: string): Promise<{ orderId: number; traceId: string }> {
  const { applicationUrl } = inject('world');
  const { orderId } = await placeOrder({ url: applicationUrl, as, express: true });
  const { traces } = await until(
    `the cascade of ${as}`,
    () => ask(`/api/traces?actor=${encodeURIComponent(as)}`, tracePageSchema),
    (page) => page.traces.length > 0,
  );
  const traceId = traces[0]?.id ?? '';
  await finishedCascade(traceId);
  return { orderId, traceId };
}

async function write(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: inject('world').applicationUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

describe('the history of a row', () => {
  test('is opened from a hop, and tells who and what changed it and why', async () => {
    const { orderId, traceId } = await order('history@example.com');
    const page = await signedIn(`/c/${traceId}`);
    await page
      .getByRole('button', { name: /^charge-card, job, delivered/ })
      .first()
      .click();
    const panel = page.getByRole('complementary', { name: 'charge-card' });
    await panel.getByRole('link', { name: 'Row history' }).click();
    await page.getByRole('heading', { level: 1, name: `orders #${orderId}` }).waitFor();

    const list = page.getByRole('list', { name: `Changes of orders #${orderId}, newest first` });
    const paid = list
      .getByRole('listitem')
      .filter({ hasText: /status.*placed.*paid/s })
      .first();
    await paid.waitFor();
    expect((await paid.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
      /charge-card changed .*because history@example\.com › orders #\d+ › charge-card/,
    );
    const created = list.getByRole('listitem').filter({ hasText: 'created it' });
    await created.getByText('history@example.com').first().waitFor();

    // Into the cascade with the change selected, and back.
    await paid.getByRole('link', { name: 'Open in its cascade' }).click();
    await page.getByRole('complementary', { name: /^orders/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/c/${traceId}`);
    await page.goBack();
    await paid.waitFor();
    await page.getByRole('link', { name: 'Its cascades' }).click();
    await page.getByRole('link', { name: `orders #${orderId} new row` }).waitFor();
  });

  test('is looked at by column and by kind of actor, and as the last change of each column', async () => {
    const { orderId } = await order('blame@example.com');
    const page = await signedIn(`/rows/shop/public/orders/${orderId}`);
    const entries = page.getByRole('list', { name: /^Changes of/ }).locator('> li');
    await entries.first().waitFor();
    const all = await entries.count();
    expect(all).toBeGreaterThan(2);
    await page.getByLabel('Column').selectOption('tracking_code');
    await page.getByText(new RegExp(`^2 of ${all} changes$`)).waitFor();
    const values = page.getByRole('list', { name: 'Values of tracking_code, the oldest first' });
    await values
      .getByRole('listitem')
      .last()
      .getByText(/, stands$/)
      .waitFor();
    expect(await values.getByRole('listitem').count()).toBe(2);
    await page.getByLabel('Column').selectOption('');
    await page.getByLabel('Actor').selectOption('A person');
    await page.getByText(new RegExp(`^1 of ${all} changes$`)).waitFor();
    await page.reload();
    await page.getByText(new RegExp(`^1 of ${all} changes$`)).waitFor();
    await page.getByLabel('Column').selectOption('tracking_code');
    await page.getByLabel('Actor').selectOption('legacy');
    await page.getByRole('status').getByText('No change fits').waitFor();
    await page.getByRole('button', { name: 'Show all changes' }).click();

    await page.getByRole('button', { name: 'Blame' }).click();
    const table = page.getByRole('table', { name: 'The last change of each column' });
    const status = table.getByRole('row').filter({ hasText: /^status/ });
    expect(await status.innerText()).toMatch(/(ship-order|charge-card|send-tracking)/);
    expect(await status.innerText()).toContain('blame@example.com');
    const total = table.getByRole('row').filter({ hasText: /^total_cents/ });
    expect(await total.getByRole('cell').nth(1).innerText()).toBe('blame@example.com');
    await page.goBack();
    await entries.first().waitFor();
  });

  test('draws what nobody saw as unknown, between what was seen before and after', async () => {
    const { orderId } = await order('gap@example.com');
    await write(
      'begin',
      'set local session_replication_role = replica',
      `update orders set total_cents = total_cents + 77 where id = ${orderId}`,
      'commit',
      `update orders set shipping = 'standard', updated_by = 'gap@example.com' where id = ${orderId}`,
    );
    await until(
      'the last write on record',
      () => ask(`/api/rows/shop/public/orders/${orderId}`, rowHistoryPageSchema),
      ({ changes }) => changes[0]?.changes.some(({ column }) => column === 'shipping') === true,
    );
    const page = await signedIn(`/rows/shop/public/orders/${orderId}`);
    const unknown = page.getByRole('listitem').filter({ hasText: 'Unknown' });
    await unknown.waitFor();
    expect(await unknown.innerText()).toMatch(/between .* and .*total_cents/s);
    await page.getByRole('button', { name: 'Blame' }).click();
    const row = page.getByRole('row').filter({ hasText: /^total_cents/ });
    expect(await row.innerText()).toMatch(/Unknown\s+between .* and /s);
  });

  test('is gone on with where it was left: back from a cascade, with older changes loaded', async () => {
    const { orderId } = await order('place@example.com');
    await write(
      ...Array.from(
        { length: 60 },
        (_, turn) =>
          `update orders set total_cents = ${turn}, updated_by = 'place@example.com' where id = ${orderId}`,
      ),
    );
    await until(
      'the last write on record',
      () => ask(`/api/rows/shop/public/orders/${orderId}`, rowHistoryPageSchema),
      ({ changes }) =>
        changes[0]?.changes.some(
          ({ column, new: value }) => column === 'total_cents' && value === 59,
        ) === true,
    );
    const page = await signedIn(`/rows/shop/public/orders/${orderId}`);
    await page.getByText('50 loaded changes').waitFor();
    await page.getByRole('button', { name: 'Load older' }).click();
    await page.getByText(/^6\d changes$/).waitFor();
    const entry = page
      .getByRole('list', { name: /^Changes of/ })
      .locator('> li')
      .nth(55);
    const isInSight = (): Promise<boolean> =>
      entry.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return top > 0 && bottom < innerHeight;
      });
    expect(await isInSight()).toBe(false);
    await entry.scrollIntoViewIfNeeded();
    await entry.getByRole('link', { name: 'Open in its cascade' }).click();
    await page.getByRole('complementary', { name: /^orders/ }).waitFor();
    await page.goBack();
    await page.getByText(/^6\d changes$/).waitFor();
    await expect.poll(isInSight).toBe(true);
  });

  test('says why there is none, and that it could not be read', async () => {
    const page = await signedIn('/rows/shop/public/orders/999999');
    await page.getByRole('status').getByText('Nothing of this row has been recorded').waitFor();
    await page.getByRole('link', { name: 'Cascades that wrote orders' }).waitFor();
    const { orderId } = await order('unread@example.com');
    await page.route('**/api/rows/**', (route) => route.abort());
    const { dashboardUrl } = inject('world');
    await page.goto(`${dashboardUrl}/rows/shop/public/orders/${orderId}`);
    await page.getByRole('alert').getByText('The row’s history could not be loaded').waitFor();
    await page.unroute('**/api/rows/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('list', { name: /^Changes of/ }).waitFor();
    expectConsoleError(/ERR_FAILED/);
  });
});
