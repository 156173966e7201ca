// How quickly the dashboard opens cascades of ten to ten thousand hops and moves through them, in a real Chromium, against
// the real API over a real store: a whole world of its own.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { startWorld } from '../../demo/world/world.ts';
import { launchChromium } from '../../scripts/chromium.ts';
import { type Spread, round, shown, spreadOf } from '../harness/rounds.ts';
import { generateCascades } from '../store/generate.ts';
import { type Measured, p95, panAndZoom } from './frames.ts';

const sizes = [10, 1_000, 10_000] as const;
const views = ['sequence', 'graph', 'waterfall', 'list'] as const;
const rounds = { whole: 9, quick: 3 };
const wheelSteps = 200;
/** Above these are the longest that a frame and a task may take, ms. */
const longTaskMs = 100;

/** @returns openMs and frameMs of the largest cascade, the worst view; firstLoadKb of the first page */
export async function benchDashboard(quick: boolean): Promise<Record<string, number>> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-dashboard-'));
  // Started by root, Postgres runs as another user, who must be able to enter.
  await chmod(directory, 0o755);
  const world = await startWorld({ directory, randomPorts: true, orderEveryMs: 0 });
  let browser: Browser | null = null;
  try {
    const { dashboardUrl, apiToken, observabilityUrl } = world.file;
    const ids = await makeCascades(observabilityUrl);
    browser = await launchChromium();
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${dashboardUrl}/#token=${apiToken}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const firstLoadKb = await sizeOfLoaded(page);
    console.log(`first load: ${round(firstLoadKb)} KB of scripts and styles, gzip`);

    const count = quick ? rounds.quick : rounds.whole;
    let worst: { openMs: number; frameMs: number } = { openMs: 0, frameMs: 0 };
    for (const [hops, id] of ids) {
      for (const view of views) {
        const url = `${dashboardUrl}/c/${id}?view=${view}`;
        const opened: number[] = [];
        for (let turn = 0; turn < count; turn += 1) opened.push(await open(page, url));
        const moved = await panAndZoom(page, wheelSteps);
        tell(hops, view, spreadOf(opened), moved);
        if (hops !== sizes.at(-1)) continue;
        worst = {
          openMs: Math.max(worst.openMs, spreadOf(opened).median),
          frameMs: Math.max(worst.frameMs, p95(moved.frames)),
        };
      }
    }
    return { ...worst, firstLoadKb };
  } finally {
    await browser?.close();
    await world.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function tell(hops: number, view: string, opened: Spread, { frames, longTasks }: Measured): void {
  const long = longTasks.filter((ms) => ms > longTaskMs);
  console.log(
    `${hops} hops, ${view}: readable after ${shown(opened)} ms; ${round(p95(frames))} ms a frame (p95 of ${frames.length}), ` +
      `${long.length} tasks above ${longTaskMs} ms${long.length ? `, the longest ${round(Math.max(...long))}` : ''}`,
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
