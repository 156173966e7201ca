// Pans and zooms as a person with a wheel does.
import type { Page } from 'playwright-core';
import { watchMainThread, type Work } from './main-thread.ts';

/** What the main thread does meanwhile. */
export function panAndZoom(page: Page, steps: number): Promise<Work> {
  return watchMainThread(page, async () => {
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
  });
}
