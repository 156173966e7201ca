// A cascade is asked for before the page's scripts are there. What somebody sees must be the same as if it was not.
import type { Page, Route } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { benchCascade, benchTraceId } from '../../bench/dashboard/cascade.ts';
import { pack } from '../../src/columns/pack.ts';
import { leanTrace } from '../support/lean-trace.ts';
import { expectConsoleError, freshPage, useBrowser } from './browser.ts';

useBrowser();

const columns = JSON.stringify(pack(leanTrace(benchCascade(3))));
const question = `**/api/traces/${benchTraceId}?form=columns`;

/** A page that has not gone anywhere yet. Without the feed, which has everything asked again, questions can be counted. */
async function beforeOpening(answer: (route: Route, turn: number) => Promise<void>): Promise<{
  page: Page;
  asked: (string | undefined)[];
  open: (token: string | null) => Promise<unknown>;
}> {
  const page = await freshPage();
  await page.routeWebSocket('**/api/live', () => undefined);
  const asked: (string | undefined)[] = [];
  await page.route(question, (route) => {
    asked.push(route.request().headers()['authorization']);
    return answer(route, asked.length);
  });
  const { dashboardUrl } = inject('world');
  return {
    page,
    asked,
    open: (token) =>
      page.goto(`${dashboardUrl}/c/${benchTraceId}${token === null ? '' : `#token=${token}`}`, {
        waitUntil: 'commit',
      }),
  };
}

const fulfil = (route: Route): Promise<void> =>
  route.fulfill({ contentType: 'application/json', body: columns });

describe('a cascade that is opened by its address', () => {
  test('is asked for once, before the page’s own scripts have come', async () => {
    const { page, asked, open } = await beforeOpening(fulfil);
    const { apiToken } = inject('world');
    const first = page.waitForRequest(question);
    await page.route('**/assets/index-*.js', async (route) => {
      await first;
      await route.continue();
    });
    await open(apiToken);
    await page.locator('[data-view]').waitFor();
    expect(asked).toEqual([`Bearer ${apiToken}`]);
    expect(page.url()).not.toContain('token');
  });

  test('is asked for again where no answer came', async () => {
    const { page, asked, open } = await beforeOpening((route, turn) =>
      turn === 1 ? route.abort() : fulfil(route),
    );
    await open(inject('world').apiToken);
    await page.locator('[data-view]').waitFor();
    expect(asked).toHaveLength(2);
    expectConsoleError(/ERR_FAILED/);
  });

  test('says what the API says where it refuses, until it does not', async () => {
    let isAway = true;
    const { page, open } = await beforeOpening((route) =>
      isAway
        ? route.fulfill({
            status: 503,
            contentType: 'application/problem+json',
            body: JSON.stringify({ title: 'The database is away', detail: 'Try again later.' }),
          })
        : fulfil(route),
    );
    await open(inject('world').apiToken);
    await page.getByText('The database is away (HTTP 503). Try again later.').waitFor();
    isAway = false;
    await page.locator('[data-view]').waitFor();
    expectConsoleError(/503/);
  });

  test('is asked for as whoever signs in', async () => {
    const { page, asked, open } = await beforeOpening((route) =>
      route.request().headers()['authorization'] === undefined
        ? route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{}' })
        : fulfil(route),
    );
    await open(null);
    const field = page.getByLabel('Access token');
    await field.fill(inject('world').apiToken);
    expect(asked.every((authorization) => authorization === undefined)).toBe(true);
    await field.press('Enter');
    await page.locator('[data-view]').waitFor();
    expect(asked.at(-1)).toBe(`Bearer ${inject('world').apiToken}`);
    expectConsoleError(/401/);
  });

  test('is not shown at the address of another', async () => {
    const answered = Promise.withResolvers<void>();
    const { page, open } = await beforeOpening(async (route) => {
      await answered.promise;
      await fulfil(route);
    });
    const another = benchTraceId.replace(/0$/, '1');
    await page.route(`**/api/traces/${another}?form=columns`, (route) =>
      route.fulfill({ status: 404, contentType: 'application/problem+json', body: '{}' }),
    );
    await open(inject('world').apiToken);
    await page.getByRole('heading', { level: 1, name: 'Cascade' }).waitFor();
    await page.evaluate((path) => history.pushState(null, '', path), `/c/${another}`);
    await page.getByText('Not recorded yet, waiting').waitFor();
    const late = page.waitForResponse(question);
    answered.resolve();
    await late;
    await page.getByText(`No event of ${another}`).waitFor();
    expect(await page.locator('[data-view]').count()).toBe(0);
    expectConsoleError(/404/);
  });

  test('whose answer fails stays told while it is asked again and again', async () => {
    const { page, open } = await beforeOpening((route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{}' }),
    );
    await open(inject('world').apiToken);
    const told = await page.getByRole('alert').first().elementHandle();
    for (let turn = 0; turn < 3; turn += 1) await page.waitForResponse(question);
    expect(await told?.evaluate((element) => element.isConnected)).toBe(true);
    expectConsoleError(/503/);
  });
});
