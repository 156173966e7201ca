// Where Tab leads in a page. It judges whether one sees where one is, and whether one comes out again.
import type { Page } from 'playwright-core';

/** More than any page has. */
const mostStops = 200;

type Stop = { name: string; isSeen: boolean; isInView: boolean };

/** Null once the focus has left the page for the browser, or has come back to where it began. */
function stopNow(page: Page, isFirst: boolean): Promise<Stop | null> {
  return page.evaluate((begins) => {
    const at = document.activeElement;
    if (at === null || at === document.body) return null;
    if (begins) Reflect.set(globalThis, 'firstStop', at);
    else if (Reflect.get(globalThis, 'firstStop') === at) return null;
    // The ring can be that of a link's row, or of the field around an input.
    const around = at.parentElement === null ? [] : [getComputedStyle(at.parentElement)];
    const styles = [getComputedStyle(at), getComputedStyle(at, '::after'), ...around];
    const { top, bottom, left, right } = at.getBoundingClientRect();
    return {
      name: `${at.localName} ${at.getAttribute('aria-label') ?? at.textContent.trim()}`.slice(
        0,
        60,
      ),
      isSeen: styles.some(
        ({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px',
      ),
      isInView: bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
    };
  }, isFirst);
}

/** A line for each stop without a ring or out of view, and one where Tab never comes out of the page. */
export async function stopsThatAreWrong(page: Page): Promise<string[]> {
  const wrong = new Set<string>();
  for (let count = 0; count < mostStops; count += 1) {
    await page.keyboard.press('Tab');
    const stop = await stopNow(page, count === 0);
    if (stop === null) return [...wrong];
    if (!stop.isSeen) wrong.add(`no ring: ${stop.name}`);
    if (!stop.isInView) wrong.add(`out of view: ${stop.name}`);
  }
  return [...wrong, `Tab does not come out after ${mostStops} stops`];
}
