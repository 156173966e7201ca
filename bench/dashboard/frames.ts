// How long a page's main thread works for each frame while somebody pans and zooms, and which tasks were long. The first
// input of a frame, or its animation frame, begins it; a message that is sent from there is handled once it is painted.
import type { Page } from 'playwright-core';
import { z } from 'zod';

const measuredSchema = z.object({
  frames: z.array(z.number()),
  longTasks: z.array(z.number()),
});

/** ms, of each frame and of each task above 50 ms. */
export type Measured = z.infer<typeof measuredSchema>;

const watch = `(() => {
  const frames = [], longTasks = [];
  const observer = new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({ type: 'longtask' });
  let began = null, stopped = false;
  const begin = () => { began ??= performance.now(); };
  addEventListener('wheel', begin, { capture: true, passive: true });
  addEventListener('pointermove', begin, { capture: true, passive: true });
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { if (began !== null) frames.push(performance.now() - began); began = null; };
  const frame = () => { begin(); channel.port2.postMessage(0); if (!stopped) requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  window.benchFrames = () => { stopped = true; observer.disconnect(); return { frames, longTasks }; };
})()`;

/** Pans and zooms as a person with a wheel does, and measures meanwhile. */
export async function panAndZoom(page: Page, steps: number): Promise<Measured> {
  await page.evaluate(watch);
  await page.mouse.move(600, 500);
  for (let step = 0; step < steps; step += 1) {
    const back = step % 40 < 20 ? 1 : -1;
    await page.mouse.wheel(step % 3 === 0 ? 60 * back : 0, 120 * back);
    if (step % 10 === 9) {
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, step % 20 === 9 ? -80 : 80);
      await page.keyboard.up('Control');
    }
  }
  return measuredSchema.parse(await page.evaluate('window.benchFrames()'));
}

/** The value below which 95 of 100 are. */
export function p95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? Number.NaN;
}
