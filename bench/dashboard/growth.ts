// What somebody sees of a cascade that grows by fifty nodes a second while they read its beginning.
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { WorldFile } from '../../demo/world/state.ts';
import { watchMainThread, type Work } from './main-thread.ts';
import type { Senders } from './senders.ts';

/** An event and a hop each. */
const webhooksPerSecond = 25;
const seconds = { whole: 30, quick: 8 };
const patienceMs = 60_000;

export type Growth = Work & {
  nodesPerSecond: number;
  /** How far the node that was read had moved at most, px. */
  movedPx: number;
};

const tracesSchema = z.object({ traces: z.array(z.object({ id: z.string() })) });
const detailSchema = z.object({
  deliveries: z.array(z.object({ state: z.string(), correlationId: z.string() })),
});

/** @param page signed in */
export async function growLive(
  page: Page,
  world: WorldFile,
  senders: Senders,
  quick: boolean,
): Promise<Growth> {
  const { id, correlationId } = await newCascade(world, senders);
  const count = webhooksPerSecond * (quick ? seconds.quick : seconds.whole);
  await page.goto(`${world.dashboardUrl}/c/${id}?view=sequence`);
  const read = page.getByRole('button', { name: /^grow, job, delivered/ }).first();
  await read.waitFor();
  const place = await read.boundingBox();
  let movedPx = 0;
  let tookMs = 0;
  const work = await watchMainThread(page, async () => {
    const over = new AbortController();
    const watch = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const now = await read.boundingBox();
        movedPx = Math.max(
          movedPx,
          Math.abs((now?.x ?? Infinity) - (place?.x ?? 0)),
          Math.abs((now?.y ?? Infinity) - (place?.y ?? 0)),
        );
        await wait(500);
      }
    };
    const watching = watch();
    tookMs = await senders.send(count, webhooksPerSecond, correlationId);
    await untilHops(world, id, count + 1);
    over.abort();
    await watching;
  });
  return { ...work, movedPx, nodesPerSecond: (2 * count * 1_000) / tookMs };
}

async function newCascade(
  world: WorldFile,
  senders: Senders,
): Promise<{ id: string; correlationId: string }> {
  await senders.send(1, 1);
  const found = await until('a new cascade', async () => {
    const { traces } = tracesSchema.parse(await ask(world, '/api/traces?limit=1'));
    const [trace] = traces;
    if (!trace) return null;
    const { deliveries } = detailSchema.parse(await ask(world, `/api/traces/${trace.id}`));
    const [hop] = deliveries;
    return hop?.state === 'delivered' && hop.correlationId.includes('.grow.')
      ? { id: trace.id, correlationId: hop.correlationId }
      : null;
  });
  return found;
}

async function untilHops(world: WorldFile, id: string, count: number): Promise<void> {
  await until(`${count} hops`, async () => {
    const { deliveries } = detailSchema.parse(await ask(world, `/api/traces/${id}`));
    return deliveries.length >= count ? true : null;
  });
}

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const giveUpAtMs = performance.now() + patienceMs;
  while (performance.now() < giveUpAtMs) {
    const found = await look();
    if (found !== null) return found;
    await wait(1_000);
  }
  throw new Error(`${what}: not there after ${patienceMs} ms`);
}

async function ask(world: WorldFile, path: string): Promise<unknown> {
  const response = await fetch(`${world.dashboardUrl}${path}`, {
    headers: { authorization: `Bearer ${world.apiToken}` },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
