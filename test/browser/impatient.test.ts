// Somebody quick on a slow line, who types on, clicks twice and leaves while what they asked for is still under way:
// nothing that was typed is lost, nothing is done twice, and what failed is told.
import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { ask } from './api.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';
import { endSession, hold, loseAnswer } from './held.ts';
import { change, store, stored } from './routes.ts';

useBrowser();

/** The page is busy with the first key, so that the next has come before it is drawn again. */
async function busyWithOneKey(page: Page): Promise<void> {
  await page.evaluate(() => {
    addEventListener(
      'keydown',
      () => {
        const until = performance.now() + 300;
        while (performance.now() < until);
      },
      { once: true, capture: true },
    );
  });
}

const keysSchema = z.object({ keys: z.array(z.object({ id: z.string(), source: z.string() })) });

describe('text that is typed while the one before is saved', () => {
  test('stays in a route, and is saved by the next click', async () => {
    await store('slow-labels', { destinations: ['http://127.0.0.1:9/print'], job: 'print' });
    const page = await signedIn('/admin/routes/slow-labels');
    const job = page.getByLabel('Job’s name');
    await job.fill('print-a');
    const held = await hold(page, '**/api/admin/routes/slow-labels*', 'PUT');
    await page.getByRole('button', { name: 'Save' }).click();
    await held.came;
    await job.fill('print-b');
    // What is under way is not sent a second time beside itself, which would be refused.
    expect(await page.getByRole('button', { name: 'Saving…' }).isDisabled()).toBe(true);
    await page.getByLabel('Why (for the versions)').fill('the newer printer');
    held.letGo();
    await page.getByText('Route slow-labels was saved').waitFor();
    expect(await job.inputValue()).toBe('print-b');
    expect(await page.getByLabel('Why (for the versions)').inputValue()).toBe('the newer printer');
    expect((await stored('slow-labels')).job).toBe('print-a');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(async () => (await stored('slow-labels')).job).toBe('print-b');
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor();
  });

  test('stays in a route that is being made, which is saved under its own name', async () => {
    const page = await signedIn('/admin/new-route');
    const questions: string[] = [];
    page.on('dialog', (dialog) => {
      questions.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('slow-new');
    await page
      .getByRole('textbox', { name: 'destination 1', exact: true })
      .fill('http://127.0.0.1:9/new');
    const held = await hold(page, '**/api/admin/routes/slow-new*', 'PUT');
    await page.getByRole('button', { name: 'Make the route' }).click();
    await held.came;
    await page.getByLabel('Job’s name').fill('typed-on');
    held.letGo();
    await page.getByText('Route slow-new was made').waitFor();
    expect(await page.getByLabel('Job’s name').inputValue()).toBe('typed-on');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'slow-new' }).waitFor();
    expect((await stored('slow-new')).job).toBe('typed-on');
    expect(questions).toEqual([]);
  });

  test('stays in the allowlist', async () => {
    const page = await signedIn('/admin/destinations');
    await page.getByRole('button', { name: 'Add pattern' }).click();
    await page.getByPlaceholder('https://*.netlify.app').last().fill('https://first.example.com');
    const held = await hold(page, '**/api/admin/allowlist', 'PUT');
    await page.getByRole('button', { name: 'Save the allowlist' }).click();
    await held.came;
    await page.getByRole('button', { name: 'Add pattern' }).click();
    await page.getByPlaceholder('https://*.netlify.app').last().fill('https://second.example.com');
    held.letGo();
    await page.getByText('The allowlist was saved').waitFor();
    expect(await page.getByPlaceholder('https://*.netlify.app').last().inputValue()).toBe(
      'https://second.example.com',
    );
    await page.getByRole('button', { name: 'Save the allowlist' }).click();
    await page.getByRole('button', { name: /Save|Saving/ }).waitFor({ state: 'detached' });
    const { allowedDestinations } = await ask(
      '/api/admin/allowlist',
      z.object({ allowedDestinations: z.array(z.string()) }),
    );
    expect(allowedDestinations.slice(-2)).toEqual([
      'https://first.example.com',
      'https://second.example.com',
    ]);
  });
});

