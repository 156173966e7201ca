// What Postgres answers arrives whole in a Worker, in workerd itself, however long it is and however it is cut on the way.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '../../../src/store/client.ts';
import { bundledScript, compatibility } from '../../support/bundled-worker.ts';
import { createDatabase } from '../../support/database.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let relay: Relay;
let miniflare: Miniflare;
beforeAll(async () => {
  database = await createDatabase('worker_socket');
  relay = await startRelay(database.url);
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      modules: true,
      script: await bundledScript(new URL('asking-worker.ts', import.meta.url)),
      ...compatibility,
      bindings: { DATABASE_URL: relay.url },
    }),
  );
  await miniflare.ready;
});
afterAll(async () => {
  await miniflare.dispose();
  await relay.stop();
  await database.drop();
});

test.each([
  // Around the sizes of a plain read, of ours, and beyond what sockets hold.
  ...[0, 1, 4_095, 4_096, 4_097, 65_535, 65_536, 65_537, 7_000_000].map((length) => [
    `one row of ${length}`,
    `select repeat('é🧵x', ${length} / 3 + 1)::varchar(${length || 1}) as text where ${length} > 0`,
  ]),
  ['many rows', `select n::text as text from generate_series(1, 50000) as n`],
  ['many of all lengths', `select repeat(n::text, n) as text from generate_series(1, 900) as n`],
])('%s', async (_name, statement) => {
  const answer = await ask([statement, `select 'and after it' as text`]);
  expect(answer).toEqual({
    status: 200,
    body: [await toldDirectly(statement), told('and after it')],
  });
});

test.each([0, 1, 65_536, 3_000_000])('values of %i go in and come out', async (length) => {
  const value = 'é'.repeat(length);
  const statement = { text: 'select $1::text || $2::int as text', values: [value, 7] };
  expect(await ask([statement, statement, `select 'and after it' as text`])).toEqual({
    status: 200,
    body: [told(`${value}7`), told(`${value}7`), told('and after it')],
  });
});

test('a value that cannot be sent spoils no statement after it', async () => {
  // A text with a zero in it: Postgres takes none, and says so.
  const refused = { text: 'select $1::text as text', values: ['a\u0000b'] };
  expect(await ask([refused])).toMatchObject({ status: 503 });
  expect(await ask([`select 'again' as text`])).toEqual({ status: 200, body: [told('again')] });
});

test('many at once keep apart', async () => {
  const statements = Array.from({ length: 20 }, (_, n) => `select repeat('${n}.', 99991) as text`);
  const answers = await Promise.all(statements.map((statement) => ask([statement])));
  expect(answers.map(({ body }) => body)).toEqual(
    statements.map((_, n) => [told(`${n}.`.repeat(99_991))]),
  );
});

test('a connection that breaks in the middle of an answer is told as such, and the next one works', async () => {
  relay.breakAfter(200_000);
  expect(await ask([`select repeat('x', 5000000) as text`])).toEqual({
    status: 503,
    body: { isUnreachable: true },
  });
  expect(await ask([`select 'again' as text`])).toEqual({ status: 200, body: [told('again')] });
});

type Statement = { text: string; values?: unknown[] };

async function ask(asked: (string | Statement)[]): Promise<{ status: number; body: unknown }> {
  const url = await miniflare.ready;
  const statements = asked.map((one) => (typeof one === 'string' ? { text: one } : one));
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ statements }) });
  return { status: answer.status, body: await answer.json() };
}

function told(text: string): { length: number; sha256: string } {
  return { length: text.length, sha256: createHash('sha256').update(text).digest('hex') };
}

async function toldDirectly(statement: string): Promise<ReturnType<typeof told>> {
  return withClient(database.url, async (client) => {
    const { rows } = await client.query<{ text: string }>(statement);
    return told(rows.map(({ text }) => text).join(''));
  });
}

type Relay = {
  url: string;
  /** The next connection ends when so many bytes have come from Postgres. */
  breakAfter(bytes: number): void;
  stop(): Promise<void>;
};

/** Between the Worker and Postgres. */
async function startRelay(databaseUrl: string): Promise<Relay> {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let left = Infinity;
  const server: Server = createServer((client) => {
    let leftHere = left;
    left = Infinity;
    const postgres = connect(Number(port), hostname);
    for (const socket of [client, postgres]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk: Buffer) => postgres.write(chunk));
    postgres.on('data', (chunk: Buffer) => {
      leftHere -= chunk.length;
      if (leftHere < 0) client.resetAndDestroy();
      else client.write(chunk);
    });
    client.on('close', () => postgres.destroy());
    postgres.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    breakAfter(bytes) {
      left = bytes;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
