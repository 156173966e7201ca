// A page of a generated cascade: the real page, with that cascade in the place of the API's answer.
import type { Page } from 'playwright-core';
import { benchCascade, benchTraceId } from '../../bench/dashboard/cascade.ts';
import { pack } from '../../src/columns/pack.ts';
import { leanTrace } from '../support/lean-trace.ts';
import { signedIn } from './browser.ts';

/** @param query of its address */
export async function openGenerated(hops: number, query: string): Promise<Page> {
  const page = await signedIn('/cascades');
  await page.getByRole('heading', { level: 1, name: 'Cascades' }).waitFor();
  const columns = JSON.stringify(pack(leanTrace(benchCascade(hops))));
  await page.route(new RegExp(`/api/traces/${benchTraceId}\\?form=columns$`), (route) =>
    route.fulfill({ contentType: 'application/json', body: columns }),
  );
  const none = { lines: [], truncated: false, query: '', from: '', to: '', tookMs: 1 };
  await page.route('**/api/*/*/logs*', (route) =>
    route.fulfill({ json: { state: 'ok', ...none } }),
  );
  await page.route('**/api/jobs/*/*/usual', (route) =>
    route.fulfill({ json: { days: 7, attempts: 0, medianMs: null, p95Ms: null } }),
  );
  await page.goto(new URL(`/c/${benchTraceId}?${query}`, page.url()).href);
  await page.locator('[data-view]').waitFor();
  return page;
}
