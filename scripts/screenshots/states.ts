// What pages look like when things are not as usual: something is open above them, there is nothing, there is far too
// much, the API has gone, somebody may not, values are masked. Where a world cannot be brought there quickly, the API's
// own answer is changed on its way to the page, never made up.
import type { Page, Route } from 'playwright-core';
import { emptied, masked, stretched, wordy } from './answers.ts';
import type { Place } from './places.ts';
import type { Sights } from './sights.ts';

/** A place with what somebody does there, until what they wait for is to be seen. */
export type OpenState = Place & { act: (page: Page) => Promise<void> };

const everyAnswer = /\/api\/(?!live)/;

/** Has the page see the API's answers as `change` makes them. Answers that are no JSON stay as they are. */
export async function changeAnswers(
  page: Page,
  change: (answer: unknown, path: string) => unknown,
): Promise<void> {
  await page.route(everyAnswer, async (route: Route) => {
    const response = await route.fetch().catch(() => null);
    // The page, which asked for it, is gone.
    if (response === null) return;
    const isJson = response.headers()['content-type']?.includes('application/json') === true;
    const json = isJson
      ? change(await response.json(), new URL(route.request().url()).pathname)
      : null;
    await (isJson ? route.fulfill({ response, json }) : route.fulfill({ response })).catch(
      () => undefined,
    );
  });
}

/** Nothing has ever happened, and nothing is configured. */
export const beEmpty = (page: Page): Promise<void> => changeAnswers(page, emptied);

/** Lists of hundreds, names of hundreds of letters, from right to left and in pictures. */
export const beHuge = (page: Page): Promise<void> => changeAnswers(page, stretched);

/** A viewer, to whom e-mail addresses are marks. */
export const beMasked = (page: Page): Promise<void> => changeAnswers(page, masked);

/**
 * The API is gone for a page that had its answers, and half a minute passes. The page's clock must have been installed
 * before it was opened.
 * @returns brings the API back
 */
export async function loseApi(page: Page): Promise<() => Promise<void>> {
  await page.route(everyAnswer, (route) => route.abort());
  await page.clock.runFor(30_000);
  return () => page.unroute(everyAnswer);
}

const dialog = '[role="dialog"], dialog[open]';

const press =
  (key: string, then: string) =>
  async (page: Page): Promise<void> => {
    await page.keyboard.press(key);
    await page.locator(then).first().waitFor();
  };

const find =
  (text: string, then: string) =>
  async (page: Page): Promise<void> => {
    await press('Control+k', '[role="dialog"] [role="combobox"]')(page);
    await page.keyboard.insertText(text);
    await page.locator('[role="dialog"]').getByText(then).first().waitFor();
  };

/** @param sights what the world holds */
export function openStatesOf(
  sights: Pick<Sights, 'traceId' | 'deliveryId' | 'route'>,
): OpenState[] {
  const { traceId, deliveryId, route } = sights;
  const title = 'main h1';
  const hop = `/c/${traceId}?sel=${deliveryId}`;
  const panel = (tab: string, text: string | RegExp): OpenState => ({
    name: `panel-${tab}`,
    path: `${hop}&tab=${tab}`,
    ready: 'aside',
    act: (page) => page.locator('aside').getByText(text).first().waitFor(),
  });
  return [
    { name: 'palette', path: '/cascades', ready: title, act: press('Control+k', dialog) },
    { name: 'palette-found', path: '/cascades', ready: title, act: find('charge', 'charge-card') },
    { name: 'palette-nothing', path: '/dead', ready: title, act: find('zq zq', 'Nothing has') },
    { name: 'keys', path: '/dead', ready: title, act: press('?', dialog) },
    { name: 'keys-of-cascade', path: hop, ready: '[data-view]', act: press('?', dialog) },
    panel('logs', 'charge-card done'),
    {
      name: 'panel-logs-10000',
      path: `${hop}&tab=raw`,
      ready: 'aside',
      act: async (page) => {
        await changeAnswers(page, (answer, path) =>
          path.endsWith('/logs') ? wordy(answer, 10_000) : answer,
        );
        await page.getByRole('tab', { name: /^Logs/ }).click();
        await page.locator('aside').getByText('10,000 lines').first().waitFor();
      },
    },
    panel('attempts', 'Where the time went'),
    panel('payload', 'Copy curl'),
    panel('change', /status|differ/),
    panel('raw', 'As the API tells it.'),
    {
      name: 'cascades-search',
      path: '/cascades',
      ready: '[data-cascade]',
      act: async (page) => {
        await page.keyboard.press('/');
        await page.keyboard.insertText('orders');
        await page.getByRole('option').first().waitFor();
      },
    },
    {
      name: 'cascades-filter',
      path: '/cascades',
      ready: '[data-cascade]',
      act: async (page) => {
        await page
          .getByRole('button', { name: /filter/i })
          .first()
          .click();
      },
    },
    {
      name: 'key-shown-once',
      path: '/admin/keys',
      ready: title,
      act: async (page) => {
        await page.getByLabel('Source').fill('scanner');
        await page.getByRole('button', { name: 'Make the key' }).click();
        await page.getByRole('alert', { name: 'The new key' }).waitFor();
        await page
          .getByRole('button', { name: /^Rotate / })
          .first()
          .click();
      },
    },
    {
      name: 'dead-letter',
      path: '/dead',
      ready: 'tr[data-letter]',
      act: async (page) => {
        await page.locator('button[data-inspect]').first().click();
        await page.getByRole('tab', { name: 'Kept headers' }).waitFor();
      },
    },
    {
      name: 'discard',
      path: '/dead',
      ready: 'tr[data-letter]',
      act: async (page) => {
        await page.getByRole('checkbox', { name: 'Tick all that are shown' }).check();
        await page.getByRole('button', { name: 'Discard…' }).click();
        await page.getByText(/the list and .* delivered to nobody/).waitFor();
      },
    },
    {
      name: 'replay-all',
      path: '/dead',
      ready: 'main table',
      act: async (page) => {
        await page.getByRole('button', { name: /^Replay all/ }).click();
        await page.getByText(/attempted again, each with/).waitFor();
      },
    },
    {
      name: 'dry-run-result',
      path: `/admin/dry-run?route=${route}`,
      ready: 'main form',
      act: async (page) => {
        await page.getByRole('button', { name: 'See what would be sent' }).click();
        await page.getByRole('list', { name: 'Deliveries' }).waitFor();
      },
    },
    {
      name: 'go-back',
      path: '/admin/versions',
      ready: title,
      act: async (page) => {
        await page
          .getByRole('button', { name: /^Go back to version/ })
          .first()
          .click();
        await page.getByRole('button', { name: /^Go back to version \d+$/ }).waitFor();
      },
    },
    {
      name: 'route-refused',
      path: '/admin/new-route',
      ready: 'main form',
      act: async (page) => {
        await page.getByRole('textbox', { name: 'Name', exact: true }).fill('wrong');
        await page.getByRole('textbox', { name: 'destination 1', exact: true }).fill('ftp://x/');
        await page.getByRole('button', { name: 'Make the route' }).click();
        await page.getByText('must be an http(s) URL').waitFor();
      },
    },
  ];
}
