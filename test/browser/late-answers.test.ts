// Answers that come late, in another order, or not at all: what somebody does meanwhile is what counts, and what failed
// is told where it happened.
import type { Page, Route } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';
import { hold } from './held.ts';
import { change, store, stored } from './routes.ts';

useBrowser();

/** What an answer causes has been drawn. */
const drawn = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
      }),
  );

const badGateway = (route: Route): Promise<void> =>
  route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });

const path = (page: Page): string => new URL(page.url()).pathname;

describe('an answer that comes when its page has been left', () => {
  test('leads nobody back: a route that is deleted', async () => {
    await store('late-delete', { destinations: ['http://127.0.0.1:9/late'] });
    const page = await signedIn('/admin/routes/late-delete');
    page.on('dialog', (dialog) => void dialog.accept());
    const held = await hold(page, '**/api/admin/routes/late-delete*', 'DELETE');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await held.came;
    await page.getByRole('link', { name: 'Versions' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Versions' }).waitFor();
    held.letGo();
    await page.getByText('Route late-delete was deleted').first().waitFor();
    await drawn(page);
    expect(path(page)).toBe('/admin/versions');
  });

  test('closes no other form, and takes nothing that was typed on: a destination', async () => {
    const page = await signedIn('/admin/destinations?edit=');
    await page.getByLabel('URL').fill('http://127.0.0.1:9/late-destination');
    const held = await hold(page, '**/api/admin/destinations/**', 'PUT');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await held.came;
    await page.getByLabel('Job’s name').fill('typed-on');
    held.letGo();
    await page.getByText(/^The destination .*late-destination was changed/).waitFor();
    expect(await page.getByLabel('Job’s name').inputValue()).toBe('typed-on');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The destination typed-on was changed').waitFor();
    await page.getByLabel('Job’s name').waitFor({ state: 'detached' });

    const second = await hold(page, '**/api/admin/destinations/**', 'PUT');
    await page.getByRole('button', { name: /^Edit .*late-destination/ }).click();
    await page.getByLabel('Job’s name').fill('late');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await second.came;
    await page.getByRole('button', { name: 'Describe one' }).click();
    await page.getByLabel('URL').fill('http://127.0.0.1:9/another');
    second.letGo();
    await page.getByText('The destination late was changed').waitFor();
    await drawn(page);
    expect(await page.getByLabel('URL').inputValue()).toBe('http://127.0.0.1:9/another');
  });

  test('takes nothing that was typed on: a destination that a route has named before', async () => {
    await store('late-named', { destinations: ['http://127.0.0.1:9/late-named'] });
    const page = await signedIn('/admin/destinations');
    await page.getByRole('button', { name: /^Describe .*late-named/ }).click();
    await page.getByLabel('Job’s name').fill('typed-first');
    const held = await hold(page, '**/api/admin/destinations/**', 'PUT');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await held.came;
    await page.getByLabel('Job’s name').fill('typed-on');
    held.letGo();
    await page.getByText('The destination typed-first was changed').waitFor();
    // The list is read anew by then, and says that it is described.
    await page.getByRole('button', { name: /^Edit .*late-named/ }).waitFor();
    expect(await page.getByLabel('Job’s name').inputValue()).toBe('typed-on');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The destination typed-on was changed').waitFor();
    await page.getByLabel('Job’s name').waitFor({ state: 'detached' });
  });

  test('adds no filter: a text that is searched for', async () => {
    const page = await signedIn('/cascades');
    const field = page.getByRole('combobox', { name: 'Search cascades' });
    const held = await hold(page, /\/api\/search\?q=orders%2371/, 'GET');
    await field.fill('orders#71');
    await field.press('Enter');
    await held.came;
    await field.fill('orders#72');
    held.letGo();
    await held.done;
    await drawn(page);
    expect(await field.inputValue()).toBe('orders#72');
    expect(new URL(page.url()).search).toBe('');
    await field.press('Enter');
    await page.waitForURL(/72/);
  });
});

describe('figures of another range', () => {
  test('say that they are of the one before, until those of the chosen one have come', async () => {
    const page = await signedIn('/coverage');
    await page.getByRole('heading', { name: 'What to change' }).waitFor();
    const held = await hold(page, /api\/coverage\?/, 'GET');
    await page.getByRole('button', { name: '30 days' }).click();
    await held.came;
    await page.getByText('Loading, still as chosen before').waitFor();
    held.letGo();
    await page.getByText('Loading, still as chosen before').waitFor({ state: 'detached' });
  });
});

describe('a dry run', () => {
  test('says that its fields have changed since, also where the answer came later', async () => {
    const page = await signedIn('/admin/dry-run');
    const stale = page.getByText('The fields have changed since');
    await page.getByLabel('URL').fill('/?destinations=http://127.0.0.1:9/dry-first');
    await page.getByRole('button', { name: 'See what would be sent' }).click();
    await page.getByRole('list', { name: 'Deliveries' }).getByText('dry-first').first().waitFor();
    expect(await stale.count()).toBe(0);
    await page.getByLabel('Body').fill('{"other":true}');
    await stale.waitFor();

    const held = await hold(page, '**/api/admin/dry-runs', 'POST');
    await page.getByRole('button', { name: 'See what would be sent' }).click();
    await held.came;
    await page.getByLabel('URL').fill('/?destinations=http://127.0.0.1:9/dry-second');
    held.letGo();
    await page.getByRole('list', { name: 'Deliveries' }).getByText('dry-first').first().waitFor();
    await stale.waitFor();
    await page.getByLabel('URL').fill('/?destinations=http://127.0.0.1:9/dry-first');
    await stale.waitFor({ state: 'detached' });
  });
});

describe('a replay run', () => {
  const run = {
    id: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    state: 'running',
    because: null,
    filter: null,
    deliveryIds: 2,
    ratePerSecond: 1,
    canary: null,
    canaries: null,
    progress: {
      found: 2,
      waiting: 2,
      skipped: {},
      delivered: 0,
      failedAgain: 0,
      uncertain: 0,
      underWay: 1,
    },
    actions: [],
  };

  test('stays paused, whatever was asked before it was, and says why a command failed', async () => {
    const page = await signedIn('/dead');
    const asked: Route[] = [];
    let isOpen = true;
    await page.route('**/api/replays/*', async (route) => {
      if (isOpen) return route.fulfill({ json: run });
      asked.push(route);
    });
    await page.route('**/api/replays/*/pause', badGateway, { times: 1 });
    await page.goto(new URL(`/replays/${run.id}`, page.url()).href);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('The API answered 502').waitFor();
    expectConsoleError(/502/);

    await page.route('**/api/replays/*/pause', (route) =>
      route.fulfill({ json: { ...run, state: 'paused' } }),
    );
    isOpen = false;
    await expect.poll(() => asked.length).toBe(1);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Continue' }).waitFor();
    await asked[0]?.fulfill({ json: run }).catch(() => undefined);
    // Asked anew by then, which is not answered.
    await expect.poll(() => asked.length, { timeout: 15_000 }).toBe(2);
    await drawn(page);
    expect(await page.getByRole('button', { name: 'Continue' }).isVisible()).toBe(true);
  });
});

describe('what fails', () => {
  test('is told where a page of HTML came instead of an answer, and goes well the next time', async () => {
    const page = await signedIn('/admin/keys');
    await page.getByLabel('Source').fill('rotated-late');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page
      .getByRole('button', { name: /^Rotate rotated-late|^Rotate/ })
      .first()
      .click();
    await page.route('**/api/admin/keys/*/rotate', badGateway, { times: 1 });
    await page.getByRole('button', { name: 'Make the new key' }).click();
    await page.getByRole('alert').getByText('The API answered 502').waitFor();
    expectConsoleError(/502/);
    await page.getByRole('button', { name: 'Make the new key' }).click();
    await page.getByRole('alert', { name: 'The new key' }).waitFor();
  });

  test('is told at the end of a list that has more, and can be asked for again', async () => {
    await store('older', { destinations: ['http://127.0.0.1:9/older'] });
    await change('older', (route) => ({ ...route, job: 'older' }));
    const page = await signedIn('/dead');
    let failures = 1;
    await page.route('**/api/admin/versions?*', async (route) => {
      const isOlder = new URL(route.request().url()).searchParams.has('cursor');
      if (!isOlder) {
        const response = await route.fetch();
        const body = (await response.json()) as object;
        await route.fulfill({ response, json: { ...body, nextCursor: 'older' } });
      } else if (failures-- > 0) await badGateway(route);
      else await route.fulfill({ json: { versions: [], nextCursor: null } });
    });
    await page.goto(new URL('/admin/versions', page.url()).href);
    await page.getByRole('button', { name: 'Load older' }).click();
    await page.getByText('Older ones could not be loaded: The API answered 502').waitFor();
    expectConsoleError(/502/);
    await page.getByRole('button', { name: 'Load older' }).click();
    await page.getByRole('button', { name: 'Load older' }).waitFor({ state: 'detached' });
    expect(await stored('older')).toMatchObject({ job: 'older' });
  });
});
