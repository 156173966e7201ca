// What people do on the overview and the pages of jobs: see what is wrong, go there, choose another range, read what comes
// in live, and look into one job.
import { createServer, type Server } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { jobListSchema, overviewSchema } from '../../src/api/statistics-views.ts';
import { deadLetterPageSchema, healthViewSchema } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';

useBrowser();

/** A destination that is always out of order. */
let broken: Server;
let brokenUrl: string;
const deadJob = 'overview-dead';

beforeAll(async () => {
  broken = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(404).end('gone fishing'));
  });
  await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
  const address = broken.address();
  brokenUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const { applicationUrl, edgeUrl, dashboardUrl, ingestKey, apiToken } = inject('world');
  await placeOrder({ url: applicationUrl, as: 'overview@example.com', express: true });
  const stored = await fetch(`${dashboardUrl}/api/admin/routes/overview-dead`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${apiToken}`,
      'content-type': 'application/json',
      'if-none-match': '*',
    },
    body: JSON.stringify({
      algorithm: 'broadcast',
      destinations: [`${brokenUrl}/${deadJob}`],
      retries: { pausesSeconds: [], jitter: 0, byStatus: {} },
    }),
  });
  if (!stored.ok) throw new Error(`The route was not stored: ${stored.status}`);
  await until(
    'an event through the route',
    () =>
      fetch(`${edgeUrl}/r/overview-dead`, {
        method: 'POST',
        headers: { 'x-throughline-key': ingestKey, 'content-type': 'application/json' },
        body: '{"fish":1}',
      }),
    (response) => response.ok,
  );
  await until(
    'the dead letter',
    () => ask('/api/dead-letters', deadLetterPageSchema),
    ({ deadLetters }) => deadLetters.some(({ job }) => job === deadJob),
  );
  await until(
    'both counted',
    () => ask('/api/jobs?range=1h', jobListSchema),
    ({ jobs }) =>
      jobs.some(({ job, deadLetters }) => job === deadJob && deadLetters === 1) &&
      jobs.some(({ job }) => job === 'send-tracking'),
    120_000,
  );
}, 240_000);
afterAll(() => {
  broken.close();
});

async function open(path = '/?range=1h'): Promise<Page> {
  const page = await signedIn(path);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  return page;
}

const figure = (page: Page, name: string) =>
  page.locator('dl > div').filter({ has: page.getByRole('term').filter({ hasText: name }) });

describe('the overview', () => {
  test('says what needs a look, and leads to it', async () => {
    const page = await open();
    const finding = page
      .getByRole('list', { name: 'What needs a look' })
      .getByRole('listitem')
      .filter({ hasText: deadJob });
    await finding.getByText(/^1 dead letter/).waitFor();
    await finding.getByRole('link', { name: 'Review and replay' }).click();
    await page.waitForURL((url) => url.searchParams.get('job') === deadJob);
    await page.getByRole('heading', { level: 1, name: 'Dead letters' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });

  test('shows the six figures that the API tells, and the chart with a table to read', async () => {
    const page = await open();
    const told = await ask('/api/overview?range=1h', overviewSchema);
    for (const name of [
      'Cascades',
      'Deliveries',
      'Right first time',
      'Dead letters',
      '95 % answer within',
      'Coverage',
    ]) {
      await figure(page, name).waitFor();
    }
    expect(told.figures.deadLetters).toBeGreaterThan(0);
    await figure(page, 'Dead letters').getByText(String(told.figures.deadLetters)).waitFor();
    const table = page.getByRole('table', { name: 'Deliveries every minute' });
    expect(await table.getByRole('row').count()).toBeGreaterThan(1);
    await page.getByRole('slider', { name: 'Deliveries every minute' }).waitFor();
  });

  test('shows closer what is dragged over, keeps it in the address, leads to its cascades, and goes back', async () => {
    const page = await open();
    const chart = page.locator('.u-over').first();
    await chart.waitFor();
    const box = await chart.boundingBox();
    if (box === null) throw new Error('The chart has no place.');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
    await page
      .locator('[data-chart-tip]')
      .getByText(/first attempt/)
      .waitFor();
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL((url) => url.searchParams.has('from'));
    const { searchParams } = new URL(page.url());
    const minutes =
      (Date.parse(searchParams.get('until') ?? '') - Date.parse(searchParams.get('from') ?? '')) /
      60_000;
    expect(minutes).toBeGreaterThan(20);
    expect(minutes).toBeLessThan(30);
    await page.reload();
    const link = page.getByRole('link', { name: 'Cascades in this time' });
    await link.click();
    await page.waitForURL((url) => url.pathname === '/cascades' && url.searchParams.has('from'));
    expect(new URL(page.url()).searchParams.get('until')).toBe(searchParams.get('until'));
    await page.goBack();
    await link.waitFor();
    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has('from'));
    await link.waitFor({ state: 'detached' });
  });

  test('tells a part of a day in minutes as soon as somebody looks at it, and comes out of it again', async () => {
    const page = await signedIn('/?range=24h');
    const ofHours = page.getByRole('slider', { name: 'Deliveries every hour' });
    await ofHours.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    const ofMinutes = page.getByRole('slider', { name: /^Deliveries every (?:5 minutes|minute)$/ });
    await ofMinutes.waitFor();
    await page.getByRole('button', { name: /^Show less time/ }).click();
    await page.getByRole('slider', { name: 'Deliveries every minute' }).waitFor();
    await page.reload();
    await page.getByRole('slider', { name: 'Deliveries every minute' }).waitFor();
    await until(
      'the whole day',
      async () => {
        const more = page.getByRole('button', { name: /^Show more time/ });
        if (await more.isEnabled()) await more.click();
        return new URL(page.url()).searchParams.has('from');
      },
      (isPart) => !isPart,
    );
    await ofHours.waitFor();
  });

  test('tells each step of the chart to the keyboard, and shows closer what it chooses', async () => {
    const page = await open();
    const chart = page.getByRole('slider', { name: 'Deliveries every minute' });
    await chart.focus();
    const valueText = (): Promise<string | null> => chart.getAttribute('aria-valuetext');
    const last = await until('the last step', valueText, (text) => text?.includes('dead') === true);
    await page.keyboard.press('ArrowLeft');
    const before = await until('the step before', valueText, (text) => text !== last);
    expect(before).toMatch(/\d\d:\d\d: .*first attempt, .*after a retry, .*dead letter/);
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.has('from'));
    const { searchParams } = new URL(page.url());
    expect(
      Date.parse(searchParams.get('until') ?? '') - Date.parse(searchParams.get('from') ?? ''),
    ).toBe(5 * 60_000);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.searchParams.has('from'));
    // Without a drag or keys.
    await page.getByRole('button', { name: /^Show less time/ }).click();
    await page.waitForURL((url) => url.searchParams.has('from'));
    await page.getByRole('button', { name: /^Show more time/ }).click();
    await page.waitForURL((url) => !url.searchParams.has('from'));
  });

  test('says how what it depends on is, and what is not well, why and since when', async () => {
    const page = await signedIn('/cascades');
    await page.route('**/api/health', async (route) => {
      const answer = await route.fetch();
      const since = new Date(Date.now() - 3_600_000).toISOString();
      await route.fulfill({
        json: {
          ...healthViewSchema.parse(await answer.json()),
          grafana: { state: 'offline', reason: 'timeout', detail: 'It took too long.', since },
        },
      });
    });
    await page.getByRole('link', { name: 'Overview' }).click();
    const badges = page.getByRole('list', { name: 'Health', exact: true });
    for (const name of ['Hasura', 'Edge', 'Database']) {
      await badges
        .getByRole('listitem')
        .filter({ hasText: new RegExp(name) })
        .waitFor();
    }
    await badges.getByText('Grafana offline, logs only').waitFor();
    await page
      .getByRole('list', { name: 'What is not well' })
      .getByText(/Grafana offline, logs only since .*: It took too long\./)
      .waitFor();
    await page.unroute('**/api/health');
  });

  test('marks in the chart when the configuration changed, by whom, and when the edge did', async () => {
    const page = await open();
    const changes = page.getByRole('list', { name: 'Changes in this time' }).first();
    await changes
      .getByText(/Version \d+ of the configuration, by /)
      .first()
      .waitFor();
    await changes
      .getByText(/Version \S+ of the edge began to run/)
      .first()
      .waitFor();
  });

  test('stands without the chart where it cannot be loaded, and says so', async () => {
    const page = await signedIn('/cascades');
    await page.route('**/TimeChart-*.js', (route) => route.abort());
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText(/^The chart could not be loaded/).waitFor();
    await page.getByRole('table', { name: /^Deliveries every/ }).waitFor();
    await figure(page, 'Deliveries').waitFor();
    expectConsoleError(/Failed to load resource/);
  });

  test('draws the chart also where the browser’s language is none', async () => {
    const page = await signedIn('/cascades');
    await page.addInitScript(() =>
      Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix' }),
    );
    await page.goto(`${inject('world').dashboardUrl}/`);
    await page.locator('.u-over').first().waitFor();
  });

  test('draws no chart of nothing, and says so', async () => {
    const page = await signedIn('/cascades');
    const overview = await ask('/api/overview?range=1h', overviewSchema);
    const nothing = { deliveredFirst: 0, deliveredLater: 0, deadLetters: 0 };
    await page.route('**/api/overview*', (route) =>
      route.fulfill({
        json: {
          ...overview,
          overTime: overview.overTime.map((step) => ({ ...step, ...nothing })),
        },
      }),
    );
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('Nothing was delivered and nothing was given up in this range.').waitFor();
    expect(await page.getByRole('slider').count()).toBe(0);
    await page.unroute('**/api/overview*');
  });

  test('begins with as much time as there is something of, and with what was chosen from then on', async () => {
    const page = await open('/');
    // This world is younger than six hours.
    await page.getByRole('slider', { name: /^Deliveries every (?:5 minutes|minute)$/ }).waitFor();
    await page.getByRole('button', { name: '24 hours' }).click();
    await page.getByRole('slider', { name: 'Deliveries every hour' }).waitFor();
    expect(new URL(page.url()).searchParams.get('range')).toBe('24h');
  });

  test('keeps the range and the feed’s filter in the address, and back works', async () => {
    const page = await open('/');
    await page.getByRole('button', { name: '7 days' }).click();
    await page.waitForURL((url) => url.searchParams.get('range') === '7d');
    await page.getByText('Deliveries every 6 hours').first().waitFor();
    await page.getByRole('button', { name: 'Problems' }).click();
    await page.waitForURL((url) => url.searchParams.get('feed') === 'problems');
    await page.reload();
    expect(await page.getByRole('button', { name: '7 days' }).getAttribute('aria-pressed')).toBe(
      'true',
    );
    expect(await page.getByRole('button', { name: 'Problems' }).getAttribute('aria-pressed')).toBe(
      'true',
    );
    await page.goBack();
    await page.waitForURL((url) => url.searchParams.get('feed') === null);
    await page.goBack();
    await page.waitForURL((url) => url.searchParams.get('range') === null);
  });

  test('shows a new cascade by itself, holds it back while somebody has paused, and opens it by keyboard', async () => {
    const page = await open();
    const feed = page.getByRole('region', { name: 'Live feed' });
    await feed.getByRole('list').getByRole('link').first().waitFor();
    const { applicationUrl } = inject('world');
    const first = await placeOrder({ url: applicationUrl, as: 'feed@example.com' });
    await feed.getByRole('link', { name: new RegExp(`orders #${first.orderId}\\b`) }).waitFor();

    await feed.getByRole('button', { name: 'Pause' }).click();
    const second = await placeOrder({ url: applicationUrl, as: 'feed@example.com' });
    await feed.getByRole('button', { name: /^\d+ new$/ }).waitFor();
    const held = feed.getByRole('link', { name: new RegExp(`orders #${second.orderId}\\b`) });
    expect(await held.count()).toBe(0);
    await feed.getByRole('button', { name: 'Resume' }).click();
    await held.waitFor();

    await page.locator('h1').click();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/c\//);
  });

  test('says what failed and goes on, keeps what it had and its age, and comes back', async () => {
    const page = await signedIn('/cascades');
    await page.getByRole('heading', { level: 1, name: 'Cascades' }).waitFor();
    await page.route('**/api/overview*', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'Out of reach', status: 503, detail: 'The store is away.' }),
      }),
    );
    await page.getByRole('link', { name: 'Overview' }).click();
    await page
      .getByRole('alert')
      .getByText(/The store is away/)
      .waitFor();
    expectConsoleError(/503/);
    await page.unroute('**/api/overview*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await figure(page, 'Deliveries').waitFor();
    expectConsoleError(/503/);
  });

  test('loads no more than 200 KB of scripts and styles, compressed, before it can be read', async () => {
    const page = await open();
    await page.getByRole('slider', { name: /^Deliveries every/ }).waitFor();
    const sizes = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter(({ name }) => /\.(js|css)(\?|$)/.test(name))
        .map(({ name }) => name),
    );
    let bytes = 0;
    // One that is loaded beforehand is told of twice.
    for (const name of new Set(sizes)) {
      const body = await (await fetch(name)).arrayBuffer();
      const stream = new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'));
      bytes += (await new Response(stream).arrayBuffer()).byteLength;
    }
    expect(sizes.length).toBeGreaterThan(1);
    expect(bytes / 1_000, sizes.join(' ')).toBeLessThan(200);
  });
});

