// What people do with the four views of one cascade: switch between them, walk by keyboard alone, find and filter,
// open groups, and send each other addresses that show the same.
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { tracePageSchema, type TraceDetail } from '../../src/api/views.ts';
import { searchOf, untilSearch } from './address.ts';
import { ask, finishedCascade, until } from './api.ts';
import { consoleErrors, expectConsoleError, signedIn, useBrowser } from './browser.ts';
import { openGenerated } from './generated.ts';

useBrowser();

let real: TraceDetail;

beforeAll(async () => {
  const { applicationUrl } = inject('world');
  const as = 'views@example.com';
  const { orderId } = await placeOrder({ url: applicationUrl, as, express: true });
  const { traces } = await until(
    'the order’s cascade in the list',
    () => ask('/api/traces?limit=20', tracePageSchema),
    (page) => page.traces.some(({ root }) => root?.rowKey === String(orderId)),
  );
  const trace = traces.find(({ root }) => root?.rowKey === String(orderId));
  if (trace === undefined) throw new Error('The cascade has gone from the list.');
  // What waits for an attempt of the edge's is not at rest: more can follow from it.
  real = await until(
    'a cascade to which nothing is added any more',
    () => finishedCascade(trace.id),
    ({ deliveries }) => deliveries.every(({ state }) => state !== 'waiting'),
    120_000,
  );
}, 180_000);

/** A real cascade's page. */
async function open(query = ''): Promise<Page> {
  const page = await signedIn(`/c/${real.trace.id}?${query}`);
  await page.locator('[data-view]').waitFor();
  return page;
}

const grid = (page: Page): Locator => page.getByRole('treegrid');
const canvas = (page: Page): Locator => page.getByRole('application', { name: /Cascade graph/ });
const selected = (page: Page): Locator => grid(page).getByRole('row', { selected: true });

async function selectedName(page: Page): Promise<string> {
  return (await selected(page).getAttribute('aria-label')) ?? '';
}

