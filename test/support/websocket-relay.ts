// What Neon runs in front of its databases, in small: each WebSocket becomes a TCP connection to the address that
// its URL names, bytes go through as they are. Contract: github.com/neondatabase/wsproxy and DEPLOY.md of
// @neondatabase/serverless 1.2.0, read in November 2026. It stands in for Neon's own proxy.
import { once } from 'node:events';
import { connect } from 'node:net';
import { createWebSocketStream, WebSocketServer } from 'ws';

/**
 * Relays to the one address `host:port` it is given, and to no other.
 * @param port a free one by default
 */
export async function startWebsocketRelay(
  allowed: string,
  port = 0,
): Promise<{
  url: string;
  /** Breaks every connection that it carries. */
  cut(): void;
  stop(): Promise<void>;
}> {
  const server = new WebSocketServer({ host: '127.0.0.1', port, path: '/v1' });
  server.on('connection', (socket, request) => {
    const address = new URL(request.url ?? '', 'ws://relay').searchParams.get('address') ?? '';
    if (address !== allowed) {
      socket.close(1008, `not an address of this relay: ${address}`);
      return;
    }
    const { hostname, port: upstreamPort } = new URL(`tcp://${address}`);
    const upstream = connect(Number(upstreamPort), hostname);
    const stream = createWebSocketStream(socket);
    // Either side going away takes the other with it; what went wrong shows at the client.
    stream.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => stream.destroy()).on('close', () => stream.destroy());
    stream.pipe(upstream).pipe(stream);
  });
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('The relay has no port');
  const cut = (): void => {
    for (const client of server.clients) client.terminate();
  };
  return {
    url: `ws://127.0.0.1:${bound.port}/v1`,
    cut,
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
