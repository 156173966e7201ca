// Readers who are no admins: by tokens that an admin makes for them.
import type { Page } from 'playwright-core';
import { inject } from 'vitest';
import { freshPage, signedIn } from './browser.ts';

export async function makeToken(role: 'viewer' | 'operator' | 'admin'): Promise<string> {
  const page = await signedIn('/admin/tokens');
  await page.getByLabel('Role').selectOption(role);
  await page.getByLabel('What it is for').fill('a screen on the wall');
  await page.getByRole('button', { name: 'Make the token' }).click();
  const shown = page.locator('code[data-token]');
  await shown.waitFor();
  const token = (await shown.textContent()) ?? '';
  await page.getByText('a screen on the wall').first().waitFor();
  return token;
}

export async function signedInWith(token: string, path: string): Promise<Page> {
  const page = await freshPage();
  await page.goto(`${inject('world').dashboardUrl}${path}#token=${token}`);
  return page;
}
