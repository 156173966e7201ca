// What people do with what is alike in a sequence: see how it fared without opening it, open it where it stands, walk
// into it by keyboard, and find what it hides.
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { benchCascade } from '../../bench/dashboard/cascade.ts';
import { searchOf, untilSearch } from './address.ts';
import { until } from './api.ts';
import { useBrowser } from './browser.ts';
import { openGenerated } from './generated.ts';

useBrowser();

const largeSequence = (page: Page): Locator =>
  page.getByRole('application', { name: /^Cascade sequence, 2001 nodes/ });
const groupOfStock = (page: Page): Locator =>
  largeSequence(page)
    .getByRole('button', { name: /^\d+ × stock, group, \d+ changes, \d+ retried below/ })
    .first();
const stockNodes = (page: Page): Locator =>
  page.getByRole('application').getByRole('button', { name: /^stock #\d+, table/ });

describe('the groups of the sequence', () => {
  test('say how many they hold and how those fared, open where they stand, and are open in the graph too', async () => {
    const page = await openGenerated(1_000, 'view=sequence');
    expect(await groupOfStock(page).getAttribute('aria-expanded')).toBe('false');
    await groupOfStock(page).getByText('retried below').waitFor();
    const before = await stockNodes(page).count();
    const place = await groupOfStock(page).boundingBox();
    await largeSequence(page)
      .getByRole('button', { name: /^Open \d+ × stock$/ })
      .first()
      .click();
    await untilSearch(page, 'open', /./);
    await until(
      'its members',
      () => stockNodes(page).count(),
      (count) => count > before,
    );
    expect(await groupOfStock(page).getAttribute('aria-expanded')).toBe('true');
    expect(await groupOfStock(page).boundingBox()).toEqual(place);
    const opened = searchOf(page, 'open');
    await page.getByRole('button', { name: 'Graph', exact: true }).click();
    await page
      .getByRole('application', { name: /Cascade graph/ })
      .getByRole('button', { name: /^stock #\d+, table/ })
      .first()
      .waitFor();
    expect(searchOf(page, 'open')).toBe(opened);
  });

  test('are walked into, opened and closed by keyboard alone', async () => {
    const page = await openGenerated(1_000, 'view=sequence');
    await largeSequence(page).focus();
    for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await untilSearch(page, 'sel', /^group-/);
    const panel = page.getByRole('complementary', { name: 'Group stock' });
    await panel.getByText('What caused them all').waitFor();
    const active = await largeSequence(page).getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active}"]`).getAttribute('aria-label')).toMatch(/× stock/);
    await page.keyboard.press('ArrowRight');
    await untilSearch(page, 'open', /./);
    await page.keyboard.press('ArrowRight');
    await untilSearch(page, 'sel', /^(?!group)/);
    await stockNodes(page).and(page.locator('[aria-pressed=true]')).waitFor();
    await page.keyboard.press('ArrowLeft');
    await untilSearch(page, 'sel', /^group-/);
    await page.keyboard.press('Space');
    await untilSearch(page, 'open', null);
    // Not only groups: what a node caused folds as it does in the graph.
    await page.keyboard.press('ArrowLeft');
    await untilSearch(page, 'sel', /^(?!group)/);
    await page.keyboard.press('Space');
    await untilSearch(page, 'fold', /./);
    await largeSequence(page)
      .getByRole('button', { name: /^Open, 1,99\d below$/ })
      .click();
    await untilSearch(page, 'fold', null);
  });

  test('show what is selected in them, and say how much of what is searched for they hide', async () => {
    const page = await openGenerated(1_000, 'view=sequence');
    // The last of the members, which no first page of the group would show.
    const hidden = benchCascade(1_000).events.findLast(
      ({ table, cause }) => table?.name === 'stock' && cause?.evidence === 'certain',
    );
    await page.keyboard.press('/');
    await page.keyboard.type(`row:stock#${hidden?.rowKey} kind:table`);
    await page.locator('#find-outcome').filter({ hasText: '1 found' }).waitFor();
    const holder = largeSequence(page).getByRole('button', { name: /group, .*1 found/ });
    await holder.waitFor();
    await page.keyboard.press('Enter');
    await untilSearch(page, 'sel', new RegExp(`^${hidden?.id}$`));
    await largeSequence(page)
      .getByRole('button', { name: new RegExp(`^stock #${hidden?.rowKey}, table`), pressed: true })
      .waitFor();
    await until(
      'nothing found that is hidden',
      () => holder.count(),
      (count) => count === 0,
    );
  });

  test.each(['list', 'waterfall'])('and so do those of the %s', async (view) => {
    const page = await openGenerated(1_000, `view=${view}`);
    await page.keyboard.press('/');
    await page.keyboard.type('row:stock');
    await page
      .locator('#find-outcome')
      .filter({ hasText: /\d+ found/ })
      .waitFor();
    const group = page.getByRole('row', { name: /× stock, .*\d+ found/ }).first();
    await group.getByText(/^[\d,]+ found$/).waitFor();
  });
});
