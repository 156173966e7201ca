// How soon pages show most of what they show, and how soon they answer to somebody, on a processor four times as slow:
// largest contentful paint and interaction to next paint, as browsers report them.
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import type { WorldFile } from '../../demo/world/state.ts';

const slowness = 4;

export type Vitals = { page: string; lcpMs: number; inpMs: number };

const vitalsSchema = z.object({ lcp: z.number(), inp: z.number() });

const observe = `(() => {
  const seen = window.benchVitals = { lcp: 0, inp: 0 };
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.lcp = entry.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.interactionId) seen.inp = Math.max(seen.inp, entry.duration);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
})()`;

/** What somebody does on a page, one after another, each once what came before has been painted. */
const pages: readonly {
  name: string;
  path: (cascade: string) => string;
  ready: string;
  steps: readonly ((page: Page) => Promise<void>)[];
}[] = [
  {
    name: 'overview',
    path: () => '/',
    ready: 'h1',
    steps: [
      (page) => openAbove(page, '?'),
      closeAbove,
      (page) => openAbove(page, 'Control+k'),
      (page) => page.keyboard.type('pay'),
    ],
  },
  {
    name: 'list of cascades',
    path: () => '/cascades',
    ready: '[data-cascade]',
    steps: [
      (page) => openAbove(page, 'Control+k'),
      closeAbove,
      (page) => page.locator('[data-cascade]').first().click(),
    ],
  },
  {
    name: 'cascade',
    path: (cascade) => `/c/${cascade}`,
    ready: '[data-view]',
    steps: [
      (page) => page.keyboard.press('e'),
      (page) => page.keyboard.press('ArrowDown'),
      (page) => page.keyboard.press('4'),
      (page) => page.keyboard.press('ArrowDown'),
      (page) => page.keyboard.press('Escape'),
      (page) => page.keyboard.press('2'),
      (page) => page.keyboard.press('1'),
    ],
  },
];

/** @param cascade a trace id */
export async function slowPages(
  browser: Browser,
  world: WorldFile,
  cascade: string,
): Promise<Vitals[]> {
  const all: Vitals[] = [];
  for (const { name, path, ready, steps } of pages) {
    // Nothing is kept from before: a first visit.
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.addInitScript(observe);
      const session = await context.newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: slowness });
      await page.goto(`${world.dashboardUrl}${path(cascade)}#token=${world.apiToken}`);
      await page.locator(ready).first().waitFor();
      await page.waitForLoadState('networkidle');
      const { lcp } = await vitalsOf(page);
      for (const step of steps) {
        await step(page);
        await painted(page);
      }
      const { inp } = await vitalsOf(page);
      all.push({ page: name, lcpMs: lcp, inpMs: inp });
    } finally {
      await context.close();
    }
  }
  return all;
}

/** What a key opens comes with scripts of its own: nobody goes on before it is there. */
async function openAbove(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await page.getByRole('dialog').waitFor();
}

async function closeAbove(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

async function vitalsOf(page: Page): Promise<z.infer<typeof vitalsSchema>> {
  return vitalsSchema.parse(await page.evaluate('window.benchVitals'));
}

/** Events are reported once the frame that shows what they did has been. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 200)));
      }),
  );
}
