// One connection to the live feed for the whole page: opens it, keeps it alive, opens it again after a growing pause and
// resumes. It decides when to connect, never what a message means (heard.ts) nor what is fetched then (refresh.ts).
import type { ServerMessage } from '../../../src/live/protocol.ts';
import { hear, type Known, type News } from './heard.ts';

/** `polling`: it has been away for a while, and what is shown comes by asking from time to time. */
export type LiveState = 'off' | 'live' | 'reconnecting' | 'polling';

/** As much of a WebSocket as is used. */
export interface Socket {
  send(data: string): void;
  close(): void;
}

/** Never called before the socket is handed back. */
export interface SocketHandlers {
  heard: (data: unknown) => void;
  closed: (code: number) => void;
}

export interface LiveDeps {
  open(handlers: SocketHandlers): Socket;
  /** @returns what takes it back */
  after(ms: number, work: () => void): () => void;
  now(): number;
  random(): number;
  onState(state: LiveState): void;
  onNews(news: News): void;
}

const pingEveryMs = 15_000;
/** Two pings without an answer. */
const silenceMs = 35_000;
const openLimitMs = 10_000;
const firstPauseMs = 500;
const longestPauseMs = 60_000;
/** After so many attempts in a row it is called polling. */
const patientAttempts = 3;
/** The feed's own: this connection has lived its time. */
const comeAgain = 4001;
/** So that not everybody who was connected together comes again together. */
const comeAgainWithinMs = 3_000;

/** Before the attempt of this number, the first being 1: doubled each time, the half of it by chance. */
export function pauseMs(attempt: number, random: number): number {
  const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
  return longest / 2 + (random * longest) / 2;
}

export class LiveConnection {
  readonly #deps: LiveDeps;
  #known: Known = null;
  #socket: Socket | null = null;
  #state: LiveState = 'off';
  /** This socket has subscribed: it can be written to, and it answers. */
  #isThere = false;
  #failures = 0;
  #heardAtMs = 0;
  #cancelTimer: (() => void) | null = null;
  #cancelPing: (() => void) | null = null;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
  }

  /** Nothing where it has begun already. */
  start(): void {
    if (this.#state !== 'off') return;
    this.#set('reconnecting');
    this.#open();
  }

  /** Ends it, and forgets where it was: whoever signs in next begins anew. */
  stop(): void {
    this.#drop();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#known = null;
    this.#failures = 0;
    this.#set('off');
  }

  /** Tries at once where it waits: the network is back, or somebody looks at the page again. */
  hurry(): void {
    if (this.#state === 'off' || this.#socket) return;
    this.#open();
  }

  /** The network has gone, of which a socket hears nothing for long. */
  lose(): void {
    if (this.#socket) this.#lost(false);
  }

  #open(): void {
    this.#cancelTimer?.();
    const socket = this.#deps.open({
      heard: (data) => {
        if (this.#socket === socket) this.#hear(socket, data);
      },
      closed: (code) => {
        if (this.#socket === socket) this.#lost(code === comeAgain);
      },
    });
    this.#socket = socket;
    this.#isThere = false;
    this.#heardAtMs = this.#deps.now();
    this.#cancelTimer = this.#deps.after(openLimitMs, () => {
      if (this.#socket === socket && !this.#isThere) this.#lost(false);
    });
    this.#ping(socket);
  }

  #ping(socket: Socket): void {
    this.#cancelPing = this.#deps.after(pingEveryMs, () => {
      if (this.#socket !== socket) return;
      if (this.#deps.now() - this.#heardAtMs >= silenceMs) return this.#lost(false);
      if (this.#isThere) socket.send('ping');
      this.#ping(socket);
    });
  }

  #hear(socket: Socket, data: unknown): void {
    this.#heardAtMs = this.#deps.now();
    const message = typeof data === 'string' && data !== 'pong' ? parse(data) : null;
    if (message === null) return;
    const { known, answer, news } = hear(this.#known, message);
    this.#known = known;
    if (answer !== null) socket.send(JSON.stringify(answer));
    if (message.type === 'subscribed' || message.type === 'reset') {
      this.#isThere = true;
      this.#failures = 0;
      this.#set('live');
    }
    if (news !== null) this.#deps.onNews(news);
  }

  #lost(wasExpected: boolean): void {
    this.#drop();
    this.#cancelTimer?.();
    this.#failures += wasExpected ? 0 : 1;
    if (!wasExpected) this.#set(this.#failures > patientAttempts ? 'polling' : 'reconnecting');
    const random = this.#deps.random();
    const waitMs = wasExpected ? random * comeAgainWithinMs : pauseMs(this.#failures, random);
    this.#cancelTimer = this.#deps.after(waitMs, () => this.#open());
  }

  #drop(): void {
    this.#cancelPing?.();
    this.#cancelPing = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #set(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#deps.onState(state);
  }
}

/** Null for what is none: a newer feed may say more than this page knows. */
function parse(text: string): ServerMessage | null {
  try {
    const value: unknown = JSON.parse(text);
    return isMessage(value) ? value : null;
  } catch {
    return null;
  }
}

const types: readonly string[] = [
  'hello',
  'subscribed',
  'entries',
  'summary',
  'reset',
  'problem',
] satisfies ServerMessage['type'][];

/** The feed is of this page's own origin and makes its messages by schema: the type is all that is looked at. */
function isMessage(value: unknown): value is ServerMessage {
  if (typeof value !== 'object' || value === null) return false;
  const type: unknown = Reflect.get(value, 'type');
  return typeof type === 'string' && types.includes(type);
}
