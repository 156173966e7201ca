// What an admin does to see that a route works: sends a test and follows it to its cascade, looks whose turn it is, and
// makes the rotation begin anew.
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { until } from './api.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';

useBrowser();

let destination: Server;
let destinationUrl: string;
const tests: (string | undefined)[] = [];

beforeAll(async () => {
  destination = createServer((request, response) => {
    tests.push(request.headers['x-throughline-test']?.toString());
    request.resume().on('end', () => response.end('weighed'));
  });
  await new Promise<void>((resolve) => destination.listen(0, '127.0.0.1', resolve));
  const address = destination.address();
  destinationUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});

afterAll(() => {
  destination.close();
});

async function storeRoute(name: string): Promise<void> {
  const { dashboardUrl, apiToken } = inject('world');
  const response = await fetch(`${dashboardUrl}/api/admin/routes/${name}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${apiToken}`,
      'content-type': 'application/json',
      'if-none-match': '*',
    },
    body: JSON.stringify({
      algorithm: 'round-robin',
      destinations: [`${destinationUrl}/scale-a`, `${destinationUrl}/scale-b`],
      job: 'weigh-parcel',
    }),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** Sends until the edge knows the route. */
async function send(route: string): Promise<void> {
  const { edgeUrl, ingestKey } = inject('world');
  await until(
    `an event through /r/${route}`,
    () =>
      fetch(`${edgeUrl}/r/${route}`, {
        method: 'POST',
        headers: { 'x-throughline-key': ingestKey, 'content-type': 'application/json' },
        body: '{}',
      }),
    ({ ok }) => ok,
  );
}

test('an admin sends a test, follows it, and makes the rotation begin anew', async () => {
  const route = `weigh-${crypto.randomUUID().slice(0, 8)}`;
  await storeRoute(route);
  for (let events = 0; events < 3; events += 1) await send(route);
  expect(tests).toEqual([undefined, undefined, undefined]);

  const page = await signedIn(`/admin/dry-run?route=${route}`);
  page.on('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Send it as a test…' }).click();
  await page.getByText('HTTP 200').waitFor();
  await page.getByRole('region', { name: 'Answer' }).getByText('weighed').waitFor();
  expect(tests.at(-1)).toBe('true');
  await page.getByRole('link', { name: 'Open its cascade' }).click();
  // Until its event is recorded.
  expectConsoleError(/404/);
  await page.getByRole('button', { name: /^weigh-parcel, job, delivered/ }).click();
  const panel = page.getByRole('complementary', { name: 'weigh-parcel' });
  await panel.getByText('Test', { exact: true }).waitFor();

  await page.goto(`${inject('world').dashboardUrl}/admin/routes/${route}`);
  const turns = page.getByRole('list', { name: 'Turns' }).getByRole('listitem');
  await turns.nth(0).getByText('2 turns').waitFor();
  await turns.nth(1).getByText('2 turns').waitFor();
  await turns.nth(0).getByText('next').waitFor();
  await page.getByText(/Forgotten in/).waitFor();
  await page.getByRole('button', { name: 'Reset…' }).click();
  await turns.nth(0).getByText('0 turns').waitFor();
  await page.getByText(/Not used yet, or forgotten/).waitFor();
  await page.goto(`${inject('world').dashboardUrl}/admin/audit`);
  await page.getByText('rotation.reset').first().waitFor();
});
