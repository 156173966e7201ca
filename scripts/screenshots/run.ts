// `npm run screenshots`: every page of the dashboard and what opens above it, in light and dark, wide and narrow, of a
// world of its own on free ports; also as it were empty, far too large, or masked. It takes pictures and judges nothing.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { startWorld } from '../../demo/world/world.ts';
import { launchChromium } from '../chromium.ts';
import { placesOf, type Place } from './places.ts';
import { makeSights } from './sights.ts';
import { beEmpty, beHuge, beMasked, type OpenState, openStatesOf } from './states.ts';

const usage = `Usage: npm run screenshots -- [--state empty|huge|masked] [--only <text>[,<text>…]]

  --state <name>   the pages of a world in which nothing has happened, of one with far too much, or as a viewer sees
                   them to whom addresses are masked
  --only <text>    pages with this, or one of these, in their name
  CHROMIUM_PATH    another browser than the one from npm`;

const folder = fileURLToPath(new URL('../../screenshots/', import.meta.url));
const widths = [1440, 390] as const;
const themes = ['light', 'dark'] as const;

const ways = { empty: beEmpty, huge: beHuge, masked: beMasked } as const;

function readOptions(): { only: string; state: keyof typeof ways | null } {
  try {
    const { values } = parseArgs({
      options: { only: { type: 'string' }, state: { type: 'string' } },
    });
    const { only = '', state: asked } = values;
    const state = asked === 'empty' || asked === 'huge' || asked === 'masked' ? asked : null;
    if (asked !== undefined && state === null) throw new Error(`--state cannot be "${asked}"`);
    return { only, state };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

/** A page that says what is loading has not yet all that it will show. */
async function atRest(page: Page, place: Place): Promise<void> {
  await page.locator(place.ready).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
  await page.evaluate(() => document.fonts.ready.then(() => true));
}

async function picture(page: Page, place: Place | OpenState, name: string): Promise<boolean> {
  try {
    await atRest(page, place);
    if ('act' in place) await place.act(page);
    return true;
  } catch (error) {
    console.error(`  ${name}: not at rest, taken as it is (${String(error).split('\n')[0]})`);
    return false;
  } finally {
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
}

const { only, state } = readOptions();
const directory = await mkdtemp(join(tmpdir(), 'throughline-screenshots-'));
// Started by root, Postgres runs as another user, who must be able to enter.
await chmod(directory, 0o755);
await mkdir(folder, { recursive: true });
const world = await startWorld({
  directory,
  randomPorts: true,
  orderEveryMs: 0,
  failEvery: 3,
  onProgress: (line) => console.log(line),
});
let unready = 0;
try {
  console.log('Placing orders, storing a route, letting its printer fail');
  const sights = await makeSights(world.file, 12);
  const browser = await launchChromium();
  const all = state === null ? [...placesOf(sights), ...openStatesOf(sights)] : placesOf(sights);
  const places = all.filter(({ name }) => only.split(',').some((part) => name.includes(part)));
  for (const width of widths) {
    for (const theme of themes) {
      const context = await browser.newContext({
        viewport: { width, height: width > 1000 ? 900 : 844 },
        colorScheme: theme,
        reducedMotion: 'reduce',
        timezoneId: 'Europe/Prague',
      });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(`${world.file.dashboardUrl}/cascades#token=${world.file.apiToken}`);
      await page.locator('main h1').waitFor();
      if (state !== null) await ways[state](page);
      for (const place of places) {
        await page.goto(new URL(place.path, world.file.dashboardUrl).href);
        if (
          !(await picture(
            page,
            place,
            `${state === null ? '' : `${state}-`}${place.name}-${theme}-${width}`,
          ))
        )
          unready += 1;
      }
      await context.close();
      console.log(`${places.length} pages in ${theme}, ${width} px wide`);
    }
  }
  await browser.close();
  sights.close();
} finally {
  await world.stop();
  await rm(directory, { recursive: true, force: true });
}
console.log(`The pictures are in ${folder}`);
if (unready > 0) process.exitCode = 1;