describe('a change that a colleague overtakes', () => {
  test('is taken with theirs as it was typed on meanwhile', async () => {
    await store('overtaken', { destinations: ['http://127.0.0.1:9/overtaken'] });
    const page = await signedIn('/admin/routes/overtaken');
    await page.getByLabel('Job’s name').fill('typed-first');
    await change('overtaken', (route) => ({ ...route, attemptTimeoutSeconds: 8 }));
    const held = await hold(page, '**/api/admin/routes/overtaken*', 'PUT');
    await page.getByRole('button', { name: 'Save' }).click();
    await held.came;
    await page.getByLabel('Job’s name').fill('typed-on');
    held.letGo();
    await page.getByRole('button', { name: 'Take both' }).click();
    expectConsoleError(/412/);
    expect(await page.getByLabel('Job’s name').inputValue()).toBe('typed-on');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Route overtaken was saved').waitFor();
    expect(await stored('overtaken')).toMatchObject({ job: 'typed-on', attemptTimeoutSeconds: 8 });
  });
});

describe('a change whose answer is lost', () => {
  test('is no colleague’s when more is typed, and that is saved', async () => {
    await store('lost-typed', { destinations: ['http://127.0.0.1:9/lost'] });
    const page = await signedIn('/admin/routes/lost-typed');
    await page.getByLabel('Job’s name').fill('mine');
    await loseAnswer(page, '**/api/admin/routes/lost-typed*', 'PUT');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Check the connection').waitFor();
    expectConsoleError(/ERR_FAILED/);
    await page.getByLabel('Job’s name').fill('mine-too');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Route lost-typed was saved').waitFor();
    expectConsoleError(/412/);
    expect((await stored('lost-typed')).job).toBe('mine-too');
  });

  test('is no colleague’s when it is saved once more', async () => {
    await store('lost-answer', { destinations: ['http://127.0.0.1:9/lost'] });
    const page = await signedIn('/admin/routes/lost-answer');
    await page.getByLabel('Job’s name').fill('mine');
    await loseAnswer(page, '**/api/admin/routes/lost-answer*', 'PUT');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Check the connection').waitFor();
    expectConsoleError(/ERR_FAILED/);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Nothing differs from what is stored').waitFor();
    expectConsoleError(/412/);
    expect(await page.getByText('Somebody changed').count()).toBe(0);
    expect((await stored('lost-answer')).job).toBe('mine');
  });
});

describe('a destination whose answer is lost', () => {
  test('is no colleague’s either: saved once more it is stored, and forgotten once more it is gone', async () => {
    const page = await signedIn('/admin/destinations?edit=');
    await page.getByLabel('URL').fill('http://127.0.0.1:9/lost-destination');
    await page.getByLabel('Job’s name').fill('lost-job');
    await loseAnswer(page, '**/api/admin/destinations/**', 'PUT');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Check the connection').waitFor();
    expectConsoleError(/ERR_FAILED/);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByLabel('URL').waitFor({ state: 'detached' });
    expectConsoleError(/412/);

    await page.getByRole('button', { name: /^Edit .*lost-destination/ }).click();
    await loseAnswer(page, '**/api/admin/destinations/**', 'DELETE');
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.getByText('Check the connection').waitFor();
    expectConsoleError(/ERR_FAILED/);
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.getByLabel('URL').waitFor({ state: 'detached' });
    await page
      .getByRole('button', { name: /^Edit .*lost-destination/ })
      .waitFor({ state: 'detached' });
    expectConsoleError(/404/);
  });
});

describe('Enter twice', () => {
  test('makes one key', async () => {
    const page = await signedIn('/admin/keys');
    const field = page.getByLabel('Source');
    await field.fill('twice');
    await busyWithOneKey(page);
    await Promise.all([page.keyboard.press('Enter'), page.keyboard.press('Enter')]);
    await page.getByRole('alert', { name: 'The new key' }).waitFor();
    await page.getByRole('button', { name: 'Make the key' }).waitFor();
    const { keys } = await ask('/api/admin/keys', keysSchema);
    expect(keys.filter(({ source }) => source === 'twice')).toHaveLength(1);
  });
});

