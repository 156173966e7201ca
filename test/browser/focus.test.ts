// Where the focus is after something that opened above a page or in it has closed again (WCAG 2.4.3).
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { until } from './api.ts';
import { signedIn, useBrowser } from './browser.ts';
import { openGenerated } from './generated.ts';

useBrowser();

const hasFocus = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => element === document.activeElement);
const untilFocused = (locator: Locator): Promise<boolean> =>
  until(
    `the focus in ${locator.toString()}`,
    () => hasFocus(locator),
    (has) => has,
  );

type Opening = {
  path: string;
  opener: (page: Page) => Locator;
  key: string;
  opened: (page: Page) => Locator;
  close: (page: Page) => Promise<void>;
};
const escape = (page: Page): Promise<void> => page.keyboard.press('Escape');
const palette = (page: Page): Locator => page.getByRole('combobox', { name: 'Find anything' });

const openings: Record<string, Opening> = {
  'the palette, by its button': {
    path: '/jobs',
    opener: (page) => page.getByRole('button', { name: /^Find anything/ }),
    key: 'Enter',
    opened: palette,
    close: escape,
  },
  'the palette, by a key from anywhere': {
    path: '/jobs',
    opener: (page) => page.getByRole('link', { name: 'Coverage' }),
    key: 'Control+k',
    opened: palette,
    close: escape,
  },
  'the sheet of keys': {
    path: '/cascades',
    opener: (page) => page.getByRole('link', { name: 'Circuits' }),
    key: '?',
    opened: (page) => page.getByRole('heading', { name: 'Keys' }),
    close: escape,
  },
  'a filter': {
    path: '/cascades',
    opener: (page) => page.getByRole('button', { name: 'Add filter' }),
    key: 'Enter',
    opened: (page) => page.getByRole('button', { name: 'Time', exact: true }),
    close: escape,
  },
  'the form of a destination': {
    path: '/admin/destinations',
    opener: (page) => page.getByRole('button', { name: 'Describe one' }),
    key: 'Enter',
    opened: (page) => page.getByRole('textbox', { name: 'URL' }),
    close: (page) => page.getByRole('button', { name: 'Cancel' }).press('Enter'),
  },
};

describe('the focus', () => {
  test.each(Object.entries(openings))('goes back from %s', async (_name, opening) => {
    const page = await signedIn(opening.path);
    await page.locator('main h1').first().waitFor();
    const opener = opening.opener(page);
    await opener.focus();
    await page.keyboard.press(opening.key);
    const opened = opening.opened(page);
    await opened.waitFor();
    await opening.close(page);
    await opened.waitFor({ state: 'detached' });
    await untilFocused(opener);
  });

  test('goes into the list of jobs beside a cascade, and from there to the diagram', async () => {
    const page = await openGenerated(10, 'view=list');
    await page.getByRole('button', { name: 'Jobs', exact: true }).press('Enter');
    const heading = page.getByRole('heading', { name: 'Jobs of this cascade' });
    await untilFocused(heading);
    await page
      .getByRole('complementary', { name: 'Jobs of this cascade' })
      .getByRole('button', { name: 'Close' })
      .press('Enter');
    await untilFocused(page.getByRole('treegrid'));
    expect(await heading.count()).toBe(0);
  });
});
