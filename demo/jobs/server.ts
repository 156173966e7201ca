// Stands in for Netlify's functions: serves each file under functions/ at /.netlify/functions/<name>. It decides
// which function answers, never what it does.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import pg from 'pg';
import { jobs } from './functions/index.ts';
import type { JobContext } from './job.ts';
import { openLogPush } from './log-push.ts';
import { openTruthLog } from './truth.ts';
import type { TruthLog } from './truth.ts';

export type JobServer = {
  url: string;
  port: number;
  /** What the jobs of this server did. */
  truth: TruthLog;
  stop(): Promise<void>;
};

export type JobServerOptions = {
  /** Connection string of the application database. */
  url: string;
  /** The log server's origin; null for none. */
  logsUrl: string | null;
  port?: number;
  /** Where the truth is kept; in memory only by default. */
  truthFile?: string;
  /** Every n-th first attempt of a job that may fail does; 0 for never. */
  failEvery?: number;
  /** Which of the n: the first attempt that fails is number n - seed % n. */
  seed?: number;
  /** Multiplies the time that work takes; 1 by default, 0 for none. */
  pace?: number;
  onLine?: (line: string) => void;
  onProblem?: (message: string) => void;
};

/** Starts the job server on 127.0.0.1. */
export async function startJobs(options: JobServerOptions): Promise<JobServer> {
  const { failEvery = 0, seed = 0, pace = 1 } = options;
  const onProblem = options.onProblem ?? (() => undefined);
  const pool = new pg.Pool({ connectionString: options.url, max: 20, application_name: 'jobs' });
  const push = openLogPush({ url: options.logsUrl, onProblem });
  const truth = openTruthLog(options.truthFile ?? null);
  let stopping = false;
  // An idle connection that the server closed; the pool makes a new one.
  pool.on('error', (error) => {
    if (!stopping) onProblem(`jobs: a connection was lost: ${error.message}`);
  });
  const running = new Set<Promise<void>>();
  let firstAttempts = seed;
  const shop: JobContext['shop'] = {
    pool,
    push,
    truth,
    onLine: options.onLine ?? (() => undefined),
    shouldFail: (event) => {
      if (failEvery === 0 || event.delivery_info.current_retry > 0) return false;
      firstAttempts += 1;
      return firstAttempts % failEvery === 0;
    },
    pace,
  };

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const name = /^\/\.netlify\/functions\/([^/?]+)/.exec(incoming.url ?? '')?.[1];
    const job = name === undefined ? undefined : jobs.get(name);
    const response = job
      ? await job(await webRequest(incoming), { requestId: randomUUID(), shop })
      : new Response('Function not found\n', { status: 404 });
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(await response.text());
  };
  const server = createServer((incoming, outgoing) => {
    const work = answer(incoming, outgoing)
      .catch((error: unknown) => {
        onProblem(`jobs: ${incoming.url}: ${String(error)}`);
        if (!outgoing.headersSent) outgoing.writeHead(500);
        outgoing.end(`${String(error)}\n`);
      })
      .finally(() => running.delete(work));
    running.add(work);
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    truth,
    stop: async () => {
      stopping = true;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await Promise.all(running);
      server.closeAllConnections();
      await closed;
      await push.stop();
      await truth.flush();
      await pool.end();
    },
  };
}

async function webRequest(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const method = incoming.method ?? 'GET';
  const body = method === 'GET' || method === 'HEAD' ? null : Buffer.concat(chunks);
  return new Request(new URL(incoming.url ?? '/', 'http://127.0.0.1'), { method, headers, body });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
