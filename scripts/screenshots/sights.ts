// Gives a local world something to look at: people's orders, the nightly run, routes, dead letters, a replay run.
// It decides what is there, never how it is shown; the browser tests look at the same.
import { createServer, type Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { runNightly } from '../../demo/shop/nightly.ts';
import { chance, people } from '../../demo/shop/people.ts';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { findCascade } from '../../demo/shop/find-cascade.ts';
import type { WorldFile } from '../../demo/world/state.ts';

type World = Pick<
  WorldFile,
  'applicationUrl' | 'dashboardUrl' | 'edgeUrl' | 'apiToken' | 'ingestKey'
>;

/** What the addresses of pages need. */
export type Sights = {
  /** A cascade with several jobs, one of them retried. */
  traceId: string;
  /** One of its deliveries. */
  deliveryId: string;
  /** A stored route. */
  route: string;
  /** A replay run. */
  runId: string;
  /** Ends what the sights keep running. */
  close: () => void;
};

const withinMs = 90_000;
const route = 'parcel-sent';

const cascadeSchema = z.object({
  trace: z.object({ id: z.string(), state: z.string() }),
  deliveries: z.array(z.object({ id: z.string(), job: z.string(), state: z.string() })),
});

/**
 * Asks until the answer is what it must become.
 * @throws with the last answer, when it never does within 90 s
 */
async function eventually<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  let last = 'it is not there';
  while (Date.now() < giveUpAt) {
    try {
      const found = await look();
      if (found !== null) return found;
    } catch (error) {
      last = String(error);
    }
    await wait(300);
  }
  throw new Error(`${what} did not come within ${withinMs} ms: ${last}`);
}

async function ask(
  world: World,
  path: string,
  send?: { method: string; body: object; headers?: Record<string, string> },
): Promise<unknown> {
  const response = await fetch(new URL(path, world.dashboardUrl), {
    method: send?.method ?? 'GET',
    headers: {
      authorization: `Bearer ${world.apiToken}`,
      ...(send === undefined ? {} : { 'content-type': 'application/json', ...send.headers }),
    },
    ...(send === undefined ? {} : { body: JSON.stringify(send.body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** A carrier with two addresses, of which one is always out of order. */
async function startCarrier(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const fails = request.url?.startsWith('/print-label') === true;
      response.writeHead(fails ? 503 : 200).end(fails ? 'the printer is out of paper' : 'done');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The carrier has no port.');
  return { server, url: `http://127.0.0.1:${address.port}` };
}

async function storeRoute(world: World, carrierUrl: string): Promise<void> {
  const body = {
    algorithm: 'broadcast',
    destinations: [`${carrierUrl}/print-label`, `${carrierUrl}/tell-carrier`],
    retries: { pausesSeconds: [], jitter: 0, byStatus: {} },
  };
  await ask(world, `/api/admin/routes/${route}`, {
    method: 'PUT',
    body,
    headers: { 'if-none-match': '*' },
  });
}

async function sendParcel(world: World, parcel: number): Promise<void> {
  const body = { parcel, recipient: people[parcel % people.length] };
  // What was stored a moment ago takes some seconds to reach the edge.
  await eventually(`an event through /r/${route}`, async () => {
    const response = await fetch(`${world.edgeUrl}/r/${route}`, {
      method: 'POST',
      headers: { 'x-throughline-key': world.ingestKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.ok ? response : null;
  });
}

async function startReplay(world: World, job: string): Promise<string> {
  const letters = z.object({ deadLetters: z.array(z.object({ job: z.string() })) });
  await eventually('three dead letters', async () => {
    const { deadLetters } = letters.parse(await ask(world, '/api/dead-letters'));
    return deadLetters.filter((letter) => letter.job === job).length >= 3 ? true : null;
  });
  const body = { filter: { jobs: [job] }, ratePerSecond: 5, canary: 1 };
  const run = await ask(world, '/api/replays', { method: 'POST', body });
  return z.object({ id: z.string() }).parse(run).id;
}

/**
 * @param orders how many people order something
 * @throws when something of it is not recorded within 90 s
 */
export async function makeSights(world: World, orders: number): Promise<Sights> {
  const random = chance(7);
  const carrier = await startCarrier();
  await storeRoute(world, carrier.url);
  await runNightly(world.applicationUrl, random);
  let last = 0;
  for (let turn = 0; turn < orders; turn += 1) {
    const as = people[turn % people.length] ?? people[0];
    const through = turn % 2 === 0 ? 'application' : 'hasura';
    const order = { url: world.applicationUrl, as, through, random, express: turn === orders - 1 };
    ({ orderId: last } = await placeOrder({ ...order, through }));
  }
  for (const parcel of [1, 2, 3]) await sendParcel(world, parcel);
  const runId = await startReplay(world, 'print-label');
  const address = await findCascade(world, { table: 'orders', id: last }, withinMs);
  const traceId = new URL(address).pathname.slice('/c/'.length);
  const cascade = await eventually('the last order’s cascade at its end', async () => {
    const found = cascadeSchema.parse(await ask(world, `/api/traces/${traceId}`));
    const jobs = new Set(found.deliveries.map(({ job }) => job));
    return found.trace.state !== 'running' && jobs.has('send-tracking') ? found : null;
  });
  const delivery = cascade.deliveries.find(({ job }) => job === 'charge-card');
  if (delivery === undefined) throw new Error('The order caused no charge-card.');
  return {
    traceId: cascade.trace.id,
    deliveryId: delivery.id,
    route,
    runId,
    close: () => carrier.server.close(),
  };
}
