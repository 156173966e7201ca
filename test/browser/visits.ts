// Goes through pages and collects what is wrong with each, two at a time: while one is looked at, the other loads.
import type { Page } from 'playwright-core';
import type { Place } from '../../scripts/screenshots/places.ts';
import { whatAxeFinds, whatSticksOut } from './axe.ts';

export type Look = {
  theme: 'light' | 'dark';
  width: 1440 | 390 | 320;
  axe: 'all' | 'colours' | 'not';
};

/** One page load, then every theme in every width. */
export const allLooks: readonly Look[] = [
  { theme: 'light', width: 1440, axe: 'all' },
  { theme: 'dark', width: 1440, axe: 'colours' },
  { theme: 'dark', width: 390, axe: 'all' },
  { theme: 'light', width: 390, axe: 'colours' },
  { theme: 'light', width: 320, axe: 'not' },
];

/** Each theme and each width once. */
export const twoLooks: readonly Look[] = [
  { theme: 'light', width: 1440, axe: 'all' },
  { theme: 'dark', width: 390, axe: 'all' },
  { theme: 'dark', width: 320, axe: 'not' },
];

/** Where colours are those of other states: axe once, every width. */
export const quickLooks: readonly Look[] = [
  { theme: 'light', width: 1440, axe: 'not' },
  { theme: 'dark', width: 390, axe: 'all' },
  { theme: 'dark', width: 320, axe: 'not' },
];

/** What is wrong with the page as it stands, look by look. */
async function whatIsWrong(page: Page, looks: readonly Look[]): Promise<string[]> {
  const wrong = new Set<string>();
  for (const { theme, width, axe } of looks) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    const found = axe === 'not' ? [] : await whatAxeFinds(page, axe);
    for (const line of [...found, ...(await whatSticksOut(page))])
      wrong.add(`${theme}, ${width} px: ${line}`);
  }
  return [...wrong];
}

const everyAnswer = /\/api\/(?!live)/;

/**
 * Until everything that the page has asked of the API is answered and nothing in it says that it loads.
 * To be called before the page is opened; gives the function that waits.
 */
export function watchAnswers(page: Page): () => Promise<void> {
  const open = new Set<object>();
  const waiting: (() => void)[] = [];
  page.on('request', (request) => everyAnswer.test(request.url()) && open.add(request));
  const done = (request: object): void => {
    open.delete(request);
    if (open.size === 0) for (const go of waiting.splice(0)) go();
  };
  page.on('requestfinished', done);
  page.on('requestfailed', done);
  return async () => {
    await page.locator('main').first().waitFor();
    if (open.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
  };
}

export type Visit<P extends Place> = {
  places: readonly P[];
  looks: readonly Look[];
  /** A page of its own for each of the two that go. */
  open: () => Promise<Page>;
  /** Waits until the place is as it is to be looked at. */
  settle: (page: Page, place: P) => Promise<void>;
};

/** What is wrong, by the place's name; nothing where nothing is. */
export async function visitAll<P extends Place>(
  visit: Visit<P>,
): Promise<Record<string, string[]>> {
  const wrong: Record<string, string[]> = {};
  const left = [...visit.places];
  const go = async (): Promise<void> => {
    const page = await visit.open();
    for (let place = left.shift(); place !== undefined; place = left.shift()) {
      await page.setViewportSize({ width: visit.looks[0]?.width ?? 1440, height: 900 });
      await page.goto(new URL(place.path, page.url()).href);
      await visit.settle(page, place);
      const found = await whatIsWrong(page, visit.looks);
      if (found.length > 0) wrong[place.name] = found;
    }
    // What it still asks must not be an error of the next test's.
    await page.context().close();
  };
  await Promise.all([go(), go()]);
  return wrong;
}
