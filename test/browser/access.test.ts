// Who the reader is and may: an admin makes a token for a viewer, who sees everything and can change nothing; and what
// the dashboard's own policy lets a page run.
import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';
import { makeToken, signedInWith } from './tokens.ts';

useBrowser();

async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

describe('a viewer', () => {
  test('is told who they are, reads, and has no way into what admins change', async () => {
    const token = await makeToken('viewer');
    expect(token).toMatch(/^tl_api_[A-Za-z0-9_-]{43}$/);
    const page = await signedInWith(token, '/cascades');
    await page.getByRole('heading', { level: 1, name: 'Cascades' }).waitFor();
    await page.getByTitle(/^Signed in as token:viewer-[0-9a-f]{8}, viewer$/).waitFor();
    await look(page, 'viewer-cascades');
    await page.getByRole('link', { name: 'Routing' }).click();
    await page.getByRole('heading', { name: 'No permission' }).waitFor();
    await page.getByText('This needs the role admin; yours is viewer.').waitFor();
    await look(page, 'viewer-admin');
  });

  test('is out as soon as the token is revoked, for whatever acts', async () => {
    const { dashboardUrl, apiToken } = inject('world');
    const token = await makeToken('operator');
    const ask = (path: string, by: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`${dashboardUrl}${path}`, { ...init, headers: { authorization: `Bearer ${by}` } });
    const me = (await (await ask('/api/me', token)).json()) as { name: string; role: string };
    expect(me.role).toBe('operator');
    const circuit = `/api/circuits/${'f'.repeat(32)}/close`;
    expect((await ask(circuit, token, { method: 'POST' })).status).toBe(404);
    const id = me.name.replace('token:', '');
    await ask(`/api/admin/tokens/${id}`, apiToken, { method: 'DELETE' });
    expect((await ask(circuit, token, { method: 'POST' })).status).toBe(401);
  });
});

describe('a session', () => {
  test('that ends while a page is open asks for a token, and then goes on where it was', async () => {
    const { dashboardUrl, apiToken } = inject('world');
    const token = await makeToken('operator');
    const page = await signedInWith(token, '/circuits');
    await page.getByRole('heading', { level: 1, name: 'Circuits' }).waitFor();
    const authorization = `Bearer ${token}`;
    const me = await fetch(`${dashboardUrl}/api/me`, { headers: { authorization } });
    const { name } = (await me.json()) as { name: string };
    await fetch(`${dashboardUrl}/api/admin/tokens/${name.replace('token:', '')}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${apiToken}` },
    });
    // By itself: the page asks every few seconds.
    const field = page.getByLabel('Access token');
    await page.getByText('The API did not accept this token.').waitFor();
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await field.fill(apiToken);
    await field.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Circuits' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/circuits');
    expectConsoleError(/401|WebSocket/);
  });
});

describe('settings', () => {
  test('have members, and say what is wrong with one', async () => {
    const page = await signedIn('/admin/settings');
    await page.getByRole('button', { name: 'Add a member' }).click();
    await page.getByLabel('Who', { exact: true }).fill('nobody');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/must be an e-mail/).waitFor();
    expectConsoleError(/400/);
    await page.getByLabel('Who', { exact: true }).fill('dana@acme.io');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings were saved').first().waitFor();
    await look(page, 'settings-members');
    await page.setViewportSize({ width: 390, height: 844 });
    await look(page, 'settings-members-390');
  });
});

describe('what is masked', () => {
  test('is shown as marks until somebody who may looks, and that is in the audit', async () => {
    const { applicationUrl, dashboardUrl, apiToken } = inject('world');
    await placeOrder({ url: applicationUrl, as: 'masked.person@example.com', express: true });
    const page = await signedIn('/admin/settings');
    await page.getByLabel('E-mail addresses').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings were saved').first().waitFor();
    const list = await signedIn('/cascades');
    const eye = list.getByRole('button', { name: 'Masked' });
    await expect
      .poll(
        async () => {
          await list.reload();
          // The heading is there before the rows are.
          await list.getByText('new row').first().waitFor();
          const marks = await list.getByText(/m\*\*\*[0-9a-f]{8}@example\.com/).count();
          // Who one is was asked beside the rows, so it may have been told a moment before masking was known.
          return Math.min(marks, await eye.count());
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toBeGreaterThan(0);
    expect(await list.getByText('masked.person@example.com').count()).toBe(0);
    await look(list, 'masked');
    await eye.click();
    await list.getByText('masked.person@example.com').first().waitFor();
    await look(list, 'unmasked');
    const audit = await fetch(`${dashboardUrl}/api/admin/audit`, {
      headers: { authorization: `Bearer ${apiToken}` },
    });
    const { entries } = (await audit.json()) as { entries: { action: string; subject: string }[] };
    expect(entries).toContainEqual(
      expect.objectContaining({ action: 'unmask', subject: '/api/traces' }),
    );
  });

  // And it must be: the world is everybody's, and other files look for people by their addresses.
  test('is shown as it is again when masking is taken back', async () => {
    const { dashboardUrl, apiToken } = inject('world');
    const authorization = `Bearer ${apiToken}`;
    const url = `${dashboardUrl}/api/admin/settings`;
    const stored = await fetch(url, { headers: { authorization } });
    const { settings } = (await stored.json()) as { settings: { access: object } };
    const access = { ...settings.access, masking: { emails: false, columns: [] } };
    const changed = await fetch(`${url}?note=as%20before`, {
      method: 'PUT',
      headers: {
        authorization,
        'content-type': 'application/json',
        'if-match': stored.headers.get('etag') ?? '',
      },
      body: JSON.stringify({ ...settings, access }),
    });
    expect(await changed.text()).toContain('"version"');
    const masked = async (): Promise<boolean> => {
      const me = await fetch(`${dashboardUrl}/api/me`, { headers: { authorization } });
      return ((await me.json()) as { masked: { emails: boolean } }).masked.emails;
    };
    await expect.poll(masked, { timeout: 60_000, interval: 500 }).toBe(false);
  });
});

describe('the dashboard’s policy', () => {
  test('runs no inline script and lets nobody frame it', async () => {
    const page = await signedIn('/cascades');
    await page.getByRole('heading', { level: 1, name: 'Cascades' }).waitFor();
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineRan = true;';
      document.body.append(script);
      return Reflect.get(globalThis, 'inlineRan') === true;
    });
    expect(ran).toBe(false);
    expectConsoleError(/Content Security Policy/);
    const response = await fetch(`${inject('world').dashboardUrl}/cascades`);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-|\*|https?:/);
  });
});
