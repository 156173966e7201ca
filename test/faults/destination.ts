// A destination that can be told to fail, and what came to it. Where a fault leaves it open whether the work was
// done, it was: that is the worst case, since the next attempt must then be known as the same one.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a destination does with a request that came whole. */
export type Misbehaviour =
  | 'refuses'
  | 'resets before headers'
  | 'resets in a short body'
  | 'resets in a long body'
  | 'hangs'
  | 'drips'
  | 'never ends'
  | '500'
  | '429'
  | '410'
  | 'redirects';

export type Call = {
  eventId: string;
  idempotencyKey: string;
  correlationId: string;
  body: string;
};

/** Says that the work was not done. */
const withoutWork: ReadonlySet<Misbehaviour> = new Set(['429', '410', 'redirects']);

export class Destination {
  readonly name: string;
  readonly calls: Call[] = [];
  /** Events whose work was done. */
  readonly worked = new Set<string>();
  misbehaviour: Misbehaviour | null;
  #server: Server;
  #port = 0;
  #held: ServerResponse[] = [];

  constructor(name: string, misbehaviour: Misbehaviour | null) {
    this.name = name;
    this.misbehaviour = misbehaviour;
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch(() => response.destroy());
    });
    // Node would close idle connections after 5 s: a fault of its own, when the next request is just coming.
    this.#server.keepAliveTimeout = 120_000;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/${this.name}`;
  }

  async start(): Promise<void> {
    await this.#listen();
    // A port that was somebody's a moment ago refuses.
    if (this.misbehaviour === 'refuses') await this.stop();
  }

  /** Behaves from now on; what hangs is answered. */
  async heal(): Promise<void> {
    this.misbehaviour = null;
    if (!this.#server.listening) await this.#listen();
    for (const response of this.#held.splice(0)) answer(response);
  }

  /** Whether those who were kept waiting have all gone. */
  get isLeftAlone(): boolean {
    return this.#held.every((response) => response.destroyed);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    // Throws where the request breaks off: no job would take half a body.
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString();
    const idempotencyKey = String(request.headers['idempotency-key']);
    const correlationId = String(request.headers['x-correlation-id']);
    const { id: eventId } = JSON.parse(body) as { id: string };
    const { misbehaviour } = this;
    if (misbehaviour === null || !withoutWork.has(misbehaviour)) this.worked.add(eventId);
    if (misbehaviour === 'hangs') this.#held.push(response);
    this.calls.push({ eventId, idempotencyKey, correlationId, body });
    misbehave(misbehaviour, response);
  }
}

function misbehave(misbehaviour: Misbehaviour | null, response: ServerResponse): void {
  switch (misbehaviour) {
    case null:
      answer(response);
      return;
    case 'hangs':
    case 'refuses':
      return;
    case 'resets before headers':
      response.socket?.resetAndDestroy();
      return;
    case 'resets in a short body':
      resetWithin(response, 1_000);
      return;
    case 'resets in a long body':
      resetWithin(response, 200_000);
      return;
    case 'drips':
      drip(response, 20);
      return;
    case 'never ends':
      drip(response, Number.POSITIVE_INFINITY);
      return;
    case 'redirects':
      // Nobody must go there: it is the discard port.
      response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end();
      return;
    case '500':
    case '429':
    case '410':
      response.writeHead(Number(misbehaviour), { 'retry-after': '1' }).end('no');
  }
}

function answer(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
}

/** Half of the answer, and the connection is gone. */
function resetWithin(response: ServerResponse, length: number): void {
  response.writeHead(200, { 'content-length': String(length) });
  response.write('x'.repeat(length / 2), () => response.socket?.resetAndDestroy());
}

function drip(response: ServerResponse, drops: number): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  let left = drops;
  const timer = setInterval(() => {
    left -= 1;
    response.write('.');
    if (left <= 0) response.end();
    if (left <= 0 || response.destroyed) clearInterval(timer);
  }, 50);
  response.once('close', () => clearInterval(timer));
}
