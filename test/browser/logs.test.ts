// Logs as somebody on call meets them: of one hop, of what follows, of all; while they are written; and while Grafana
// fails in each of its ways and comes back.
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { traceDetailSchema, tracePageSchema, type TraceDetail } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { copied, signedIn, useBrowser } from './browser.ts';

useBrowser();

const jobs = [
  'charge-card',
  'ship-order',
  'notify-warehouse',
  'send-tracking',
  'deliver-email',
  'refresh-search',
];

/** A cascade of an order, finished. */
async function finishedOrder(as: string): Promise<TraceDetail> {
  const { applicationUrl } = inject('world');
  const { orderId } = await placeOrder({ url: applicationUrl, as, express: true });
  const page = await until(
    `the order ${orderId} on record`,
    () => ask('/api/traces?limit=20', tracePageSchema),
    ({ traces }) => traces.some(({ root }) => root?.rowKey === String(orderId)),
  );
  const id = page.traces.find(({ root }) => root?.rowKey === String(orderId))?.id ?? '';
  return until(
    `the cascade ${id} with all its jobs`,
    () => ask(`/api/traces/${id}`, traceDetailSchema),
    ({ deliveries }) =>
      jobs.every((job) => deliveries.some((one) => one.job === job && one.state === 'delivered')),
  );
}

async function fault(name: string): Promise<void> {
  const response = await fetch(`${inject('world').logsUrl}/stand-in/fault/${name}`, {
    method: 'POST',
  });
  if (!response.ok) throw new Error(await response.text());
}

