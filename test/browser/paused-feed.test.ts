// Somebody pauses the overview's feed: what they read stays as it is, whatever comes, however much of it, and whatever they
// choose meanwhile. The connection is lost all along, so that what has come is asked for.
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { tracePageSchema, type TraceSummary } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { signedIn, useBrowser } from './browser.ts';

useBrowser();

let any: TraceSummary;

beforeAll(async () => {
  await placeOrder({ url: inject('world').applicationUrl, as: 'paused@example.com' });
  const { traces } = await until(
    'a cascade',
    () => ask('/api/traces?actor=paused@example.com', tracePageSchema),
    (page) => page.traces[0]?.root != null,
  );
  const [found] = traces;
  if (found !== undefined) any = found;
});

/** The cascade that began in this second, with a row of the same number. */
function cascade(second: number, kind: 'user' | 'system' = 'system', failed = 0): TraceSummary {
  const { root } = any;
  return {
    ...any,
    id: second.toString(16).padStart(32, '0'),
    startedAt: new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString(),
    state: failed > 0 ? 'failed' : 'delivered',
    failed,
    deliveries: 1,
    attempts: 1,
    root: root && { ...root, rowKey: String(second), actor: { ...root.actor, kind } },
  };
}

/** An overview whose newest page is told by the test. */
async function overview(first: readonly TraceSummary[]): Promise<{
  feed: Locator;
  rows: () => Promise<string[]>;
  /** Until the page has been told. */
  tell: (newest: readonly TraceSummary[]) => Promise<void>;
}> {
  let newest = first;
  let told = 0;
  const page: Page = await signedIn('/dead');
  await page.routeWebSocket('**/api/live', (socket) => void socket.close());
  await page.route(/\/api\/traces(\?|$)/, async (route) => {
    await route.fulfill({
      json: { traces: newest.slice(0, 50), nextCursor: 'older', searchedUntil: null, count: null },
    });
    told += 1;
  });
  await page.goto(new URL('/', page.url()).href);
  const feed = page.getByRole('region', { name: 'Live feed' });
  await expect.poll(() => told).toBeGreaterThan(0);
  return {
    feed,
    rows: async () =>
      (await feed.getByRole('link', { name: /#/ }).allInnerTexts()).map(
        (text) => /#\d+/.exec(text)?.[0] ?? text,
      ),
    tell: async (next) => {
      newest = next;
      const before = told;
      // One may be under way with what was told before.
      await expect.poll(() => told).toBeGreaterThan(before + 1);
    },
  };
}

describe('a feed that is paused', () => {
  test('lets wait what comes where nothing fitted yet', async () => {
    const { feed, rows, tell } = await overview([cascade(1)]);
    await feed.getByRole('button', { name: 'Problems' }).click();
    await feed.getByText('None of the newest cascades failed').waitFor();
    await feed.getByRole('button', { name: 'Pause' }).click();
    await tell([cascade(2, 'system', 1), cascade(1)]);
    await feed.getByRole('button', { name: '1 new' }).waitFor();
    expect(await rows()).toEqual([]);
    await feed.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(rows).toEqual(['#2']);
  });

  test('counts as new what came since, whatever is chosen meanwhile', async () => {
    const before = [cascade(3), cascade(2), cascade(1, 'user')];
    const { feed, rows, tell } = await overview(before);
    await feed.getByRole('button', { name: 'People' }).click();
    await expect.poll(rows).toEqual(['#1']);
    await feed.getByRole('button', { name: 'Pause' }).click();
    await feed.getByRole('button', { name: 'Everything' }).click();
    await expect.poll(rows).toEqual(['#3', '#2', '#1']);
    expect(await feed.getByRole('button', { name: / new$/ }).count()).toBe(0);
    await tell([cascade(5, 'user'), cascade(4), ...before]);
    await feed.getByRole('button', { name: '2 new' }).waitFor();
    await feed.getByRole('button', { name: 'People' }).click();
    await feed.getByRole('button', { name: '1 new' }).waitFor();
    expect(await rows()).toEqual(['#1']);
  });

  test('stays as it is where more comes than a page holds, and says that it is more', async () => {
    const { feed, rows, tell } = await overview([cascade(2), cascade(1)]);
    await expect.poll(rows).toEqual(['#2', '#1']);
    await feed.getByRole('button', { name: 'Pause' }).click();
    await tell(Array.from({ length: 60 }, (_, index) => cascade(100 - index)));
    await feed.getByRole('button', { name: '50+ new' }).waitFor();
    expect(await rows()).toEqual(['#2', '#1']);
    await feed.getByRole('button', { name: '50+ new' }).click();
    await expect.poll(async () => (await rows())[0]).toBe('#100');
    await feed.getByRole('button', { name: 'Pause' }).waitFor();
  });
});
