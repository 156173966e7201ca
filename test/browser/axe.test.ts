// axe-core (WCAG 2.2 A and AA, and its best practices) on every page, in both themes, wide and narrow, and in the
// states that an API makes that fails, is slow or refuses. What it finds fails the test, with the elements.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { placesOf, type Place } from '../../scripts/screenshots/places.ts';
import { makeSights, type Sights } from '../../scripts/screenshots/sights.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';

useBrowser();

/** What axe tells of one rule that is broken; of its own shape only what is printed. */
type Violation = { id: string; help: string; nodes: { html: string; failureSummary?: string }[] };

let axeSource: string;
let sights: Sights;
let places: Place[];

beforeAll(async () => {
  axeSource = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  sights = await makeSights(inject('world'), 3);
  places = placesOf(sights);
}, 180_000);
afterAll(() => sights.close());

/** By evaluation, since the page's policy lets no foreign script in. */
async function whatAxeFinds(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const axe = Reflect.get(globalThis, 'axe') as {
      run: (context: Document, options: object) => Promise<{ violations: Violation[] }>;
    };
    const found = await axe.run(document, { resultTypes: ['violations'] });
    return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes }));
  });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 5).map(({ html, failureSummary }) => {
      const why = failureSummary?.split('\n').slice(1).join(' ') ?? '';
      return `${id}: ${help}: ${html.slice(0, 220)} ${why.slice(0, 260)}`;
    }),
  );
}

async function atRest(page: Page, place: Place): Promise<void> {
  await page.locator(place.ready).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
}

/** Goes from place to place without ending the session, and collects what is wrong by its name. */
async function visit(
  page: Page,
  settle: (place: Place) => Promise<void>,
): Promise<Record<string, string[]>> {
  const wrong: Record<string, string[]> = {};
  for (const place of places) {
    await page.goto(new URL(place.path, page.url()).href);
    await settle(place);
    const found = await whatAxeFinds(page);
    if (found.length > 0) wrong[place.name] = found;
  }
  // What it still asks must not be an error of the next test's.
  await page.context().close();
  return wrong;
}

async function open(look: { theme: 'light' | 'dark'; width: number }): Promise<Page> {
  const page = await signedIn('/cascades');
  await page.emulateMedia({ colorScheme: look.theme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width: look.width, height: 900 });
  await page.locator('main h1').waitFor();
  return page;
}

describe('axe finds nothing', () => {
  for (const [theme, width] of [
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const) {
    test(`on any page in ${theme}, ${width} px wide`, async () => {
      const page = await open({ theme, width });
      expect(await visit(page, (place) => atRest(page, place))).toEqual({});
      expectConsoleError(/404|400/);
    });
  }

  test('on any page while the API fails', async () => {
    const page = await open({ theme: 'light', width: 1440 });
    await page.route(/\/api\/(?!me$|live)/, (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          type: 'about:blank',
          title: 'The store is out of reach',
          status: 503,
          detail: 'Try again in a moment.',
        }),
      }),
    );
    // Everything has been asked and answered, whatever the page makes of it.
    const settle = async (): Promise<void> => {
      await page.locator('main').first().waitFor();
      await page.waitForLoadState('networkidle');
    };
    expect(await visit(page, settle)).toEqual({});
    expectConsoleError(/503/);
  });

  test('on any page while the API does not answer', async () => {
    const page = await open({ theme: 'dark', width: 1440 });
    await page.route(/\/api\/(?!me$|live)/, () => undefined);
    const settle = async (): Promise<void> => {
      await page.locator('nav[aria-label="Main"]').waitFor();
      await page.locator('main, h2').first().waitFor();
    };
    expect(await visit(page, settle)).toEqual({});
  });

  test('for somebody who is not signed in', async () => {
    const page = await open({ theme: 'light', width: 390 });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel(/token/i).waitFor();
    expect(await whatAxeFinds(page)).toEqual([]);
    expectConsoleError(/401/);
  });
});
