// The Worker without Hyperdrive, in workerd: Neon's driver reaches a real Postgres through a WebSocket proxy, which
// goes away and comes back.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { BundledWorker } from '../support/bundled-worker.ts';
import { createDatabase } from '../support/database.ts';
import { startWebsocketRelay } from '../support/websocket-relay.ts';
import { Destination } from './destination.ts';
import { apiToken, Edge, ingestKey } from './edge.ts';
import { type Observability, openObservability } from './observability.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let observability: Observability;
let relay: Awaited<ReturnType<typeof startWebsocketRelay>>;
let edge: Edge;
let destination: Destination;

beforeAll(async () => {
  database = await createDatabase('faults_neon');
  observability = await openObservability(database.url);
  relay = await startWebsocketRelay(new URL(database.url).host);
  edge = new Edge(JSON.parse(inject('bundledWorker')) as BundledWorker, database.url, {
    isHyperdriveLeftOut: true,
    variables: {
      OBSERVABILITY_DATABASE_URL: database.url,
      OBSERVABILITY_DRIVER: 'neon',
      OBSERVABILITY_WEBSOCKET_PROXY: relay.url,
    },
  });
  await edge.start();
  destination = new Destination('a', null);
  await destination.start();
});
afterAll(async () => {
  await edge.stop();
  await destination.stop();
  await relay.stop();
  await observability.close();
  await database.drop();
});

async function send(): Promise<{ id: string; status: number }> {
  const id = randomUUID();
  const answer = await fetch(`${edge.url}/?destinations=${encodeURIComponent(destination.url)}`, {
    method: 'POST',
    headers: { 'x-throughline-key': ingestKey, 'content-type': 'application/json' },
    body: JSON.stringify({
      id,
      created_at: new Date().toISOString(),
      table: { schema: 'public', name: 'orders' },
      trigger: { name: 'order_paid' },
      event: {
        op: 'UPDATE',
        data: { old: { id: 1, updated_by: 'a@b.c' }, new: { id: 1, updated_by: 'd@e.f' } },
        session_variables: null,
        trace_context: null,
      },
      delivery_info: { current_retry: 0, max_retries: 0 },
    }),
  });
  await answer.text();
  return { id, status: answer.status };
}

const read = async (path: string): Promise<number> => {
  const answer = await fetch(edge.url + path, { headers: { authorization: `Bearer ${apiToken}` } });
  await answer.text();
  return answer.status;
};

test('what happens is stored and read; without the proxy it waits, and comes when the proxy is back', async () => {
  const first = await send();
  expect(first.status).toBe(200);
  await expect.poll(() => read(`/api/events/${first.id}`), { timeout: 30_000 }).toBe(200);

  const port = Number(new URL(relay.url).port);
  await relay.stop();
  const second = await send();
  expect(second.status).toBe(200);
  await expect.poll(() => read('/api/traces'), { timeout: 30_000 }).toBe(503);

  relay = await startWebsocketRelay(new URL(database.url).host, port);
  await expect.poll(() => read(`/api/events/${second.id}`), { timeout: 60_000 }).toBe(200);
});
