// What somebody does with the details of a delivery, and in their first minutes: copies a command and runs it, reads
// where the time went, and is told by the page itself when the first event is there.
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { usualSchema } from '../../src/api/statistics-views.ts';
import { traceDetailSchema, tracePageSchema } from '../../src/api/views.ts';
import { ask, until } from './api.ts';
import { copied, signedIn, useBrowser } from './browser.ts';

useBrowser();

const run = promisify(execFile);

type Call = { path: string; headers: Record<string, string | string[] | undefined>; body: string };

let destination: Server;
let destinationUrl: string;
const calls: Call[] = [];

beforeAll(async () => {
  destination = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      calls.push({ path: request.url ?? '', headers: request.headers, body });
      response.end('done');
    });
  });
  await new Promise<void>((resolve) => destination.listen(0, '127.0.0.1', resolve));
  const address = destination.address();
  destinationUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});

afterAll(() => {
  destination.close();
});

const callsOf = (path: string): Call[] => calls.filter((call) => call.path === path);

/** An event in Hasura's form, whose row changed; its delivery, once it is recorded. */
async function sendEvent(path: string, key: string): Promise<{ trace: string; delivery: string }> {
  const { edgeUrl, ingestKey } = inject('world');
  const id = crypto.randomUUID();
  const row = { id: key, note: "it's $HOME `id`\n", status: 'open', updated_by: 'd.e@example.com' };
  const response = await fetch(
    `${edgeUrl}/?destinations=${encodeURIComponent(destinationUrl + path)}`,
    {
      method: 'POST',
      headers: { 'x-throughline-key': ingestKey, 'content-type': 'application/json' },
      body: JSON.stringify({
        id,
        created_at: new Date().toISOString(),
        table: { schema: 'public', name: 'notes' },
        trigger: { name: 'note_changed' },
        event: {
          op: 'UPDATE',
          data: { old: { ...row, status: 'draft' }, new: row },
          session_variables: null,
          trace_context: null,
        },
        delivery_info: { current_retry: 0, max_retries: 0 },
      }),
    },
  );
  if (!response.ok) throw new Error(await response.text());
  const { traces } = await until(
    'the event’s cascade',
    () => ask('/api/traces?limit=20', tracePageSchema),
    (page) => page.traces.some(({ root }) => root?.rowKey === key),
  );
  const trace = traces.find(({ root }) => root?.rowKey === key)?.id ?? '';
  const { deliveries } = await until(
    'its delivery',
    () => ask(`/api/traces/${trace}`, traceDetailSchema),
    (detail) => detail.deliveries.every(({ state }) => state === 'delivered'),
  );
  return { trace, delivery: deliveries[0]?.id ?? '' };
}

const rows = (body: string | undefined): unknown => JSON.parse(body ?? '').event.data;

const inShell = (command: string): Promise<{ stdout: string }> =>
  run('sh', ['-c', command], { env: { PATH: process.env['PATH'] ?? '' } });

describe('the details of a delivery', () => {
  test('are copied as a command that calls the job with the same key and the whole row', async () => {
    const key = `n-${crypto.randomUUID()}`;
    const { trace, delivery } = await sendEvent('/file-note', key);
    const page = await signedIn(`/c/${trace}?sel=${delivery}`);
    const panel = page.getByRole('complementary', { name: 'file-note' });
    await panel.getByRole('tab', { name: 'Request' }).click();
    await panel.getByText('"status": "open"').waitFor();
    const command = await copied(page, () =>
      panel.getByRole('button', { name: 'Copy curl', exact: true }).click(),
    );
    await inShell(command);
    const [first, second] = callsOf('/file-note');
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    expect(second?.headers['x-correlation-id']).toBe(first?.headers['x-correlation-id']);
    expect(rows(second?.body)).toEqual(rows(first?.body));

    const through = await copied(page, () =>
      panel.getByRole('button', { name: 'Copy curl via the edge' }).click(),
    );
    const { ingestKey, edgeUrl } = inject('world');
    expect(through).toContain(edgeUrl);
    expect(through).not.toContain(ingestKey);
    await inShell(`export THROUGHLINE_KEY='${ingestKey}'; ${through}`);
    // The same delivery once more: an attempt of it, not another hop.
    const again = await until(
      'the second attempt',
      () => ask(`/api/traces/${trace}`, traceDetailSchema),
      ({ deliveries }) => (deliveries[0]?.attempts.length ?? 0) > 1,
    );
    expect(again.deliveries).toHaveLength(1);
    await panel.getByRole('tab', { name: /Attempts/ }).click();
    await panel.getByRole('region', { name: 'Where the time went' }).waitFor();
    await panel.getByText('Waiting for attempt 2').waitFor();
  });

  test('say of a row what differs, and of a webhook why nothing is kept', async () => {
    const { trace, delivery } = await sendEvent('/tell-note', `n-${crypto.randomUUID()}`);
    const page = await signedIn(`/c/${trace}?sel=${delivery}&tab=change`);
    const panel = page.getByRole('complementary', { name: 'tell-note' });
    await panel.getByRole('row', { name: /status draft open/ }).waitFor();
    expect(await panel.getByRole('row', { name: /^note/ }).count()).toBe(0);
    await panel.getByText('1 column differs; the others are not shown.').waitFor();
  });
});

