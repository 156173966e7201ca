// A delivery's whole way through the running Worker, its queues and a real Postgres: it fails, is given up, is
// replayed, fails once more, is tried again by itself, and arrives.
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../../demo/postgres/free-port.ts';
import { startWrangler } from '../../../demo/world/wrangler.ts';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { replayRunViewSchema } from '../../../src/api/replay-views.ts';
import { deadLetterPageSchema, traceDetailSchema } from '../../../src/api/views.ts';
import { createDatabase } from '../../support/database.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

type Received = { idempotencyKey: string; correlationId: string; body: string };

let directory: string;
let database: Awaited<ReturnType<typeof createDatabase>>;
let destination: Server;
let destinationUrl: string;
let wrangler: Awaited<ReturnType<typeof startWrangler>>;
const received: Received[] = [];
/** The destination answers 503 until it has failed this often. */
let failuresLeft = 2;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'throughline-retries-'));
  database = await createDatabase('whole_way');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  destination = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        idempotencyKey: String(request.headers['idempotency-key']),
        correlationId: String(request.headers['x-correlation-id']),
        body: Buffer.concat(chunks).toString(),
      });
      failuresLeft -= 1;
      response.writeHead(failuresLeft >= 0 ? 503 : 200).end();
    });
  });
  await new Promise<void>((resolve) => destination.listen(0, '127.0.0.1', resolve));
  const address = destination.address();
  destinationUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/job`;
  const environmentFile = join(directory, 'worker.env');
  await writeFile(
    environmentFile,
    [
      'INGEST_SOURCE=shop',
      `INGEST_KEY_SHA256=${sha256('key')}`,
      `API_TOKEN_SHA256=${sha256('token')}`,
      'ALLOWED_DESTINATIONS=http://127.0.0.1:*',
      'ALLOW_PRIVATE_DESTINATIONS=true',
      `CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_OBSERVABILITY=${database.url}`,
    ].join('\n'),
  );
  const port = await freePort();
  wrangler = await startWrangler({
    directory: process.cwd(),
    arguments: [
      'dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--inspector-port',
      '0',
      '--persist-to',
      join(directory, 'cloudflare'),
      '--env-file',
      environmentFile,
      '--show-interactive-dev-session=false',
    ],
    port,
    readyPath: '/api/health',
    scheduledEveryMs: null,
  });
});

afterAll(async () => {
  await wrangler.stop();
  await new Promise((resolve) => destination.close(resolve));
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

async function api(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; json: unknown }> {
  const response = await fetch(wrangler.url + path, {
    method,
    headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, json: await response.json() };
}

const soon = { timeout: 30_000, interval: 200 };

/** Fails at the destination. @returns the body */
async function sendLastTry(id: string): Promise<string> {
  const body = JSON.stringify({
    id,
    created_at: new Date().toISOString().replace('Z', '000'),
    table: { schema: 'public', name: 'orders' },
    trigger: { name: 'order_paid' },
    event: { op: 'INSERT', data: { old: null, new: { id: 42, note: 'žluťoučký' } } },
    delivery_info: { current_retry: 3, max_retries: 3 },
  });
  const answer = await fetch(
    `${wrangler.url}/?destinations=${encodeURIComponent(destinationUrl)}`,
    { method: 'POST', headers: { 'x-throughline-key': 'key' }, body },
  );
  expect(answer.status).toBe(503);
  return body;
}

const listed = async () =>
  deadLetterPageSchema.parse((await api('GET', '/api/dead-letters')).json).deadLetters;

it('a dead letter arrives after its replay, as the same delivery', async () => {
  const body = await sendLastTry('e1');
  await expect.poll(listed, soon).toHaveLength(1);
  const [letter] = await listed();
  expect(letter).toMatchObject({ reason: 'sender_gave_up', status: 503, attempts: 1 });

  expect((await api('POST', `/api/dead-letters/${letter?.deliveryId}/replay`)).status).toBe(202);
  const delivery = async () =>
    traceDetailSchema.parse((await api('GET', `/api/traces/${letter?.traceId}`)).json)
      .deliveries[0];
  await expect.poll(async () => (await delivery())?.state, soon).toBe('delivered');

  const outcomes = (await delivery())?.attempts.map(({ outcome, status }) => [outcome, status]);
  expect(outcomes).toEqual([
    ['failed', 503],
    ['failed', 503],
    ['delivered', 200],
  ]);
  expect(received).toHaveLength(3);
  expect(new Set(received.map(({ idempotencyKey }) => idempotencyKey))).toEqual(
    new Set([letter?.deliveryId]),
  );
  expect(new Set(received.map(({ correlationId }) => correlationId)).size).toBe(1);
  expect(new Set(received.map((request) => request.body))).toEqual(new Set([body]));
  expect(await listed()).toEqual([]);
});

it('many arrive as a replay run, a canary first, each once', async () => {
  const events = ['r1', 'r2', 'r3', 'r4'];
  failuresLeft = events.length;
  for (const id of events) await sendLastTry(id);
  await expect.poll(listed, soon).toHaveLength(events.length);
  received.length = 0;

  const begun = await api('POST', '/api/replays', { filter: {}, ratePerSecond: 20, canary: 1 });
  expect(begun.status).toBe(201);
  const { id } = replayRunViewSchema.parse(begun.json);
  const run = async () => replayRunViewSchema.parse((await api('GET', `/api/replays/${id}`)).json);
  await expect.poll(async () => (await run()).state, soon).toBe('paused');
  expect(received).toHaveLength(1);

  expect((await api('POST', `/api/replays/${id}/continue`)).status).toBe(200);
  await expect.poll(async () => (await run()).progress.delivered, soon).toBe(events.length);
  expect(await run()).toMatchObject({ state: 'completed', progress: { found: 4, waiting: 0 } });
  expect(received).toHaveLength(events.length);
  expect(new Set(received.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(events.length);
  expect(await listed()).toEqual([]);
});
