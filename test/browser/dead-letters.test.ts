// What somebody on call does with dead letters: finds what went wrong, looks into one, replays some, discards others, and
// takes that back.
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadLetterPageSchema } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';
import { send, store } from './routes.ts';
import { makeToken, signedInWith } from './tokens.ts';

useBrowser();

let destination: Server;
/** Of the answers to a job, by its path. */
const statuses = new Map<string, number>();

beforeAll(async () => {
  destination = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(statuses.get(request.url ?? '') ?? 404).end('the shelf is empty');
    });
  });
  await new Promise<void>((resolve) => destination.listen(0, '127.0.0.1', resolve));
  const address = destination.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const retries = { pausesSeconds: [], jitter: 0, byStatus: {} };
  for (const job of ['fetch-shelf', 'fetch-label'])
    await store(job, { algorithm: 'broadcast', destinations: [`${url}/${job}`], retries });
  statuses.set('/fetch-label', 422);
  for (const n of [1, 2, 3]) await send('fetch-shelf', { n });
  for (const n of [1, 2]) await send('fetch-label', { n });
  await until(
    'five dead letters',
    () => ask('/api/dead-letters?q=fetch-', deadLetterPageSchema),
    ({ deadLetters }) => deadLetters.length === 5,
  );
}, 120_000);
afterAll(() => {
  destination.close();
});

const rows = (page: Page) =>
  page.getByRole('table', { name: 'Dead letters, latest first' }).locator('tr[data-letter]');
const bar = (page: Page) => page.getByRole('region', { name: 'What is ticked' });

async function hasRows(page: Page, count: number): Promise<void> {
  await until(
    `${count} rows`,
    () => rows(page).count(),
    (found) => found === count,
  );
}

