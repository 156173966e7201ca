// What an admin does: makes a route and sees an event go its way, meets a colleague who was faster, takes changes
// back, hands out a key, and brings a dead letter back.
import { createServer, type Server } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { deadLetterPageSchema } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { expectConsoleError, signedIn, useBrowser } from './browser.ts';
import { addressOf, asAdmin, change, send, store, stored } from './routes.ts';

useBrowser();

/** A destination whose answers the tests decide. */
let destination: Server;
let destinationUrl: string;
let status = 200;
const bodies: string[] = [];

beforeAll(async () => {
  destination = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(status).end('answered');
    });
  });
  await new Promise<void>((resolve) => destination.listen(0, '127.0.0.1', resolve));
  const address = destination.address();
  destinationUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});

afterAll(() => {
  destination.close();
});

async function openRoute(page: Page, name: string): Promise<void> {
  await page.getByRole('list', { name: 'Stored routes' }).getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

describe('an admin', () => {
  test('makes a route, is told at the field what is wrong, and sees its event as a cascade', async () => {
    // Who has seen that there is no cascade yet is led to the first one by another page.
    const page = await signedIn('/dead');
    await page.getByRole('link', { name: 'Routing' }).click();
    await page.getByRole('link', { name: 'New route' }).first().click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('parcels');
    const line = page.getByRole('textbox', { name: 'destination 1', exact: true });
    await line.fill('ftp://jobs.example.com/');
    await page.getByRole('button', { name: 'Make the route' }).click();
    await page.getByText('must be an http(s) URL').waitFor();
    expect(await line.getAttribute('aria-invalid')).toBe('true');
    expect(await line.evaluate((field) => document.activeElement === field)).toBe(true);
    expectConsoleError(/400/);

    await line.fill(`${destinationUrl}/pack-parcel`);
    await page.getByLabel('Why (for the versions)').fill('parcels by the new service');
    await page.getByRole('button', { name: 'Make the route' }).click();
    await page.getByRole('heading', { level: 1, name: 'parcels' }).waitFor();
    await page.getByText(`${inject('world').edgeUrl}/r/parcels`, { exact: true }).waitFor();

    await send('parcels', { parcel: 7 });
    await addressOf('pack-parcel');
    await page.getByRole('link', { name: 'Cascades' }).first().click();
    await page
      .getByRole('link', { name: /webhook received/ })
      .first()
      .click();
    await page.getByRole('button', { name: /^pack-parcel, job, delivered/ }).waitFor();
    expect(bodies).toContain('{"parcel":7}');
  });

  test('sees what a colleague changed meanwhile, and takes both changes', async () => {
    await store('labels', { destinations: [`${destinationUrl}/print-label`] });
    const page = await signedIn('/admin/routes');
    await openRoute(page, 'labels');
    await page.getByLabel('Job’s name').fill('print');
    await change('labels', (route) => ({ ...route, attemptTimeoutSeconds: 7 }));
    await page.getByRole('button', { name: 'Save' }).click();

    const conflict = page
      .getByRole('alert')
      .filter({ hasText: 'Somebody changed the route labels' });
    await conflict.getByRole('row', { name: /attemptTimeoutSeconds.*7/ }).waitFor();
    expectConsoleError(/412/);
    expect((await stored('labels')).job).toBeNull();
    await conflict.getByRole('button', { name: 'Take both' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Route labels was saved').waitFor();
    expect(await stored('labels')).toMatchObject({ job: 'print', attemptTimeoutSeconds: 7 });
  });

  test('is told when the route was deleted meanwhile', async () => {
    await store('stamps', { destinations: [`${destinationUrl}/stamp`] });
    const page = await signedIn('/admin/routes/stamps');
    await page.getByLabel('Job’s name').fill('stamp');
    const { headers } = await asAdmin('GET', '/routes/stamps', {});
    await asAdmin('DELETE', '/routes/stamps', { 'if-match': headers.get('etag') });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody deleted the route stamps meanwhile').waitFor();
    expectConsoleError(/412|404/);
    await page.getByRole('button', { name: 'Make it again' }).click();
    await page.getByRole('button', { name: 'Make the route' }).click();
    await page.getByText('Route stamps was made').waitFor();
    expect((await stored('stamps')).job).toBe('stamp');
  });

  test('undoes a change, and goes back to an older version', async () => {
    await store('crates', { destinations: [`${destinationUrl}/crate`], job: 'first' });
    const { version } = await ask('/api/admin/configuration', z.object({ version: z.number() }));
    const page = await signedIn('/admin/routes');
    await openRoute(page, 'crates');
    const job = page.getByLabel('Job’s name');
    await job.fill('second');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Route crates was saved').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone: Route crates was saved').waitFor();
    expect((await stored('crates')).job).toBe('first');
    await until(
      'the form with what is stored again',
      () => job.inputValue(),
      (text) => text === 'first',
    );

    await change('crates', (route) => ({ ...route, job: 'third' }));
    await page.getByRole('link', { name: 'Versions' }).first().click();
    await page.getByRole('button', { name: `Go back to version ${version}…` }).click();
    await page.getByText('routes.crates.job').waitFor();
    await page.getByRole('button', { name: `Go back to version ${version}`, exact: true }).click();
    // The list says so of the undo already: what is stored tells when it is done.
    await page.getByText(`Went back to version ${version}`).first().waitFor();
    await until(
      'the route as it was',
      async () => (await stored('crates')).job,
      (stands) => stands === 'first',
    );
  });

  test('deletes a route after a question, and undoes it', async () => {
    await store('pallets', { destinations: [`${destinationUrl}/pallet`], job: 'lift' });
    const page = await signedIn('/admin/routes/pallets');
    let asked = '';
    page.once('dialog', (dialog) => {
      asked = dialog.message();
      void dialog.accept();
    });
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Route pallets was deleted').waitFor();
    expect(asked).toContain('/r/pallets are answered 404');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone: Route pallets was deleted').waitFor();
    expect((await stored('pallets')).job).toBe('lift');
  });

  test('cannot undo what somebody else has built on', async () => {
    await store('boxes', { destinations: [`${destinationUrl}/box`] });
    const page = await signedIn('/admin/routes/boxes');
    await page.getByLabel('Job’s name').fill('mine');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Route boxes was saved').waitFor();
    await change('boxes', (route) => ({ ...route, job: 'theirs' }));
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Somebody has changed the configuration since').waitFor();
    expectConsoleError(/412/);
    expect((await stored('boxes')).job).toBe('theirs');
  });

  test('makes a key that is shown once, and with which a sender comes in', async () => {
    await store('scans', { destinations: [`${destinationUrl}/scan`] });
    const page = await signedIn('/admin/keys');
    await page.getByLabel('Source').fill('scanner');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const shown = page.getByRole('alert', { name: 'The new key' });
    const key = await shown.getByText(/^tlk_/).innerText();
    await send('scans', { scan: 1 }, key);
    await shown.getByRole('button', { name: 'I have stored it' }).click();
    await page.reload();
    await page.getByText('scanner', { exact: true }).waitFor();
    expect(await page.content()).not.toContain(key);
  });

  test('changes a setting, and is told at the line what is wrong with it', async () => {
    const page = await signedIn('/admin/settings');
    await page.getByRole('button', { name: 'Add address' }).click();
    const line = page.getByRole('textbox', { name: 'address 1', exact: true });
    await line.fill('chat.example.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('must be an http(s) URL').waitFor();
    expect(await line.getAttribute('aria-invalid')).toBe('true');
    expectConsoleError(/400/);
    await line.fill(`${destinationUrl}/told`);
    // Who is quick undoes it before the page has read again what is stored.
    const undone = Promise.withResolvers<undefined>();
    await page.route(
      '**/api/admin/settings',
      async (route) => {
        const response = await route.fetch();
        await undone.promise;
        // The page may ask anew meanwhile.
        await route.fulfill({ response }).catch(() => undefined);
      },
      { times: 1 },
    );
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings were saved').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone: The settings were saved').waitFor();
    undone.resolve(undefined);
    await line.waitFor({ state: 'detached' });
  });

  test('sees by a dry run where an event would go, and nothing is sent', async () => {
    await store('letters', {
      destinations: [`${destinationUrl}/fold`, `${destinationUrl}/seal`],
      algorithm: 'broadcast',
    });
    const sent = bodies.length;
    const page = await signedIn('/admin/routes');
    await openRoute(page, 'letters');
    await page.getByRole('link', { name: 'Dry run or test: what would be sent where' }).click();
    await page.getByRole('button', { name: 'See what would be sent' }).click();
    const plans = page.getByRole('list', { name: 'Deliveries' }).locator(':scope > li');
    await plans.first().waitFor();
    expect(await plans.count()).toBe(2);
    expect(bodies.length).toBe(sent);
  });

  test('replays a dead letter, which then arrives', async () => {
    await store('refunds', {
      algorithm: 'broadcast',
      destinations: [`${destinationUrl}/refund`],
      retries: { pausesSeconds: [], jitter: 0, byStatus: {} },
    });
    status = 503;
    await send('refunds', { refund: 19 });
    await until(
      'the dead letter',
      () => ask('/api/dead-letters', deadLetterPageSchema),
      ({ deadLetters }) => deadLetters.some(({ job }) => job === 'refund'),
    );
    status = 200;
    const page = await signedIn('/dead');
    await page.getByRole('button', { name: 'Replay refund' }).click();
    await page.getByText('Delivered, attempt 2').waitFor();
    expect(bodies.filter((body) => body === '{"refund":19}')).toHaveLength(2);
    await page.getByRole('link', { name: 'Open its cascade' }).click();
    await page
      .getByRole('complementary', { name: 'refund' })
      .getByText('HTTP 200', { exact: true })
      .waitFor();
  });

  test('sends a delivery again that arrived, after a question, and sees it beside the first', async () => {
    const { applicationUrl } = inject('world');
    const { orderId } = await placeOrder({ url: applicationUrl, as: 'again@example.com' });
    const page = await signedIn('/cascades');
    await page.getByRole('link', { name: `orders #${orderId} new row` }).click();
    const hops = page.getByRole('button', { name: /^notify-warehouse, job, delivered/ });
    await hops.first().click();
    const panel = page.getByRole('complementary', { name: 'notify-warehouse' });
    let asked = '';
    page.once('dialog', (dialog) => {
      asked = dialog.message();
      void dialog.dismiss();
    });
    await panel.getByRole('button', { name: 'Send again…' }).click();
    expect(asked).toContain('an idempotency key of its own');
    expect(await hops.count()).toBe(1);

    page.once('dialog', (dialog) => void dialog.accept());
    await panel.getByRole('button', { name: 'Send again…' }).click();
    await panel.getByRole('button', { name: 'Show it' }).click();
    await panel.getByText('sent by hand, after it had arrived').waitFor();
    await hops.nth(1).waitFor();
  });

  test('cancels what waits, one delivery and all of its job: no attempt follows', async () => {
    await store('reminders', {
      algorithm: 'broadcast',
      destinations: [`${destinationUrl}/remind`],
      retries: { pausesSeconds: [30], jitter: 0, byStatus: {} },
    });
    status = 503;
    for (const reminder of [1, 2]) await send('reminders', { reminder });
    const page = await signedIn(await addressOf('remind', 'waiting'));
    status = 200;
    const panel = page.getByRole('complementary', { name: 'remind' });
    await panel.getByRole('button', { name: 'Cancel its retries' }).click();
    await panel.getByText('No attempt follows.').waitFor();
    let asked = '';
    page.once('dialog', (dialog) => {
      asked = dialog.message();
      void dialog.accept();
    });
    await panel.getByRole('button', { name: 'Cancel all that waits of remind…' }).click();
    // Who was cancelled counts until the attempt would have been due.
    await panel.getByText('2 cancelled.').waitFor();
    expect(asked).toContain('2 deliveries of remind');
    await until(
      'two dead letters',
      () => ask('/api/dead-letters', deadLetterPageSchema),
      ({ deadLetters }) => deadLetters.filter(({ job }) => job === 'remind').length === 2,
      90_000,
    );
    expect(bodies.filter((body) => body.includes('reminder'))).toHaveLength(2);
  });

  test('is told why a delivery cannot be sent again', async () => {
    await store('parcel-labels', { destinations: [`${destinationUrl}/print`] });
    await send('parcel-labels', { label: 3 });
    const page = await signedIn(await addressOf('print'));
    const panel = page.getByRole('complementary', { name: 'print' });
    page.once('dialog', (dialog) => void dialog.accept());
    await panel.getByRole('button', { name: 'Send again…' }).click();
    await panel
      .getByRole('alert')
      .getByText(/not kept/)
      .waitFor();
    expectConsoleError(/409/);
    expect(bodies.filter((body) => body === '{"label":3}')).toHaveLength(1);
  });

  test('reaches every page by keyboard alone', async () => {
    const page = await signedIn('/cascades');
    await page.getByRole('heading', { level: 1, name: 'Cascades' }).waitFor();
    for (const name of ['Dead letters', 'Circuits', 'Coverage', 'Routes']) {
      const link = page
        .getByRole('navigation', { name: 'Main' })
        .getByRole('link', { name: name === 'Routes' ? 'Routing' : name });
      await until(
        `the focus on ${name}`,
        async () => {
          await page.keyboard.press('Tab');
          return link.evaluate((element) => element === document.activeElement);
        },
        (isFocused) => isFocused,
      );
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    }
  });

  test('replays many as one run: a canary first, then the rest', async () => {
    await store('payouts', {
      algorithm: 'broadcast',
      destinations: [`${destinationUrl}/payout`],
      retries: { pausesSeconds: [], jitter: 0, byStatus: {} },
    });
    status = 404;
    for (const payout of [1, 2, 3]) await send('payouts', { payout });
    await until(
      'the dead letters',
      () => ask('/api/dead-letters', deadLetterPageSchema),
      ({ deadLetters }) => deadLetters.filter(({ job }) => job === 'payout').length === 3,
    );
    status = 200;
    const page = await signedIn('/dead?job=payout');
    await page.getByRole('button', { name: 'Replay all of payout…' }).click();
    await page.getByText('3 deliveries are attempted again').waitFor();
    await page.getByLabel('Canaries', { exact: true }).fill('1');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { name: 'Replay dead letters of payout' }).waitFor();
    await page.getByText('The canary arrived.').first().waitFor();
    expect(bodies.filter((body) => body.includes('payout'))).toHaveLength(4);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('listitem').filter({ hasText: '3 delivered' }).waitFor();
    await page.getByText('All handed over').waitFor();
    expect(bodies.filter((body) => body.includes('payout'))).toHaveLength(6);
  });

  test('sees which destination is skipped and why, and closes its circuit', async () => {
    await store('alarms', {
      algorithm: 'broadcast',
      destinations: [`${destinationUrl}/alarm`],
      retries: { pausesSeconds: [], jitter: 0, byStatus: {} },
    });
    const page = await signedIn('/circuits');
    const circuit = page
      .getByRole('list', { name: 'Circuits' })
      .getByRole('listitem')
      .filter({ hasText: '/alarm' });
    await send('alarms', { alarm: 0 });
    status = 503;
    const close = circuit.getByRole('button', { name: /^Close the circuit/ });
    await until(
      'an open circuit',
      async () => {
        await send('alarms', { alarm: 1 });
        return close.count();
      },
      (count) => count === 1,
    );
    status = 200;
    await close.click();
    await close.waitFor({ state: 'detached' });
    const arrived = bodies.length;
    await send('alarms', { alarm: 2 });
    await until(
      'an event that goes there again',
      async () => bodies.slice(arrived),
      (since) => since.includes('{"alarm":2}'),
    );
  });
});