async function pushLine(correlationId: string, message: string): Promise<void> {
  const values = [
    [
      `${Date.now()}000000`,
      JSON.stringify({ level: 'info', msg: message }),
      { correlation_id: correlationId },
    ],
  ];
  const response = await fetch(`${inject('world').logsUrl}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ streams: [{ stream: { service_name: 'late' }, values }] }),
  });
  if (!response.ok) throw new Error(await response.text());
}

async function openHop(page: Page, trace: TraceDetail, job: string): Promise<Locator> {
  const delivery = trace.deliveries.find((one) => one.job === job);
  await page.goto(`${inject('world').dashboardUrl}/c/${trace.trace.id}?sel=${delivery?.id}`);
  return page.getByRole('complementary', { name: job });
}

/** Until it is so: every second one may ask out of turn. */
async function tryAgainUntil(
  panel: Locator,
  what: string,
  isSo: () => Promise<void>,
): Promise<void> {
  await until(
    what,
    async () => {
      const again = panel.getByRole('button', { name: 'Try now' });
      if (await again.isEnabled().catch(() => false)) await again.click().catch(() => undefined);
      await isSo();
      return true;
    },
    (found) => found,
  );
}

describe('logs', () => {
  let trace: TraceDetail;
  beforeAll(async () => {
    trace = await finishedOrder('onlooker@example.com');
  });

  test('are those of the hop, of what follows, or of the whole cascade with their jobs’ names', async () => {
    const page = await signedIn('/cascades');
    const panel = await openHop(page, trace, 'charge-card');
    const log = panel.getByRole('log');
    await log.getByText('charge-card done').waitFor();
    expect(await log.getByText('ship-order done').count()).toBe(0);

    await panel.getByRole('button', { name: 'And what follows' }).click();
    await log.getByText('ship-order done').waitFor();
    await log.getByText('charge-card done').waitFor();

    await panel.getByRole('button', { name: 'Whole cascade' }).click();
    await panel.getByPlaceholder('Filter lines').fill('deliver-email done');
    await log.getByText('deliver-email').first().waitFor();
    // The address restores the picture, and a job's name in a line leads to it.
    await page.reload();
    await log.getByRole('button', { name: 'ship-order' }).first().click();
    await page.getByRole('complementary', { name: 'ship-order' }).waitFor();
  });

  test('can be filtered by level and word, wrapped by key, and opened in Grafana', async () => {
    const page = await signedIn('/cascades');
    const panel = await openHop(page, trace, 'ship-order');
    const log = panel.getByRole('log');
    await log.getByText('ship-order done').waitFor();
    await panel.getByRole('button', { name: /^Info \d/ }).click();
    await panel.getByText('No line matches the filter.').waitFor();
    await panel.getByRole('button', { name: /^Info \d/ }).click();
    await panel.getByPlaceholder('Filter lines').fill('started');
    await log.getByText('ship-order done').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    const wrap = panel.getByRole('button', { name: 'Wrap lines' });
    expect(await wrap.getAttribute('aria-pressed')).toBe('true');
    await panel.getByRole('tab', { name: 'Logs' }).focus();
    await page.keyboard.press('w');
    expect(await wrap.getAttribute('aria-pressed')).toBe('false');
    const link = await panel.getByRole('link', { name: /Open in Grafana/ }).getAttribute('href');
    const url = new URL(link ?? '');
    expect(url.pathname).toBe('/explore');
    expect(url.searchParams.get('panes')).toContain('correlation_id');
  });

  test('come as they are written, each once, and wait while somebody looks back', async () => {
    const fresh = await finishedOrder('tailing@example.com');
    const hop = fresh.deliveries.find(({ job }) => job === 'notify-warehouse');
    const page = await signedIn('/cascades');
    const panel = await openHop(page, fresh, 'notify-warehouse');
    const log = panel.getByRole('log');
    await log.getByText('notify-warehouse done').waitFor();
    await panel.getByText('Tailing', { exact: true }).waitFor();
    await pushLine(hop?.correlationId ?? '', 'late line 1');
    await log.getByText('late line 1').waitFor();
    await panel.getByRole('tab', { name: 'Logs' }).focus();
    await page.keyboard.press('t');
    await pushLine(hop?.correlationId ?? '', 'late line 2');
    await panel.getByText('Paused, 1 new line').waitFor();
    await panel.getByRole('button', { name: 'Resume (End)' }).click();
    await log.getByText('late line 2').waitFor();
    expect(await log.getByText('late line 1').count()).toBe(1);
  });

  test('are copied as they are shown, and an ID in a line leads to its hop', async () => {
    const hop = trace.deliveries.find(({ job }) => job === 'ship-order');
    const other = trace.deliveries.find(({ job }) => job === 'send-tracking');
    await pushLine(hop?.correlationId ?? '', `waits for ${other?.correlationId} to be told`);
    const page = await signedIn('/cascades');
    const panel = await openHop(page, trace, 'ship-order');
    const log = panel.getByRole('log');
    await log.getByText('waits for').waitFor();
    await panel.getByPlaceholder('Filter lines').fill('waits for');
    await log.getByText('ship-order done').waitFor({ state: 'detached' });
    const text = await copied(page, () =>
      panel.getByRole('button', { name: 'Copy the lines shown' }).click(),
    );
    expect(text).toMatch(/^[\d:.]+ INFO waits for \S+ to be told$/);
    expect(text).toContain(other?.correlationId);
    await log.getByRole('button', { name: 'send-tracking' }).click();
    await page.getByRole('complementary', { name: 'send-tracking' }).waitFor();
  });

  test('that nobody wrote are told from an outage, with a way to Coverage', async () => {
    const page = await signedIn('/cascades');
    // The one job of the shop that ignores its correlation ID.
    const silent = trace.deliveries.find(({ job }) => job === 'refresh-search');
    if (!silent) throw new Error('This cascade has no job that logs without its ID.');
    const panel = await openHop(page, trace, 'refresh-search');
    await panel.getByText('Loki has no line with this ID.').waitFor();
    await page.goto(`${inject('world').dashboardUrl}/coverage`);
    const row = page.getByRole('listitem').filter({ hasText: 'refresh-search' });
    await row.getByText('No line with the ID').waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'ship-order' })
      .getByText('Carry the ID')
      .waitFor();
  });

  // The first alert fails to come now and then in a run of all files; why has yet to be found.
  test(
    'are told to be offline in each way in which Grafana fails, until it is back',
    { retry: 2 },
    async () => {
      // Of a cascade that nobody has looked at: what is kept of a hop is shown without asking.
      const unseen = await finishedOrder('offline@example.com');
      const page = await signedIn('/cascades');
      await fault('bad-gateway');
      try {
        const panel = await openHop(page, unseen, 'send-tracking');
        await panel
          .getByRole('alert')
          .getByText('Grafana Offline')
          .waitFor()
          .catch(async (error: unknown) => {
            throw new Error(`The panel says: ${await panel.innerText()}`, { cause: error });
          });
        for (const [name, title, detail] of [
          ['refused-token', 'Grafana refused the token', /401/],
          ['forbidden', 'Grafana does not let this token at the logs', /403/],
          ['no-data-source', 'Grafana does not know the data source', /404/],
          ['too-many-requests', 'Grafana asks us to wait', /429/],
          ['bad-gateway', 'Grafana Offline', /502/],
          ['login-page', 'Grafana Offline', /login/],
          ['cut', 'Grafana Offline', /breaks off/],
          ['slow', 'Grafana Offline', /did not answer within/],
        ] as const) {
          await fault(name);
          const alert = panel.getByRole('alert');
          // In the alert: an ID beside it may have the same digits.
          await tryAgainUntil(panel, `the alert says ${detail}`, () =>
            alert.getByText(detail).first().waitFor({ timeout: 1_500 }),
          );
          await alert.getByText(title, { exact: true }).waitFor();
          expect(await panel.getByText(/has no line/).count(), name).toBe(0);
        }
        await fault('none');
        // Lines may be there from before: that they are says nothing.
        await tryAgainUntil(panel, 'Grafana is back', () =>
          panel.getByRole('alert').waitFor({ state: 'detached', timeout: 1_500 }),
        );
        await panel.getByText('send-tracking done').first().waitFor();
      } finally {
        await fault('none');
      }
    },
  );
});
