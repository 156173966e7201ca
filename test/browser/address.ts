// What a page's address says of its view.
import type { Page } from 'playwright-core';

export function searchOf(page: Page, key: string): string | null {
  return new URL(page.url()).searchParams.get(key);
}

/** @param value null for a part that is not there */
export async function untilSearch(page: Page, key: string, value: RegExp | null): Promise<void> {
  await page.waitForURL((url) => {
    const found = url.searchParams.get(key);
    return value === null ? found === null : value.test(found ?? '');
  });
}
