// A session that ends in the middle of something: whoever signs in again finds what they had typed where they typed it.
import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { deadLetterPageSchema } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';
import { endSession } from './held.ts';
import { asAdmin, send, store } from './routes.ts';

useBrowser();

/** What is asked by a press is refused as nobody's, and its reader signs in again. */
async function signInAgain(page: Page, path: string, press: () => Promise<void>): Promise<void> {
  await endSession(page, path);
  await press();
  await page.getByText('The API did not accept this token.').waitFor();
  await page.getByLabel('Access token').fill(inject('world').apiToken);
  await page.getByLabel('Access token').press('Enter');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  expectConsoleError(/401|WebSocket/);
}

describe('a session that ends leaves what was typed', () => {
  test('in the form of a destination, one that is new and one that is known', async () => {
    const page = await signedIn('/admin/destinations?edit=');
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await page.getByLabel('URL').fill('http://127.0.0.1:9/ended-new');
    await page.getByLabel('Job’s name').fill('ended-new');
    await signInAgain(page, '**/api/admin/destinations/**', () => save.click());
    await expect.poll(() => page.getByLabel('Job’s name').inputValue()).toBe('ended-new');
    await save.click();
    await page.getByText('The destination ended-new was changed').waitFor();

    await page.getByRole('button', { name: /^Edit .*ended-new/ }).click();
    await page.getByLabel('It is slow').check();
    await signInAgain(page, '**/api/admin/destinations/**', () => save.click());
    await expect.poll(() => page.getByLabel('It is slow').isChecked()).toBe(true);
    expect(await page.getByLabel('URL').inputValue()).toBe('http://127.0.0.1:9/ended-new');
    await save.click();
    await page.getByLabel('URL').waitFor({ state: 'detached' });
    const url = encodeURIComponent('http://127.0.0.1:9/ended-new');
    const read = await asAdmin('GET', `/destinations/${url}`, {});
    expect(await read.json()).toMatchObject({ job: 'ended-new', isSlow: true });
  });

  test('in the forms of a key and of a token', async () => {
    await store('ended-scans', { destinations: ['http://127.0.0.1:9/scan'] });
    const page = await signedIn('/admin/keys');
    await page.getByLabel('Source').fill('ended-scanner');
    await page.getByLabel('What it is for').fill('the gate');
    await page.getByLabel('May use every stored route').uncheck();
    await page.getByLabel('ended-scans').check();
    await signInAgain(page, '**/api/admin/keys', () =>
      page.getByRole('button', { name: 'Make the key' }).click(),
    );
    await expect.poll(() => page.getByLabel('Source').inputValue()).toBe('ended-scanner');
    expect(await page.getByLabel('What it is for').inputValue()).toBe('the gate');
    expect(await page.getByLabel('ended-scans').isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('alert', { name: 'The new key' }).waitFor();
    expect(await page.getByLabel('Source').inputValue()).toBe('');

    await page.getByRole('link', { name: 'Tokens' }).first().click();
    await page.getByLabel('Role').selectOption('operator');
    await page.getByLabel('What it is for').fill('the night shift');
    await signInAgain(page, '**/api/admin/tokens', () =>
      page.getByRole('button', { name: 'Make the token' }).click(),
    );
    await expect.poll(() => page.getByLabel('What it is for').inputValue()).toBe('the night shift');
    expect(await page.getByLabel('Role').inputValue()).toBe('operator');
  });

  test('in a dry run', async () => {
    const page = await signedIn('/admin/dry-run');
    await page.getByLabel('URL').fill('/?destinations=http://127.0.0.1:9/ended');
    await page.getByLabel('Body').fill('{"ended":true}');
    await signInAgain(page, '**/api/admin/dry-runs', () =>
      page.getByRole('button', { name: 'See what would be sent' }).click(),
    );
    await expect.poll(() => page.getByLabel('Body').inputValue()).toBe('{"ended":true}');
    expect(await page.getByLabel('URL').inputValue()).toContain('/ended');
  });

  test('in the note of a discard and in a replay run, with what was ticked', async () => {
    await store('ended-letters', {
      algorithm: 'broadcast',
      destinations: ['http://127.0.0.1:9/ended-letter'],
      retries: { pausesSeconds: [], jitter: 0, byStatus: {} },
    });
    for (const n of [1, 2]) await send('ended-letters', { n });
    await until(
      'the dead letters',
      () => ask('/api/dead-letters?q=ended-letter', deadLetterPageSchema),
      ({ deadLetters }) => deadLetters.length === 2,
    );
    const page = await signedIn('/dead?job=ended-letter');
    await page.getByRole('button', { name: 'Replay all of ended-letter…' }).click();
    await page.getByLabel('Letters a second').fill('2');
    await signInAgain(page, '**/api/replays', () =>
      page.getByRole('button', { name: 'Begin' }).click(),
    );
    await expect.poll(() => page.getByLabel('Letters a second').inputValue()).toBe('2');
    await page.getByRole('button', { name: 'Cancel' }).click();

    await page
      .getByRole('table', { name: 'Dead letters, latest first' })
      .locator('tr[data-letter]')
      .first()
      .getByRole('checkbox')
      .check();
    await page
      .getByRole('region', { name: 'What is ticked' })
      .getByRole('button', { name: 'Discard…' })
      .click();
    await page.getByLabel('Note').fill('nobody waits for it');
    await page.getByText('1 letter leaves the list').waitFor();
    await signInAgain(page, '**/api/dead-letters/discard', () =>
      page.getByRole('button', { name: 'Discard', exact: true }).click(),
    );
    await expect.poll(() => page.getByLabel('Note').inputValue()).toBe('nobody waits for it');
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByText('1 letter discarded').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('1 letter restored').waitFor();
  });
});