describe('a key, which is shown once', () => {
  test('is still shown to whoever left while it was made', async () => {
    const page = await signedIn('/admin/keys');
    await page.getByLabel('Source').fill('left-early');
    const held = await hold(page, '**/api/admin/keys', 'POST');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await held.came;
    await page.getByRole('link', { name: 'Versions' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Versions' }).waitFor();
    held.letGo();
    await page.getByText('A key of left-early was made').first().waitFor();
    await page.getByRole('link', { name: 'Keys' }).first().click();
    await page.getByRole('alert', { name: 'The new key' }).getByText(/^tlk_/).waitFor();
  });

  test('stays until it is said to be stored, however many more are made', async () => {
    const page = await signedIn('/admin/keys');
    const shown = page.getByRole('alert', { name: 'The new key' });
    for (const source of ['first-of-two', 'second-of-two']) {
      await page.getByLabel('Source').fill(source);
      await page.getByRole('button', { name: 'Make the key' }).click();
      await page.getByText(`A key of ${source} was made`).waitFor();
    }
    await expect.poll(() => shown.count()).toBe(2);
    await shown.first().getByRole('button', { name: 'I have stored it' }).click();
    await expect.poll(() => shown.count()).toBe(1);
  });
});

describe('a session that ends while something is saved', () => {
  test('takes nothing of what was typed', async () => {
    await store('ended', { destinations: ['http://127.0.0.1:9/ended'] });
    const page = await signedIn('/admin/routes/ended');
    await page.getByLabel('Job’s name').fill('typed-before');
    await endSession(page, '**/api/admin/routes/ended*');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The API did not accept this token.').waitFor();
    // Meanwhile a colleague changes it: what was typed is no word about that.
    await change('ended', (route) => ({ ...route, attemptTimeoutSeconds: 9 }));
    await page.getByLabel('Access token').fill(inject('world').apiToken);
    await page.getByLabel('Access token').press('Enter');
    await page.getByRole('heading', { level: 1, name: 'ended' }).waitFor();
    await expect.poll(() => page.getByLabel('Job’s name').inputValue()).toBe('typed-before');
    expectConsoleError(/401|WebSocket/);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Take both' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Route ended was saved').waitFor();
    expectConsoleError(/412/);
    expect(await stored('ended')).toMatchObject({ job: 'typed-before', attemptTimeoutSeconds: 9 });
  });
});

describe('leaving while something is saved', () => {
  test('asks first, since what is typed is lost where it fails', async () => {
    const page = await signedIn('/admin/settings');
    await page.getByLabel('Rotations are kept for (s)').fill('4000');
    const held = await hold(page, '**/api/admin/settings*', 'PUT');
    await page.getByRole('button', { name: 'Save' }).click();
    await held.came;
    let asked = '';
    page.once('dialog', (dialog) => {
      asked = dialog.message();
      void dialog.dismiss();
    });
    await page.getByRole('link', { name: 'Versions' }).first().click();
    await expect.poll(() => asked).toContain('not saved yet');
    held.letGo();
    await page.getByText('The settings were saved').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone: The settings were saved').waitFor();
    await page.getByRole('link', { name: 'Versions' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Versions' }).waitFor();
  });
});

describe('an undo', () => {
  test('is offered only of what going back takes back: members stay', async () => {
    const page = await signedIn('/admin/settings');
    await page.getByRole('button', { name: 'Add a member' }).click();
    await page.getByLabel('Who', { exact: true }).last().fill('undone@acme.io');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The settings were saved').waitFor();
    expect(await page.getByRole('button', { name: 'Undo', exact: true }).count()).toBe(0);
    await page.getByRole('link', { name: 'Versions' }).first().click();
    await page
      .getByRole('button', { name: /^Go back to version \d+…$/ })
      .first()
      .click();
    await page.getByText('Members and masking stay as they are now.').waitFor();
    await page.getByText('Nothing differs', { exact: false }).first().waitFor();

    await page.getByRole('link', { name: 'Settings' }).first().click();
    await page.getByRole('button', { name: 'Remove undone@acme.io' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page
      .getByRole('button', { name: 'Remove undone@acme.io' })
      .waitFor({ state: 'detached' });
    await expect
      .poll(() => page.getByRole('button', { name: 'Save', exact: true }).isDisabled())
      .toBe(true);
  });
});
