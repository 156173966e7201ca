// Stands in for Grafana with Loki behind its data source proxy, and with Elasticsearch and CloudWatch behind its query
// endpoint: push, queries, and the products' answers to a wrong token or data source. It keeps lines across a restart,
// and never more than its bound.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { openCloudWatch } from './cloudwatch.ts';
import { answerDsQuery } from './ds-query.ts';
import { answerFault, type Fault, faults } from './fault.ts';
import { parsePush } from './push.ts';
import { queryRange } from './query-range.ts';
import { openLogStore } from './store.ts';

export type LogServer = {
  /** Origin of both: Grafana's under /api/, Loki's under /loki/. */
  url: string;
  port: number;
  stop(): Promise<void>;
};

export type LogServerOptions = {
  /** Where lines are kept. */
  directory: string;
  /** The service account token that Grafana takes. */
  token: string;
  /** The data source's uid. */
  uid: string;
  port?: number;
  /** Lines kept; the oldest go first. */
  maxLines?: number;
  /** Who may come to Loki itself; nobody is asked without it. */
  lokiAccess?: { tenant: string; user: string; password: string };
};

type Answer = { status: number; type: string; body: string };

const proxyPath = /^\/api\/datasources\/proxy\/uid\/([\w-]+)(\/.*)$/;
const maxBodyBytes = 8 * 1024 * 1024;

/** Starts the log server on 127.0.0.1. */
export async function startLogServer(options: LogServerOptions): Promise<LogServer> {
  const { directory, token, uid, maxLines = 100_000 } = options;
  const store = await openLogStore(directory, maxLines);
  const cloudWatch = openCloudWatch();
  let fault: Fault | null = null;

  const loki = async (path: string, url: URL, request: IncomingMessage): Promise<Answer> => {
    if (path === '/ready') return plain(200, 'ready\n');
    if (path === '/loki/api/v1/push' && request.method === 'POST') {
      const bytes = await readBody(request);
      if (bytes === null) return plain(413, 'request body too large\n');
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      const push = parsePush(text.toString('utf8'));
      if (push.kind === 'error') return plain(400, `${push.message}\n`);
      await store.add(push.entries);
      return { status: 204, type: '', body: '' };
    }
    if (path === '/loki/api/v1/query_range' && request.method === 'GET') {
      const answer = queryRange(store.all(), url.searchParams, {
        nowMs: Date.now(),
        categorize: String(request.headers['x-loki-response-encoding-flags'] ?? '')
          .split(',')
          .some((flag) => flag.trim() === 'categorize-labels'),
      });
      return answer.kind === 'error' ? plain(400, answer.message) : json(200, answer.body);
    }
    return plain(404, '404 page not found\n');
  };

  const grafana = async (url: URL, request: IncomingMessage): Promise<Answer> => {
    if (url.pathname === '/api/health') {
      return json(200, { commit: 'stand-in', database: 'ok', version: '12.3.0' });
    }
    const { authorization } = request.headers;
    if (authorization === undefined) {
      return json(401, {
        extra: null,
        message: 'Unauthorized',
        messageId: 'auth.unauthorized',
        statusCode: 401,
        traceID: '',
      });
    }
    if (authorization !== `Bearer ${token}`) {
      return json(401, {
        extra: null,
        message: 'Invalid API key',
        messageId: 'api-key.invalid',
        statusCode: 401,
        traceID: '',
      });
    }
    if (url.pathname === '/api/ds/query' && request.method === 'POST') {
      const bytes = await readBody(request);
      if (bytes === null) return plain(413, 'request body too large\n');
      const answer = answerDsQuery(store.all(), bytes.toString('utf8'), cloudWatch);
      return json(answer.status, answer.body);
    }
    const proxied = proxyPath.exec(url.pathname);
    if (!proxied) return json(404, { message: 'Not found', traceID: '' });
    if (proxied[1] !== uid) return json(404, { message: 'Unable to find datasource', traceID: '' });
    return loki(proxied[2] ?? '/', url, request);
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const switched = /^\/stand-in\/fault\/([\w-]+)$/.exec(url.pathname)?.[1];
    if (switched !== undefined && request.method === 'POST') {
      fault = faults.find((name) => name === switched) ?? null;
      response.writeHead(200).end(`${fault ?? `none; there are ${faults.join(', ')}`}\n`);
      return;
    }
    if (fault !== null && url.pathname.startsWith('/api/')) {
      answerFault(fault, response);
      return;
    }
    const answer = url.pathname.startsWith('/api/')
      ? await grafana(url, request)
      : (refuseLoki(options.lokiAccess, request) ?? (await loki(url.pathname, url, request)));
    response.writeHead(answer.status, answer.type ? { 'Content-Type': answer.type } : {});
    response.end(answer.body);
  };
  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain' });
      response.end(`${String(error)}\n`);
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await store.close();
    },
  };
}

/** Loki's own answer without a tenant (auth_enabled), and that of a gateway before it without the right user. */
function refuseLoki(
  access: LogServerOptions['lokiAccess'],
  request: IncomingMessage,
): Answer | null {
  if (!access || request.url === '/ready') return null;
  const basic = Buffer.from(`${access.user}:${access.password}`).toString('base64');
  if (request.headers.authorization !== `Basic ${basic}`) return plain(401, 'Unauthorized\n');
  if (request.headers['x-scope-orgid'] !== access.tenant) return plain(401, 'no org id\n');
  return null;
}

/** Null when the body is larger than the server takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function plain(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}

function json(status: number, body: unknown): Answer {
  return { status, type: 'application/json; charset=UTF-8', body: JSON.stringify(body) };
}