describe('the duration of a hop', () => {
  test('stands beside what is usual for its job, once enough is known of it', async () => {
    const { edgeUrl, ingestKey } = inject('world');
    const url = `${edgeUrl}/?destinations=${encodeURIComponent(`${destinationUrl}/weigh`)}`;
    const headers = { 'x-throughline-key': ingestKey, 'content-type': 'application/json' };
    for (const parcel of [1, 2, 3, 4, 5]) {
      const sent = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ parcel }) });
      expect(sent.status).toBe(200);
    }
    const { source } = inject('world');
    await until(
      'five attempts that are counted',
      () => ask(`/api/jobs/${source}/weigh/usual`, usualSchema),
      ({ attempts }) => attempts >= 5,
    );
    const { traces } = await ask('/api/traces?job=weigh', tracePageSchema);
    const page = await signedIn(`/c/${traces[0]?.id}`);
    await page.getByRole('button', { name: /^weigh, job, delivered/ }).click();
    const panel = page.getByRole('complementary', { name: 'weigh' });
    await panel.getByText(/95 % within .* \([5-9] attempts, 7 days\)/).waitFor();
  });
});

describe('an empty installation', () => {
  test('leads to a first cascade and notices it when it arrives', async () => {
    const beganAt = new Date().toISOString();
    const page = await signedIn('/');
    // As if nothing had ever arrived before: what arrives from now on is real.
    await page.route(/\/api\/traces(?:\?|$)/, async (route) => {
      const response = await route.fetch();
      const { traces, ...rest } = tracePageSchema.parse(await response.json());
      const fresh = traces.filter(({ startedAt }) => startedAt >= beganAt);
      await route.fulfill({ response, json: { ...rest, nextCursor: null, traces: fresh } });
    });
    await page.goto(`${inject('world').dashboardUrl}/cascades`);
    const guide = page.getByRole('region', { name: 'First minutes' });
    await guide.getByRole('heading', { name: 'No event has arrived yet' }).waitFor();

    await guide.getByLabel('Source').fill('first-minutes');
    await guide.getByRole('button', { name: 'Make a key' }).click();
    const shown = await guide.getByText(/^export THROUGHLINE_KEY='/).innerText();
    await guide.getByLabel('Your job’s URL').fill('https://not-allowed.example/x');
    await guide.getByRole('button', { name: 'Allow https://not-allowed.example' }).waitFor();
    await guide.getByLabel('Your job’s URL').fill(`${destinationUrl}/first-job`);
    await guide.getByText('The edge would send it to the job first-job.').waitFor();
    const command = await guide.getByText(/^curl /).innerText();
    expect(command).toContain(inject('world').edgeUrl);

    // A key that was just made takes some seconds to be known everywhere.
    await until(
      'the edge taking the command',
      () => inShell(`${shown}\n${command}`),
      ({ stdout }) => stdout === 'done',
      60_000,
    );
    await guide.getByRole('heading', { name: 'The first event is here' }).waitFor();
    const steps = guide.getByRole('listitem');
    await steps.nth(1).getByText('Done').waitFor();
    expect(await steps.nth(2).getByText('Done').count()).toBe(0);

    const { applicationUrl } = inject('world');
    await placeOrder({ url: applicationUrl, as: 'first.minutes@example.com' });
    await steps.nth(2).getByRole('link', { name: 'Open its cascade' }).waitFor();
    await steps.nth(1).getByRole('link', { name: 'Open its cascade' }).click();
    await page.getByRole('button', { name: /^first-job, job, delivered/ }).waitFor();
  });
});