describe('the list', () => {
  test('has a row for every node, which reads as a sentence and tells its place in the tree', async () => {
    const page = await open('view=list');
    const hop = grid(page).getByRole('row', { name: /^ship-order, job, delivered, .*caused by/ });
    await hop.waitFor();
    expect(Number(await hop.getAttribute('aria-level'))).toBeGreaterThan(3);
    const place = Number(await hop.getAttribute('aria-posinset'));
    expect(place).toBeGreaterThanOrEqual(1);
    expect(Number(await hop.getAttribute('aria-setsize'))).toBeGreaterThanOrEqual(place);
    const names = await grid(page).getByRole('columnheader').allInnerTexts();
    expect(names).toEqual(['Time', 'Name', 'Cause', 'Outcome', 'Attempts', 'Took']);
    const actor = grid(page).getByRole('row', { name: /^views@example\.com, user/ });
    expect(await actor.getAttribute('aria-level')).toBe('1');
    const jobs = new Set(real.deliveries.map(({ job }) => job));
    for (const job of jobs) {
      await grid(page)
        .getByRole('row', { name: new RegExp(`^${job}, job`) })
        .first()
        .waitFor();
    }
  });

  test('is what small screens show', async () => {
    const page = await open('view=list');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(new URL(`/c/${real.trace.id}`, page.url()).href);
    await grid(page).waitFor();
    const widths = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(widths[0]).toBeLessThanOrEqual(widths[1] ?? 0);
  });

  test('is walked by keyboard alone: rows, causes, folds, the panel and back', async () => {
    const page = await open('view=list');
    await grid(page).focus();
    await page.keyboard.press('ArrowDown');
    await untilSearch(page, 'sel', /^actor-/);
    expect(await selectedName(page)).toMatch(/^views@example\.com/);
    await page.keyboard.press('ArrowRight');
    await untilSearch(page, 'sel', /^(?!actor)/);
    const order = await selectedName(page);
    expect(order).toMatch(/^orders #\d+, table/);
    const rows = await grid(page).getByRole('row').count();
    await page.keyboard.press('Space');
    await grid(page).getByRole('row', { expanded: false }).first().waitFor();
    expect(await grid(page).getByRole('row').count()).toBeLessThan(rows);
    await page.keyboard.press('Space');
    await until(
      'the rows again',
      () => grid(page).getByRole('row').count(),
      (count) => count === rows,
    );
    await page.keyboard.press('Enter');
    const heading = page.locator('#node-panel h2');
    await until(
      'the focus in the panel',
      () => heading.evaluate((element) => document.activeElement === element),
      Boolean,
    );
    await page.keyboard.press('Escape');
    await until(
      'the focus back in the list, on the same row',
      () => grid(page).evaluate((element) => document.activeElement === element),
      Boolean,
    );
    expect(await selectedName(page)).toBe(order);
    const active = await grid(page).getAttribute('aria-activedescendant');
    expect(await selected(page).getAttribute('id')).toBe(active);
  });
});

describe('the views', () => {
  test('keep selection, find and filters when one goes from one to another', async () => {
    const page = await open('view=list&q=ship');
    const row = /^ship-order, job, delivered/;
    await grid(page).getByRole('row', { name: row }).click();
    await untilSearch(page, 'sel', /./);
    const sel = searchOf(page, 'sel');
    await page.getByRole('button', { name: 'Waterfall' }).click();
    await page.getByRole('treegrid', { name: /on linear time/ }).waitFor();
    expect(await selectedName(page)).toMatch(row);
    await page.keyboard.press('1');
    const sequence = page.getByRole('application');
    await sequence.getByRole('button', { name: row, pressed: true }).waitFor();
    await page.getByRole('complementary', { name: 'ship-order' }).waitFor();
    expect([searchOf(page, 'sel'), searchOf(page, 'q')]).toEqual([sel, 'ship']);
    await page.goBack();
    await page.getByRole('treegrid', { name: /on linear time/ }).waitFor();
    await page.keyboard.press('4');
    await page.getByRole('treegrid', { name: /as a list/ }).waitFor();
    expect(await selectedName(page)).toMatch(row);

    // The filter holds in all of them, and the address shows the same to somebody else.
    await page.keyboard.press('p');
    await untilSearch(page, 'path', /true/);
    const path = await grid(page).getByRole('row').count();
    await page.keyboard.press('1');
    await sequence.getByRole('button', { name: row }).waitFor();
    expect(await sequence.getByRole('button').count()).toBe(path - 1);
    const other = await open(new URL(page.url()).search.slice(1));
    await other
      .getByRole('application')
      .getByRole('button', { name: row, pressed: true })
      .waitFor();
    expect(await other.getByRole('application').getByRole('button').count()).toBe(path - 1);
  });
});

describe('the waterfall', () => {
  test('zooms to the time that is dragged over, keeps it in the address, and gives the whole back', async () => {
    const page = await open('view=waterfall');
    const waterfall = page.getByRole('treegrid', { name: /on linear time/ });
    const axis = waterfall.getByRole('columnheader', { name: 'Time' });
    const box = await axis.boundingBox();
    if (box === null) throw new Error('The axis is not drawn.');
    await page.mouse.move(box.x + box.width * 0.2, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await untilSearch(page, 't1', /^\d+$/);
    expect(searchOf(page, 'sel')).toBeNull();
    const span = Number(searchOf(page, 't1')) - Number(searchOf(page, 't0'));
    const { durationMs } = real.trace;
    expect(span / (durationMs ?? 0)).toBeGreaterThan(0.1);
    expect(span / (durationMs ?? 0)).toBeLessThan(0.3);
    await page.reload();
    await waterfall.waitFor();
    await page.keyboard.press('f');
    await untilSearch(page, 't1', null);
    await page.goBack();
    await untilSearch(page, 't1', /^\d+$/);
  });

  test('reads each row with its time, and says what is on the critical path', async () => {
    const page = await open('view=waterfall');
    const rows = grid(page).getByRole('row', { name: /, at .*, on the critical path$/ });
    await rows.first().waitFor();
    expect(await rows.count()).toBeGreaterThan(2);
    await grid(page).getByText('critical path').waitFor();
  });
});

describe('the graph', () => {
  test('has the nodes of the list, the same selection, and its keys', async () => {
    const page = await open('view=list');
    const row = /^ship-order, job, delivered/;
    await grid(page).getByRole('row', { name: row }).click();
    await page.keyboard.press('2');
    await canvas(page).getByRole('button', { name: row, pressed: true }).waitFor();
    const active = await canvas(page).getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active}"]`).getAttribute('aria-label')).toMatch(row);
    await page.keyboard.press('ArrowLeft');
    await canvas(page)
      .getByRole('button', { name: /^payments #\d+, table/, pressed: true })
      .waitFor();
    await page.keyboard.press('ArrowRight');
    const effect = canvas(page).getByRole('button', {
      name: /caused by payments #/,
      pressed: true,
    });
    const reached = (await effect.getAttribute('aria-label')) ?? '';
    await page.setViewportSize({ width: 2_800, height: 1_400 });
    // The graph hears of its new size a moment later, so that a first fit can be one to the old.
    const jobs = new Set(real.deliveries.map(({ job }) => job));
    await until(
      'a hop of every job in sight',
      async () => {
        await page.keyboard.press('f');
        const labels = await canvas(page)
          .getByRole('button', { name: /^[\w-]+, job, / })
          .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label') ?? ''));
        return [...jobs].filter((job) => !labels.some((label) => label.startsWith(`${job}, job`)));
      },
      (missing) => missing.length === 0,
    );
    await page.keyboard.press('Shift+Tab');
    await page.getByRole('button', { name: 'Show as list' }).press('Enter');
    await grid(page).waitFor();
    // A node's name has the words that stand on it at its end.
    const listed = await selectedName(page);
    expect(listed).not.toBe('');
    expect(reached.startsWith(listed)).toBe(true);
  });

  test('is what a cascade of 10,000 hops opens as, with few elements, and opens its groups in place', async () => {
    const page = await openGenerated(10_000, '');
    const group = canvas(page)
      .getByRole('button', { name: /^\d+ × stock, group/ })
      .first();
    await group.waitFor();
    expect(await page.locator('*').count()).toBeLessThan(3_000);
    await canvas(page)
      .getByRole('button', { name: /^Open, \d+/ })
      .first()
      .click();
    await untilSearch(page, 'open', /./);
    await until(
      'the members of the group',
      () =>
        canvas(page)
          .getByRole('button', { name: /^stock #\d+, table/ })
          .count(),
      (count) => count > 3,
    );
    await page.getByRole('button', { name: 'Fit all' }).click();
    await page.locator('[data-lod=bars]').waitFor();
    expect(await page.locator('.react-flow__node').count()).toBe(0);
    // What is drawn as bars has a name all the same.
    await canvas(page).focus();
    await page.keyboard.press('e');
    await untilSearch(page, 'sel', /./);
    await until(
      'an element of what is active',
      async () => {
        const active = await canvas(page).getAttribute('aria-activedescendant');
        return page.locator(`[id="${active}"]`).textContent();
      },
      (text) => /attempt|dead letter/.test(text ?? ''),
    );
    for (const view of ['Waterfall', 'List', 'Sequence']) {
      await page.getByRole('button', { name: view, exact: true }).click();
      await page.locator(`[data-view=${view.toLowerCase()}]`).waitFor();
      await page.getByRole('complementary').first().waitFor();
      expect(await page.locator('*').count(), view).toBeLessThan(3_000);
    }
  });
});

describe('a find inside', () => {
  test('counts, leads from hit to hit, and stays in the address', async () => {
    const page = await open('view=list');
    await page.keyboard.press('/');
    await page.keyboard.type('kind:job status:delivered');
    const outcome = page.locator('#find-outcome');
    const delivered = real.deliveries.filter(({ state }) => state === 'delivered').length;
    await outcome.filter({ hasText: `${delivered} found` }).waitFor();
    await page.keyboard.press('Enter');
    await outcome.filter({ hasText: `1 of ${delivered}` }).waitFor();
    expect(await selectedName(page)).toMatch(/, job, delivered/);
    await page.keyboard.press('Escape');
    await untilSearch(page, 'q', null);
    await page.goto(new URL(`/c/${real.trace.id}?view=list&q=kind:job`, page.url()).href);
    await until(
      'every hop found',
      () => outcome.innerText(),
      (text) => text === `${real.deliveries.length} found`,
      30_000,
    );
    await grid(page).focus();
    await page.keyboard.press('n');
    await outcome.filter({ hasText: `1 of ${real.deliveries.length}` }).waitFor();
    await page.keyboard.press('Shift+N');
    const last = `${real.deliveries.length} of ${real.deliveries.length}`;
    await outcome.filter({ hasText: last }).waitFor();
  });

  test('says what it does not understand', async () => {
    const page = await open('view=list');
    await page.getByRole('searchbox', { name: 'Find in this cascade' }).fill('took:>soon');
    await page.getByRole('alert').getByText('took: needs a time').waitFor();
  });
});

describe('a cascade with groups', () => {
  test('shows what is alike as one row with its count, and opens it in place, page by page', async () => {
    const page = await openGenerated(1_000, 'view=list');
    const group = grid(page)
      .getByRole('row', { name: /^\d+ × stock, group, \d+ changes/ })
      .first();
    const size = Number(/^(\d+) ×/.exec((await group.getAttribute('aria-label')) ?? '')?.[1]);
    expect(size).toBeGreaterThan(100);
    expect(await group.getAttribute('aria-expanded')).toBe('false');
    await group.getByRole('button', { name: 'Open' }).click();
    await untilSearch(page, 'open', /./);
    const member = grid(page).locator(`[role=row][aria-setsize="${size}"]`).first();
    await member.waitFor();
    const more = (rest: number): Locator =>
      grid(page).getByRole('button', { name: `Show 50 more of ${rest}` });
    await until(
      'the end of the first page',
      async () => {
        await grid(page).hover();
        await page.mouse.wheel(0, 700);
        return more(size - 50).count();
      },
      (count) => count === 1,
    );
    await more(size - 50).click();
    await untilSearch(page, 'open', /\*2$/);
    // An address shows the same to somebody else.
    await page.reload();
    await grid(page).waitFor();
    expect(searchOf(page, 'open')).toMatch(/\*2$/);
  });

  test('says of a group how it went and how long it took, in the panel', async () => {
    const page = await openGenerated(1_000, 'view=list');
    const group = grid(page)
      .getByRole('row', { name: /^\d+ × stock, group/ })
      .first();
    await group.click();
    const panel = page.getByRole('complementary', { name: 'Group stock' });
    await panel.getByText('What caused them all').waitFor();
    await panel.getByRole('button', { name: 'Open in place' }).click();
    await untilSearch(page, 'open', /./);
  });

  test('keeps problems and what led to them when everything else is left out', async () => {
    const page = await openGenerated(1_000, 'view=list');
    const before = Number(await grid(page).getAttribute('aria-rowcount'));
    await page.getByRole('button', { name: /^Problems only/ }).click();
    await untilSearch(page, 'only', /problems/);
    await until(
      'fewer rows',
      async () => Number(await grid(page).getAttribute('aria-rowcount')),
      (rows) => rows > 3 && rows !== before,
    );
    await grid(page).focus();
    await page.keyboard.press('e');
    await untilSearch(page, 'sel', /./);
    expect(await selectedName(page)).toMatch(/dead letter|attempt \d|failed/);
    await page.goBack();
    await until(
      'all rows again',
      async () => Number(await grid(page).getAttribute('aria-rowcount')),
      (rows) => rows >= before,
    );
  });
});

describe('the tests themselves', () => {
  test('see what a page reports, and what it throws', async () => {
    const page = await open('view=list');
    await page.evaluate(() => {
      reportError(new Error('told by the page'));
      setTimeout(() => {
        throw new Error('thrown by the page');
      });
    });
    await until(
      'both errors',
      () => Promise.resolve(consoleErrors().join('\n')),
      (text) => text.includes('told by the page') && text.includes('thrown by the page'),
    );
    expectConsoleError(/by the page/);
    expect(consoleErrors()).toEqual([]);
  });
});
