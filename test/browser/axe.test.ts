// axe-core finds nothing and nothing sticks out, on every page and in every state: as usual, with something open above
// it, empty, far too large, while the API fails, does not answer or is gone, for those who may not, and masked.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { placesOf, type Place } from '../../scripts/screenshots/places.ts';
import { makeSights, type Sights } from '../../scripts/screenshots/sights.ts';
import {
  beEmpty,
  beHuge,
  beMasked,
  loseApi,
  openStatesOf,
} from '../../scripts/screenshots/states.ts';
import { whatAxeFinds } from './axe.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';
import { stopsThatAreWrong } from './stops.ts';
import { allLooks, quickLooks, twoLooks, visitAll, watchAnswers, type Visit } from './visits.ts';

useBrowser();
// A test here looks at every page.
vi.setConfig({ testTimeout: 400_000 });

let sights: Sights;
let places: Place[];

beforeAll(async () => {
  sights = await makeSights(inject('world'), 3);
  places = placesOf(sights);
}, 180_000);
afterAll(() => sights.close());

/** Of the four views of a cascade one is enough where none of them has anything to draw. */
const once = (): Place[] =>
  places.filter(({ name }) => !/^cascade-(?:graph|waterfall|list)$/.test(name));
const named = (...names: string[]): Place[] => {
  const found = places.filter(({ name }) => names.includes(name));
  expect(found.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  return found;
};

async function atRest(page: Page, place: Place): Promise<void> {
  await page.locator(place.ready).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
}

async function opened(): Promise<Page> {
  const page = await signedIn('/cascades');
  await page.locator('main h1').waitFor();
  return page;
}

/** Pages whose answers are changed, or who may less: there is no telling what appears on them. */
function answered(
  visited: readonly Place[],
  given: (page: Page) => Promise<unknown>,
): Visit<Place> {
  const waits = new WeakMap<Page, () => Promise<void>>();
  return {
    places: visited,
    looks: quickLooks,
    open: async () => {
      const page = await opened();
      waits.set(page, watchAnswers(page));
      await given(page);
      return page;
    },
    settle: async (page) => waits.get(page)?.(),
  };
}

const failing = (page: Page): Promise<unknown> =>
  page.route(/\/api\/(?!me$|live)/, (route) =>
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

describe('nothing keeps people out', () => {
  test('of any page', async () => {
    const visit = { places, looks: allLooks, open: opened, settle: atRest };
    expect(await visitAll(visit)).toEqual({});
    expectConsoleError(/404|400/);
  });

  test('of what opens above a page or in it', async () => {
    const wrong = await visitAll({
      places: openStatesOf(sights),
      looks: twoLooks,
      open: opened,
      settle: async (page, state) => {
        await atRest(page, state);
        await state.act(page);
      },
    });
    expect(wrong).toEqual({});
    // A route that is refused.
    expectConsoleError(/400/);
  });

  test('of a world in which nothing has happened', async () => {
    const ofSomething = /^(?:job|cascade-.*|row.*|replay-run|route)$/;
    const visited = once().filter(({ name }) => !ofSomething.test(name));
    expect(await visitAll({ ...answered(visited, beEmpty), looks: twoLooks })).toEqual({});
    expectConsoleError(/404|400/);
  });

  test('of lists of hundreds and names of hundreds of letters, from right to left and in pictures', async () => {
    expect(await visitAll(answered(once(), beHuge))).toEqual({});
    expectConsoleError(/404|400/);
  });

  test('of any page for a viewer, with e-mail addresses masked', async () => {
    const ofAdmins = /^(?:new-route|destinations|keys|settings|tokens|dry-run|versions|audit)$/;
    const visited = once().filter(({ name }) => !ofAdmins.test(name));
    expect(await visitAll(answered(visited, beMasked))).toEqual({});
    expectConsoleError(/404|400/);
  });

  test('of any page while the API fails', async () => {
    expect(await visitAll(answered(once(), failing))).toEqual({});
    expectConsoleError(/503/);
  });

  test('of any page while the API does not answer', async () => {
    const wrong = await visitAll({
      places: once(),
      looks: quickLooks,
      open: async () => {
        const page = await opened();
        await page.route(/\/api\/(?!me$|live)/, () => undefined);
        return page;
      },
      settle: async (page) => {
        await page.locator('nav[aria-label="Main"]').waitFor();
        await page.locator('main, h2').first().waitFor();
      },
    });
    expect(wrong).toEqual({});
  });

  test('of pages that had answers before the API was gone', async () => {
    const wrong = await visitAll({
      places: named('overview', 'cascades', 'cascade-list', 'dead-letters', 'circuits', 'jobs'),
      looks: twoLooks,
      open: async () => {
        const page = await opened();
        await page.clock.install();
        // Without the feed a page asks every few seconds, and so notices.
        await page.routeWebSocket(/\/api\/live/, (socket) => socket.close());
        return page;
      },
      settle: async (page, place) => {
        await atRest(page, place);
        const giveBack = await loseApi(page);
        await page
          .getByText(/Not live, updated/)
          .first()
          .waitFor();
        await giveBack();
      },
    });
    expect(wrong).toEqual({});
    expectConsoleError(/Failed to load resource|WebSocket/);
  });

  test('who use the keyboard alone: each stop is to be seen, and none is the last', async () => {
    const page = await opened();
    const wrong: Record<string, string[]> = {};
    for (const place of places) {
      await page.goto(new URL(place.path, page.url()).href);
      await atRest(page, place);
      const found = await stopsThatAreWrong(page);
      if (found.length > 0) wrong[place.name] = found;
    }
    expect(wrong).toEqual({});
    await page.context().close();
    expectConsoleError(/404|400/);
  });

  test('of the page of those who are not signed in', async () => {
    const page = await opened();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel(/token/i).waitFor();
    expect(await whatAxeFinds(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await whatAxeFinds(page)).toEqual([]);
    expectConsoleError(/401/);
  });
});
