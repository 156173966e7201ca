// What keeps people out of a page: what axe-core finds (WCAG 2.2 A and AA, and its best practices), and what sticks out
// to the right where nobody can scroll. It judges a page as it stands, and brings it nowhere.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

/** What axe tells of one rule that is broken; of its own shape only what is printed. */
type Violation = { id: string; help: string; nodes: { html: string; failureSummary?: string }[] };

const source = readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/**
 * @param only 'colours' looks at contrast alone: what another theme can change
 * @returns a line for each element that is wrong
 */
export async function whatAxeFinds(page: Page, only: 'all' | 'colours' = 'all'): Promise<string[]> {
  // By evaluation, since the page's policy lets no foreign script in.
  if (!(await page.evaluate(() => Reflect.has(globalThis, 'axe'))))
    await page.evaluate(await source);
  const violations = await page.evaluate(async (asked) => {
    const axe = Reflect.get(globalThis, 'axe') as {
      run: (context: Document, options: object) => Promise<{ violations: Violation[] }>;
    };
    const found = await axe.run(document, {
      resultTypes: ['violations'],
      ...(asked === 'colours' && { runOnly: ['color-contrast'] }),
    });
    return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes }));
  }, only);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 5).map(({ html, failureSummary }) => {
      const why = failureSummary?.split('\n').slice(1).join(' ') ?? '';
      return `${id}: ${help}: ${html.slice(0, 220)} ${why.slice(0, 260)}`;
    }),
  );
}

/** A line for each element, five at most, that ends right of the page and that nothing cuts off or scrolls. */
export async function whatSticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    // oxlint-disable-next-line unicorn/consistent-function-scoping -- It runs in the page.
    const isKept = (element: Element): boolean => {
      for (let at = element.parentElement; at !== null; at = at.parentElement) {
        if (at.localName === 'main' || at.localName === 'body') return false;
        const isInside = at.getBoundingClientRect().right <= innerWidth + 1;
        if (isInside && getComputedStyle(at).overflowX !== 'visible') return true;
      }
      return false;
    };
    const shown = [
      ...document.querySelectorAll('main, main *, header *, nav *, aside *, dialog *'),
    ];
    const out = shown.filter((element) => {
      const { width, right } = element.getBoundingClientRect();
      return width > 0 && right > innerWidth + 1 && !isKept(element);
    });
    return out
      .slice(0, 5)
      .map((element) => `beyond ${innerWidth} px: ${element.outerHTML.slice(0, 200)}`);
  });
}
