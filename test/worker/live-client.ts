// A client of the live feed as a browser is one: through the Worker's own door, with the token as a subprotocol.
import {
  createExecutionContext,
  runDurableObjectAlarm,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import worker from '../../src/index.ts';
import { assembleTraceId } from '../../src/correlation/trace-uuid.ts';
import type { Announcement } from '../../src/live/connection.ts';
import { noCounts } from '../../src/live/entries.ts';
import {
  type ChangeEntry,
  type ClientMessage,
  liveProtocol,
  type ServerMessage,
  serverMessageSchema,
} from '../../src/live/protocol.ts';
import { sha256 } from './edge.ts';

const token = 'tl_test_token';

/** The token as a browser offers it. */
export const offer = (secret = token): string =>
  `${liveProtocol}, bearer.${btoa(secret).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;

export async function knock(
  headers: Record<string, string>,
  given: Partial<Env> = {},
): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request('https://edge.example/api/live', { headers });
  const response = await worker.fetch(
    request as Request<unknown, IncomingRequestCfProperties>,
    { ...env, API_TOKEN_SHA256: await sha256(token), ...given },
    context,
  );
  await waitOnExecutionContext(context);
  return response;
}

/** An API token that ends at that time. @param expiresAt RFC 3339 */
export async function makeToken(expiresAt: string): Promise<string> {
  const context = createExecutionContext();
  const request = new Request('https://edge.example/api/admin/tokens', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'viewer', expiresAt }),
  });
  const response = await worker.fetch(
    request as Request<unknown, IncomingRequestCfProperties>,
    { ...env, API_TOKEN_SHA256: await sha256(token) },
    context,
  );
  await waitOnExecutionContext(context);
  return (await response.json<{ token: string }>()).token;
}

export class LiveClient {
  readonly received: ServerMessage[] = [];
  readonly raw: string[] = [];
  closed: { code: number; reason: string } | null = null;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.accept();
    socket.addEventListener('message', ({ data }) => {
      this.raw.push(String(data));
      if (data !== 'pong') this.received.push(serverMessageSchema.parse(JSON.parse(String(data))));
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
    });
  }

  static async open(given: Partial<Env> = {}): Promise<LiveClient> {
    const response = await knock(
      { upgrade: 'websocket', 'sec-websocket-protocol': offer() },
      given,
    );
    if (!response.webSocket) throw new Error(`${response.status} ${await response.text()}`);
    return new LiveClient(response.webSocket);
  }

  send(message: ClientMessage | string): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  leave(): void {
    if (!this.closed) this.#socket.close(1000);
  }

  /** The next message of a kind, once it is there; those before it are dropped. */
  async next<T extends ServerMessage['type']>(
    type: T,
  ): Promise<Extract<ServerMessage, { type: T }>> {
    for (;;) {
      const index = this.received.findIndex((message) => message.type === type);
      const [found] = index === -1 ? [] : this.received.splice(0, index + 1).slice(-1);
      if (found) return found as Extract<ServerMessage, { type: T }>;
      await scheduler.wait(5);
    }
  }

  async end(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await scheduler.wait(5);
    return this.closed;
  }

  /** Has subscribed, and hears all that comes from then on, or after `after`. */
  async subscribe(
    given: Omit<Extract<ClientMessage, { type: 'subscribe' }>, 'type' | 'filters'> & {
      filters?: Extract<ClientMessage, { type: 'subscribe' }>['filters'];
    } = {},
  ): Promise<Extract<ServerMessage, { type: 'subscribed' }>> {
    this.send({ type: 'subscribe', filters: [], ...given });
    return this.next('subscribed');
  }
}

export const feed = () => env.LIVE_FEED.getByName('feed');

export function traceId(number: number): string {
  return assembleTraceId(
    Date.UTC(2026, 10, 25) + number,
    new Uint8Array([number % 256, 1, 2, 3, 4]),
  );
}

export function change(number: number, given: Partial<ChangeEntry> = {}): ChangeEntry {
  return {
    kind: 'growth',
    at: '2026-11-25T12:00:00.000Z',
    problem: false,
    traceId: traceId(number),
    sources: ['shop'],
    triggers: ['order_changed'],
    tables: ['public.orders'],
    jobs: ['ship-order'],
    nodes: [{ of: 'event', source: 'shop', id: `e${number}` }],
    nodesLeftOut: 0,
    ...given,
  };
}

/** Announces and tells at once, instead of with the next alarm. */
export async function announce(
  entries: Announcement['entries'],
  given: Partial<Announcement> = {},
): Promise<void> {
  await feed().announce({ entries, leftOut: noCounts(), missed: 0, ...given });
  await runDurableObjectAlarm(feed());
}
