// What the list of cascades keeps of an hour's worth of live feed: as many new cascades as one a second makes, sent faster than that.
import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { WorldFile } from '../../demo/world/state.ts';
import type { Senders } from './senders.ts';

const cascades = { whole: 3_600, quick: 400 };
const perSecond = 50;

export type Kept = { cascades: number; beforeMb: number; afterMb: number };

const usageSchema = z.object({ usedSize: z.number() });

/** @param page signed in */
export async function liveFeed(
  page: Page,
  world: WorldFile,
  senders: Senders,
  quick: boolean,
): Promise<Kept> {
  const count = quick ? cascades.quick : cascades.whole;
  await page.goto(`${world.dashboardUrl}/cascades`);
  await page.locator('[data-cascade]').first().waitFor();
  await page.waitForLoadState('networkidle');
  // What is made once, such as formats of times, is there after the first few.
  await senders.send(20, perSecond);
  const beforeMb = await heapMb(page);
  await senders.send(count, perSecond);
  const afterMb = await heapMb(page);
  return { cascades: count, beforeMb, afterMb };
}

/** After a collection of what nobody holds any more. */
async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = usageSchema.parse(await session.send('Runtime.getHeapUsage'));
    return usedSize / 1_000_000;
  } finally {
    await session.detach();
  }
}
