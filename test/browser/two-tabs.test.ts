// One admin with two tabs, in which they do different things to the same.
import { describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { ask } from './api.ts';
import { anotherTab, expectConsoleError, signedIn, useBrowser } from './browser.ts';
import { loseAnswer } from './held.ts';
import { asAdmin, store } from './routes.ts';
import { makeToken, signedInWith } from './tokens.ts';

useBrowser();

const unreachable = { destinations: ['http://127.0.0.1:9/two-tabs'] };

async function remove(path: string): Promise<void> {
  const read = await asAdmin('GET', path, {});
  await asAdmin('DELETE', path, { 'if-match': read.headers.get('etag') });
}

describe('a route in two tabs', () => {
  test('that one deletes is let go by the other without a question', async () => {
    await store('tabs-let-go', unreachable);
    const editing = await signedIn('/admin/routes/tabs-let-go');
    await editing.getByLabel('Job’s name').fill('typed');
    const other = await anotherTab(editing, '/admin/routes/tabs-let-go');
    other.on('dialog', (dialog) => void dialog.accept());
    await other.getByRole('button', { name: 'Delete', exact: true }).click();
    await other.getByText('Route tabs-let-go was deleted').waitFor();

    const asked: string[] = [];
    editing.on('dialog', (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
    await editing.getByRole('button', { name: 'Save' }).click();
    await editing.getByRole('button', { name: 'Leave it deleted' }).click();
    await editing.getByRole('heading', { level: 1, name: 'Routes' }).waitFor();
    expect(asked).toEqual([]);
    expectConsoleError(/412|404/);
  });

  test('that one deletes is gone for the other, which wanted to delete it as well', async () => {
    await store('tabs-gone', unreachable);
    const page = await signedIn('/admin/routes/tabs-gone');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByLabel('Job’s name').waitFor();
    await remove('/routes/tabs-gone');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Routes' }).waitFor();
    expectConsoleError(/404/);
  });

  test('is gone with its form where the answer of its deletion is lost', async () => {
    await store('tabs-lost', unreachable);
    const page = await signedIn('/admin/routes/tabs-lost');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByLabel('Job’s name').waitFor();
    await loseAnswer(page, '**/api/admin/routes/tabs-lost*', 'DELETE');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('No route of this name is stored.').waitFor();
    await expect.poll(() => page.getByLabel('Job’s name').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Delete', exact: true }).count()).toBe(0);
    expectConsoleError(/404|ERR_FAILED/);
  });
});

describe('the allowlist in two tabs', () => {
  test('that one changes is not written over by the other', async () => {
    const page = await signedIn('/admin/destinations');
    const patterns = page.getByPlaceholder('https://*.netlify.app');
    await page.getByRole('button', { name: 'Add pattern' }).click();
    await patterns.last().fill('https://of-this-tab.example.com');
    const read = await asAdmin('GET', '/allowlist', {});
    const schema = z.object({ allowedDestinations: z.array(z.string()) });
    const { allowedDestinations } = schema.parse(await read.json());
    const theirs = [...allowedDestinations, 'https://of-the-other.example.com'];
    const etag = { 'if-match': read.headers.get('etag') };
    await asAdmin('PUT', '/allowlist', etag, { allowedDestinations: theirs });
    await page.getByRole('button', { name: 'Save the allowlist' }).click();
    await page.getByText('Somebody changed the allowlist meanwhile').waitFor();
    expectConsoleError(/412/);
    expect(await ask('/api/admin/allowlist', schema)).toMatchObject({
      allowedDestinations: theirs,
    });
    await page.getByRole('button', { name: 'Load what is stored' }).click();
    expect(await patterns.last().inputValue()).toBe('https://of-the-other.example.com');
  });
});

const url = (name: string): string => `http://127.0.0.1:9/${name}`;
const path = (name: string): string => `/destinations/${encodeURIComponent(url(name))}`;
const described = { job: 'theirs', isSlow: false, worksInBackground: false };

describe('a destination', () => {
  test('that is described elsewhere meanwhile is loaded, and no form of nothing', async () => {
    const page = await signedIn('/admin/destinations?edit=');
    await page.getByLabel('URL').fill(url('tabs-described'));
    await page.getByLabel('Job’s name').fill('mine');
    await asAdmin('PUT', path('tabs-described'), { 'if-none-match': '*' }, described);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('It is described already.').waitFor();
    expectConsoleError(/412/);
    await page.getByRole('button', { name: 'Load what is stored' }).click();
    expect(await page.getByLabel('Job’s name').inputValue()).toBe('theirs');
    await page.getByLabel('It is slow').check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The destination theirs was changed').waitFor();
  });

  test('whose description is taken away meanwhile can be described again', async () => {
    await asAdmin('PUT', path('tabs-forgotten'), { 'if-none-match': '*' }, described);
    const page = await signedIn(
      `/admin/destinations?edit=${encodeURIComponent(url('tabs-forgotten'))}`,
    );
    await page.getByLabel('Job’s name').fill('mine');
    await remove(path('tabs-forgotten'));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('It is not described any more').waitFor();
    expectConsoleError(/412|404/);
    await page.getByRole('button', { name: 'Describe it again' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The destination mine was changed').waitFor();
    const read = await asAdmin('GET', path('tabs-forgotten'), {});
    expect(await read.json()).toMatchObject({ job: 'mine' });
  });
});

describe('signing out in one tab', () => {
  test('signs out all of them, and signing in again goes on in those that wait', async () => {
    const token = await makeToken('admin');
    const first = await signedInWith(token, '/admin/keys');
    await first.getByLabel('Source').fill('typed-in-the-first');
    const second = await anotherTab(first, '/admin/versions');
    await second.getByRole('heading', { level: 1, name: 'Versions' }).waitFor();
    // Its token goes, and the first meets that while it makes a key.
    await first.route('**/api/admin/keys', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ status: 401, json: { title: 'Unauthorized', status: 401 } })
        : route.fallback(),
    );
    await first.getByRole('button', { name: 'Make the key' }).click();
    await first.getByText('The API did not accept this token.').waitFor();
    const { dashboardUrl, apiToken } = inject('world');
    await second.goto(`${dashboardUrl}/admin/versions?again#token=${apiToken}`);
    await expect.poll(() => first.getByLabel('Source').inputValue()).toBe('typed-in-the-first');
    expectConsoleError(/401|WebSocket/);

    await second.getByRole('button', { name: 'Sign out' }).click();
    await first.getByLabel('Access token').waitFor();
  });
});
