// The shop with its event engine and its jobs, and in the edge's place the least that jobs need: a forwarder that
// hands out an ID for each delivery.
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEventEngine } from '../../../demo/event-engine/engine.ts';
import { shopTriggers } from '../../../demo/event-engine/shop-triggers.ts';
import { startJobs } from '../../../demo/jobs/server.ts';
import type { JobServer, JobServerOptions } from '../../../demo/jobs/server.ts';
import { createShopDatabase } from './shop-database.ts';

export type ShopWorld = {
  url: string;
  client: pg.Client;
  jobs: JobServer;
  truthFile: string;
  logLines: string[];
  /** Calls a job as the edge would. */
  call(job: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** True when every event is delivered or given up. */
  isQuiet(): Promise<boolean>;
  stop(): Promise<void>;
};

/** @param options.engine false leaves events in the log, for tests that call jobs themselves */
export async function startShopWorld(
  options: Partial<JobServerOptions> & { engine: boolean },
): Promise<ShopWorld> {
  const database = await createShopDatabase('shop');
  const directory = await mkdtemp(join(tmpdir(), 'shop-world-'));
  const truthFile = join(directory, 'truth.jsonl');
  const logLines: string[] = [];
  const jobs = await startJobs({
    url: database.url,
    logsUrl: null,
    pace: 0,
    truthFile,
    onLine: (line) => logLines.push(line),
    ...options,
  });
  const edge = await startForwarder();
  const engine = options.engine
    ? await startEventEngine({
        url: database.url,
        triggers: shopTriggers({ edgeUrl: edge.url, ingestKey: 'key', jobsUrl: jobs.url }).map(
          (trigger) => ({ ...trigger, retry: { ...trigger.retry, intervalSec: 0 } }),
        ),
        pollMs: 20,
      })
    : null;
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return {
    url: database.url,
    client,
    jobs,
    truthFile,
    logLines,
    call: (job, body, headers = {}) =>
      fetch(`${jobs.url}/.netlify/functions/${job}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    isQuiet: async () => {
      const open = await client.query(
        'select 1 from hdb_catalog.event_log where not delivered and not error',
      );
      return open.rowCount === 0;
    },
    stop: async () => {
      await engine?.stop();
      await jobs.stop();
      await edge.stop();
      await client.end();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startForwarder(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const forward = async (): Promise<void> => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const destination = url.searchParams.get('destinations') ?? '';
      const event = JSON.parse(text);
      const job = destination.split('/').at(-1);
      const answer = await fetch(destination, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'x-correlation-id': `${event.trigger.name}.${job}.${randomUUID()}`,
          'idempotency-key': createHash('sha256').update(`${event.id} ${job}`).digest('hex'),
        },
        body: text,
      });
      response.writeHead(answer.status);
      response.end(await answer.text());
    };
    forward().catch((error: unknown) => {
      response.writeHead(502);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
