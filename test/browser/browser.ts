// A real Chromium. Whatever the page reports as an error on its console fails the test that saw it.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { launchChromium } from '../../scripts/chromium.ts';

let browser: Browser;
const errors: string[] = [];
/** Of the test that runs. */
const pages: Page[] = [];

/** Starts the browser for a test file, ends each test's pages with it, and the browser after the last. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    const seen = errors.splice(0);
    await Promise.all(pages.splice(0).map(close));
    expect(seen, 'errors on the console').toEqual([]);
  });
}

/** A page of a browser that knows nobody yet. */
export async function freshPage(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  return newPage(context);
}

/** Beside another page, with all that their browser keeps. */
export async function anotherTab(of: Page, path: string): Promise<Page> {
  const page = await newPage(of.context());
  await page.goto(`${inject('world').dashboardUrl}${path}`);
  return page;
}

async function newPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  pages.push(page);
  return page;
}

/** A page asks again as long as it is open, also through a test's routes, which fail once their page has gone. */
async function close(page: Page): Promise<void> {
  page.removeAllListeners('console');
  page.removeAllListeners('pageerror');
  if (!page.isClosed()) await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
}

/** A page that came with the link that `npm start` prints. */
export async function signedIn(path = '/'): Promise<Page> {
  const { dashboardUrl, apiToken } = inject('world');
  const page = await freshPage();
  await page.goto(`${dashboardUrl}${path}#token=${apiToken}`);
  return page;
}

/** What the pages of this test have reported so far. */
export function consoleErrors(): readonly string[] {
  return errors;
}

/** For expected failures: forgets what the console has said so far, if it says that. */
export function expectConsoleError(pattern: RegExp): void {
  const other = errors.splice(0).filter((text) => !pattern.test(text));
  errors.push(...other);
}

/** What a copy button would copy, without the browser's clipboard. */
export async function copied(page: Page, press: () => Promise<void>): Promise<string> {
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', {
      configurable: true,
      value: {
        writeText: (text: string) => {
          document.documentElement.dataset['copied'] = text;
          return Promise.resolve();
        },
      },
    });
  });
  await press();
  return page.evaluate(() => document.documentElement.dataset['copied'] ?? '');
}
