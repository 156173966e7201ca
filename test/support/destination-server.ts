// A real HTTP server on this machine that behaves as its path says, and remembers what it got.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

export type Received = {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** Base64. */
  body: string;
};

export type DestinationServer = { url: string; stop(): Promise<void> };

/**
 * Starts it on a free port. `GET /received?path=…` tells what came to a path, `/hang` never answers,
 * `/reset` cuts the connection, `/cut` sends half an answer, `/status/503`, `/redirect`, `/gzip`,
 * `/chunks`, `/slow/<ms>`, `/switch/<name>` answers as `PUT /switch/<name>?status=503` has said last, and everything else answers 200 with what it got.
 */
export async function startDestinationServer(): Promise<DestinationServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    // A request that breaks off is not remembered: no job would take half a body.
    answer(request, response, received).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What `/switch/…` answers, by path. */
const switched = new Map<string, number>();

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  received: Received[],
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://destination');
  if (url.pathname === '/received') {
    const path = url.searchParams.get('path');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(received.filter((entry) => entry.path === path)));
    return;
  }
  if (request.method === 'PUT' && url.pathname.startsWith('/switch/')) {
    switched.set(url.pathname, Number(url.searchParams.get('status')));
    response.end();
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const entry: Received = {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: Buffer.concat(chunks).toString('base64'),
  };
  received.push(entry);
  respond(url, response, entry);
}

function respond(url: URL, response: ServerResponse, entry: Received): void {
  const [, kind, argument] = url.pathname.split('/');
  switch (kind ?? '') {
    case 'hang':
      return;
    case 'reset':
      response.socket?.destroy();
      return;
    case 'cut':
      response.writeHead(200, { 'content-length': '200000' });
      response.write('half');
      setImmediate(() => response.socket?.destroy());
      return;
    case 'status':
      response.writeHead(Number(argument), { 'retry-after': '7', 'x-said-by': 'destination' });
      response.end(`status ${argument}`);
      return;
    case 'switch':
      response.writeHead(switched.get(url.pathname) ?? 200);
      response.end();
      return;
    case 'redirect':
      response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' });
      response.end();
      return;
    case 'background':
      response.writeHead(202, { 'x-throughline-background': 'true' }).end('later');
      return;
    case 'cookies':
      response.writeHead(200, { 'set-cookie': ['a=1; Path=/', 'b=2; Path=/'] });
      response.end('two cookies');
      return;
    case 'gzip': {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' });
      response.end(gzipSync('unpacked'));
      return;
    }
    case 'chunks':
      response.writeHead(200, {
        'content-type': 'text/plain',
        connection: 'x-of-this-hop',
        'x-of-this-hop': 'secret',
      });
      response.write('one ');
      response.write('two ');
      response.end('three');
      return;
    case 'slow':
      setTimeout(() => response.end('slow'), Number(argument));
      return;
    case 'large':
      response.writeHead(200, { 'content-length': '1000000' });
      response.end(Buffer.alloc(1_000_000, 'x'));
      return;
    default:
      response.writeHead(200, { 'content-type': 'application/json', 'x-said-by': 'destination' });
      response.end(JSON.stringify(entry));
  }
}
