// How quickly the dashboard opens cascades of ten to ten thousand hops and moves through them, what it does while one grows,
// what it keeps of a long live feed, and how it fares on a slow processor: in a real Chromium, against the real API over a
// real store, a whole world of its own.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { startWorld } from '../../demo/world/world.ts';
import { launchChromium } from '../../scripts/chromium.ts';
import { round, shown, spreadOf } from '../harness/rounds.ts';
import { generateCascades } from '../store/generate.ts';
import { panAndZoom } from './frames.ts';
import { growLive } from './growth.ts';
import { checkMeasure, p95, type Work } from './main-thread.ts';
import { liveFeed } from './memory.ts';
import { startSenders } from './senders.ts';
import { slowPages } from './slow-processor.ts';

const sizes = [10, 1_000, 10_000] as const;
const views = ['sequence', 'graph', 'waterfall', 'list'] as const;
const rounds = { whole: 9, quick: 3 };
const wheelSteps = { whole: 200, quick: 100 };
/** The longest that a task may take, ms. */
const longTaskMs = 100;

/**
 * @returns of the largest cascade, the worst view: openMs, frameMs (p95 of the main thread's time), longestTaskMs while moving;
 * growthFrameMs and growthMovedPx; keptMb of the live feed; lcpMs and inpMs of the worst page; firstLoadKb of the first page
 */
export async function benchDashboard(quick: boolean): Promise<Record<string, number>> {
  // Times of a browser on a busy machine say little: figures go with it.
  console.log(`load of the machine: ${round(loadavg()[0] ?? Number.NaN)}`);
  const directory = await mkdtemp(join(tmpdir(), 'throughline-dashboard-'));
  // Started by root, Postgres runs as another user, who must be able to enter.
  await chmod(directory, 0o755);
  const world = await startWorld({ directory, randomPorts: true, orderEveryMs: 0 });
  let browser: Browser | null = null;
  try {
    const { dashboardUrl, apiToken, observabilityUrl } = world.file;
    const ids = await makeCascades(observabilityUrl);
    browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${dashboardUrl}/#token=${apiToken}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const firstLoadKb = await sizeOfLoaded(page);
    console.log(`first load: ${round(firstLoadKb)} KB of scripts and styles, gzip`);

    const blank = await context.newPage();
    const { idleMs, busyMs } = await checkMeasure(blank);
    await blank.close();
    console.log(
      `main-thread time a frame, median: ${round(idleMs)} ms of a page that rests, ${round(busyMs)} ms of one that is busy for 20`,
    );

    const worst = { openMs: 0, frameMs: 0, longestTaskMs: 0 };
    for (const [hops, id] of ids) {
      for (const view of views) {
        const opened: number[] = [];
        const url = `${dashboardUrl}/c/${id}?view=${view}`;
        // Once before: what a browser keeps of scripts that it has run is there for those who come often.
        for (let turn = -1; turn < (quick ? rounds.quick : rounds.whole); turn += 1) {
          const ms = await open(page, url);
          if (turn >= 0) opened.push(ms);
        }
        console.log(`${hops} hops, ${view}: readable after ${shown(spreadOf(opened))} ms`);
        if (hops !== sizes.at(-1)) continue;
        const moved = await panAndZoom(page, quick ? wheelSteps.quick : wheelSteps.whole);
        tell(`${hops} hops, ${view}, panning and zooming`, moved);
        worst.openMs = Math.max(worst.openMs, spreadOf(opened).median);
        worst.frameMs = Math.max(worst.frameMs, p95(moved.frames));
        worst.longestTaskMs = Math.max(worst.longestTaskMs, ...moved.tasks);
      }
    }

    const senders = await startSenders(world.file);
    try {
      const grown = await growLive(page, world.file, senders, quick);
      tell(`growing by ${round(grown.nodesPerSecond)} nodes a second`, grown);
      console.log(`what is read meanwhile moved by ${round(grown.movedPx)} px`);
      const kept = await liveFeed(page, world.file, senders, quick);
      console.log(
        `heap of the list of cascades: ${round(kept.beforeMb)} MB, after ${kept.cascades} more cascades ${round(kept.afterMb)} MB`,
      );
      await context.close();
      const [, middle = ''] = ids.values();
      const vitals = await slowPages(browser, world.file, middle);
      for (const { page: name, lcpMs, inpMs } of vitals) {
        console.log(
          `${name}, a fourth of the processor: largest contentful paint ${round(lcpMs)} ms, interaction to next paint ${round(inpMs)} ms`,
        );
      }
      return {
        ...worst,
        growthFrameMs: p95(grown.frames),
        growthMovedPx: grown.movedPx,
        keptMb: kept.afterMb - kept.beforeMb,
        lcpMs: Math.max(...vitals.map(({ lcpMs }) => lcpMs)),
        inpMs: Math.max(...vitals.map(({ inpMs }) => inpMs)),
        firstLoadKb,
      };
    } finally {
      senders.stop();
    }
  } finally {
    await browser?.close();
    await world.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function tell(what: string, { frames, cpu, tasks }: Work): void {
  const long = tasks.filter((ms) => ms > longTaskMs);
  console.log(
    `${what}: ${round(p95(frames))} ms a frame, ${round(p95(cpu))} of the processor (p95 of ${frames.length}); ` +
      `${long.length} tasks above ${longTaskMs} ms, the longest ${round(Math.max(...tasks))}`,
  );
}

/** From going to the address until nodes are painted, ms. What the browser has kept of the page's scripts it uses. */
async function open(page: Page, url: string): Promise<number> {
  await page.goto('about:blank');
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('[data-view]').waitFor();
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
      }),
  );
}

/** Cascades of about each size: hops → trace id. */
async function makeCascades(databaseUrl: string): Promise<Map<number, string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await generateCascades(client, {
      events: 50_000,
      giants: 1,
      giantHops: Math.max(...sizes),
      days: 1,
      nowMs: Date.now(),
      payloads: 1,
    });
    await client.query('vacuum analyze');
    const found = await client.query<{ hops: number; id: string }>(
      `with c as materialized (select trace_id as id, count(*)::int as hops from deliveries group by 1)
       select n.* from unnest($1::int[]) s (size)
       cross join lateral (select c.hops, c.id from c order by abs(c.hops - s.size), c.id limit 1) n`,
      [sizes],
    );
    return new Map(found.rows.map(({ hops, id }) => [hops, id]));
  } finally {
    await client.end();
  }
}

/** Scripts and styles that the page has loaded so far, gzip, KB of 1,000 bytes. */
async function sizeOfLoaded(page: Page): Promise<number> {
  const urls = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => /\.(?:js|css)(?:\?|$)/.test(name)),
  );
  let bytes = 0;
  for (const url of new Set(urls)) {
    const response = await fetch(url);
    bytes += gzipSync(Buffer.from(await response.arrayBuffer())).length;
  }
  return bytes / 1_000;
}