describe('the pages of jobs', () => {
  test('lead from the list to one job, and from its last failure to the attempt', async () => {
    const page = await signedIn('/jobs?range=1h');
    const row = page
      .getByRole('table', { name: 'Jobs' })
      .getByRole('row')
      .filter({ hasText: deadJob });
    await row.getByRole('link', { name: deadJob }).click();
    await page.getByRole('heading', { level: 1, name: deadJob }).waitFor();
    await figure(page, 'Dead letters').getByText('1', { exact: true }).waitFor();
    await page.getByRole('list', { name: 'Last failures' }).getByRole('link').first().click();
    await page.getByRole('complementary', { name: deadJob }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: deadJob }).waitFor();
    expect(new URL(page.url()).searchParams.get('range')).toBe('1h');
  });

  test('tell who calls a job, which rows it touched and where it is', async () => {
    const page = await signedIn('/jobs/shop/charge-card?range=1h');
    await page.getByRole('table', { name: 'Callers' }).getByText('order_payment_due').waitFor();
    await page.getByRole('list', { name: 'Rows touched' }).getByText('payments').waitFor();
    await page
      .getByRole('table', { name: 'Destinations' })
      .getByText(/charge-card/)
      .first()
      .waitFor();
  });

  test('list destinations with their circuits', async () => {
    const page = await signedIn('/jobs?range=1h');
    await page.getByRole('button', { name: 'Destinations' }).click();
    await page.waitForURL((url) => url.searchParams.get('tab') === 'destinations');
    const row = page
      .getByRole('table', { name: 'Destinations' })
      .getByRole('row')
      .filter({ hasText: `/${deadJob}` });
    await row
      .getByText(/closed|open|disabled/i)
      .filter({ visible: true })
      .first()
      .waitFor();
  });

  test('say so where nothing is known of a job', async () => {
    const page = await signedIn('/jobs/shop/no-such-job');
    await page.getByText('Nothing is known of this job').waitFor();
    expectConsoleError(/404/);
  });
});