describe('dead letters', () => {
  test('are narrowed by a text, a group and a chip, all of which is in the address', async () => {
    const page = await signedIn('/dead');
    const field = page.getByRole('searchbox', { name: 'Search dead letters' });
    await rows(page).first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('fetch-');
    await page.keyboard.press('Enter');
    await hasRows(page, 5);
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    const groups = page.getByRole('list', { name: 'Groups of dead letters' });
    await groups
      .getByRole('listitem')
      .filter({ hasText: 'fetch-shelf' })
      .getByText('3 cascades')
      .waitFor();
    await groups.getByRole('button', { name: 'fetch-label' }).click();
    await hasRows(page, 2);
    expect(new URL(page.url()).search).toContain('status=422');
    await page.reload();
    await hasRows(page, 2);
    await page.getByRole('button', { name: 'Remove filter Answer: 422' }).click();
    await page.getByRole('button', { name: 'Remove filter Job: fetch-label' }).click();
    await hasRows(page, 5);
    await page.goBack();
    await hasRows(page, 2);
  });

  test('are looked into where they stand, and ticked, by keyboard alone', async () => {
    const page = await signedIn('/dead?job=fetch-shelf');
    await hasRows(page, 3);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await bar(page).getByText('1 letter, 1 job').waitFor();
    await page.keyboard.press('Enter');
    const details = page.getByRole('region', { name: 'Dead letter of fetch-shelf' });
    await details.getByText('the shelf is empty').waitFor();
    expect(new URL(page.url()).searchParams.get('sel')).toMatch(/^[0-9a-f]{64}$/);
    await details.getByRole('tab', { name: 'Kept headers' }).click();
    await details.getByText('idempotency-key').waitFor();
    await details.getByRole('tab', { name: 'Request' }).click();
    await details.getByRole('button', { name: 'Copy curl', exact: true }).waitFor();
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keys' });
    await sheet.getByText('tick it, or take the tick away').waitFor();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await details.getByRole('link', { name: 'Cascade' }).click();
    await page.getByRole('complementary', { name: 'fetch-shelf' }).waitFor();
  });

  test('are discarded with a note, undone, and restored where they are kept', async () => {
    const page = await signedIn('/dead?job=fetch-label');
    await hasRows(page, 2);
    await page.getByRole('checkbox', { name: 'Tick all that are shown' }).check();
    await bar(page).getByText('2 letters, 1 job').waitFor();
    await bar(page).getByRole('button', { name: 'Discard…' }).click();
    await page.getByText('2 letters leave the list').waitFor();
    await page.getByLabel('Note').fill('Labels are printed by hand.');
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByText('2 letters discarded').waitFor();
    await page.getByText('No dead letter of fetch-label fits').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await hasRows(page, 2);

    await page
      .getByRole('checkbox', { name: /^Tick fetch-label/ })
      .first()
      .check();
    await bar(page).getByRole('button', { name: 'Discard…' }).click();
    await page.getByLabel('Note').fill('Only this one.');
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await hasRows(page, 1);
    await page.getByRole('button', { name: 'Discarded', exact: true }).click();
    await page.getByText('Only this one.').waitFor();
    await page.getByRole('checkbox', { name: /^Tick fetch-label/ }).check();
    await bar(page).getByRole('button', { name: 'Restore' }).click();
    await hasRows(page, 0);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await hasRows(page, 2);
  });

  test('say of each that was not replayed, in whatever order the answers come', async () => {
    const page = await signedIn('/dead?job=fetch-label');
    await hasRows(page, 2);
    const later = Promise.withResolvers<undefined>();
    let asked = 0;
    await page.route('**/api/dead-letters/*/replay', async (route) => {
      asked += 1;
      if (asked === 1) await later.promise;
      await route.fulfill({ status: 502, contentType: 'text/html', body: 'Bad gateway' });
    });
    const buttons = rows(page).getByRole('button', { name: /^Replay/ });
    await buttons.nth(0).click();
    await buttons.nth(1).click();
    const failed = page.getByText('fetch-label was not replayed: The API answered 502');
    await failed.waitFor();
    // Nothing is done twice: the first is under way still.
    expect(await buttons.nth(0).isDisabled()).toBe(true);
    later.resolve(undefined);
    await until(
      'both failures',
      () => failed.count(),
      (count) => count === 2,
    );
    expectConsoleError(/502/);
  });

  test('lead nobody to a run who has left while it was begun', async () => {
    const page = await signedIn('/dead?job=fetch-label');
    await hasRows(page, 2);
    await page.getByRole('button', { name: 'Replay all of fetch-label…' }).click();
    await page.getByText('2 deliveries are attempted again').waitFor();
    const later = Promise.withResolvers<undefined>();
    await page.route('**/api/replays', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      await later.promise;
      await route.fulfill({ status: 201, json: { id: 'a'.repeat(32) } });
    });
    const answered = page.waitForResponse(
      (response) => response.request().method() === 'POST' && response.url().endsWith('/replays'),
    );
    await page.getByRole('button', { name: 'Begin' }).click();
    expect(await page.getByRole('button', { name: 'Cancel', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'Coverage' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Coverage' }).waitFor();
    later.resolve(undefined);
    await (await answered).finished();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    expect(new URL(page.url()).pathname).toBe('/coverage');
  });

  test('are saved as they are found, for a spreadsheet', async () => {
    const page = await signedIn('/dead?job=fetch-label');
    await hasRows(page, 2);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const text = await readFile(await (await download).path(), 'utf8');
    const lines = text.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^died_at,source,/);
    expect(lines.slice(1).map((line) => line.includes(',fetch-label,'))).toEqual([true, true]);
  });

  test('are read by a viewer, who is told why nothing can be done with them', async () => {
    const page = await signedInWith(await makeToken('viewer'), '/dead?job=fetch-label');
    await hasRows(page, 2);
    await page.getByText('This needs the role operator; yours is viewer.').waitFor();
    await page.getByRole('checkbox', { name: 'Tick all that are shown' }).check();
    const acts = [
      page.getByRole('button', { name: 'Replay all of fetch-label…' }),
      bar(page).getByRole('button', { name: 'Replay…' }),
      bar(page).getByRole('button', { name: 'Discard…' }),
      rows(page).first().getByRole('button', { name: 'Replay' }),
    ];
    for (const act of acts) expect(await act.isDisabled()).toBe(true);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page
      .getByRole('region', { name: 'Dead letter of fetch-label' })
      .getByText('the shelf is empty')
      .first()
      .waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    expect(await readFile(await (await download).path(), 'utf8')).toContain(',fetch-label,');
  });

  test('are replayed together, ticked one by one', async () => {
    statuses.set('/fetch-shelf', 200);
    const page = await signedIn('/dead?job=fetch-shelf');
    await hasRows(page, 3);
    const ticks = page.getByRole('checkbox', { name: /^Tick fetch-shelf/ });
    await ticks.nth(0).check();
    await ticks.nth(1).check();
    await bar(page).getByRole('button', { name: 'Replay…' }).click();
    await page.getByText('2 deliveries are attempted again').waitFor();
    await page.getByRole('checkbox', { name: 'Send canaries first' }).uncheck();
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { name: 'Replay 2 chosen dead letters' }).waitFor();
    await page.getByRole('listitem').filter({ hasText: '2 delivered' }).waitFor();
  });
});
