// The page's connection in virtual time: it comes back by itself, later and later, and knows where it was.
import { describe, expect, it } from 'vitest';
import {
  LiveConnection,
  type LiveState,
  pauseMs,
  type Socket,
  type SocketHandlers,
} from '../../../pages/src/live/connection.ts';
import type { News } from '../../../pages/src/live/heard.ts';
import type { ServerMessage } from '../../../src/live/protocol.ts';

class FakeSocket implements Socket {
  readonly sent: string[] = [];
  isClosed = false;
  readonly #handlers: SocketHandlers;
  constructor(handlers: SocketHandlers) {
    this.#handlers = handlers;
  }
  send(data: string): void {
    this.sent.push(data);
  }
  close(): void {
    this.isClosed = true;
  }
  says(message: ServerMessage | string): void {
    this.#handlers.heard(typeof message === 'string' ? message : JSON.stringify(message));
  }
  breaks(code: number): void {
    this.#handlers.closed(code);
  }
  get answers(): unknown[] {
    return this.sent.filter((text) => text !== 'ping').map((text) => JSON.parse(text) as unknown);
  }
}

class World {
  nowMs = 0;
  readonly sockets: FakeSocket[] = [];
  readonly states: LiveState[] = [];
  readonly news: News[] = [];
  #timers: { at: number; work: () => void }[] = [];
  readonly connection = new LiveConnection({
    open: (handlers) => {
      const socket = new FakeSocket(handlers);
      this.sockets.push(socket);
      return socket;
    },
    after: (ms, work) => {
      const timer = { at: this.nowMs + ms, work };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((each) => each !== timer);
      };
    },
    now: () => this.nowMs,
    random: () => 1,
    onState: (state) => this.states.push(state),
    onNews: (news) => this.news.push(news),
  });

  pass(ms: number): void {
    const until = this.nowMs + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.nowMs = next.at;
      next.work();
    }
    this.nowMs = until;
  }

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error('no socket was opened');
    return last;
  }

  /** As the feed greets whoever comes. */
  greet(seq: number): void {
    this.socket.says({ type: 'hello', feed: 'f', seq, endsAt: '2026-11-25T12:00:00.000Z' });
    this.socket.says({ type: 'subscribed', feed: 'f', seq });
  }
}

function live(): World {
  const world = new World();
  world.connection.start();
  world.greet(7);
  return world;
}

describe('the page’s connection', () => {
  it('is live once it has subscribed, and has everything fetched that was shown before', () => {
    const world = live();
    expect(world.states).toEqual(['reconnecting', 'live']);
    expect(world.socket.answers).toEqual([{ type: 'subscribe', filters: [] }]);
    expect(world.news).toEqual([{ of: 'everything' }]);
  });

  it('resumes from its last number after a break, and asks for nothing twice', () => {
    const world = live();
    world.socket.says({ type: 'entries', after: 7, seq: 9, entries: [], missed: 0 });
    world.socket.breaks(1006);
    expect(world.states.at(-1)).toBe('reconnecting');
    world.pass(pauseMs(1, 1));
    world.socket.says({ type: 'hello', feed: 'f', seq: 20, endsAt: '2026-11-25T12:00:00.000Z' });
    expect(world.socket.answers).toEqual([
      { type: 'subscribe', filters: [], resume: { feed: 'f', after: 9 } },
    ]);
    world.socket.says({ type: 'subscribed', feed: 'f', seq: 9 });
    world.socket.says({ type: 'entries', after: 9, seq: 20, entries: [], missed: 0 });
    expect(world.news).toEqual([
      { of: 'everything' },
      { of: 'entries', entries: [] },
      { of: 'entries', entries: [] },
    ]);
  });

  it('asks again where a number is missing', () => {
    const world = live();
    world.socket.says({ type: 'entries', after: 8, seq: 9, entries: [], missed: 0 });
    expect(world.socket.answers.at(-1)).toEqual({
      type: 'subscribe',
      filters: [],
      resume: { feed: 'f', after: 7 },
    });
    expect(world.news).toHaveLength(1);
  });

  it('waits longer and longer, up to a minute, and says that it polls when it has failed often', () => {
    const world = live();
    const waited: number[] = [];
    for (let failure = 1; failure <= 9; failure += 1) {
      world.socket.breaks(1006);
      const [opened, before] = [world.sockets.length, world.nowMs];
      while (world.sockets.length === opened) world.pass(50);
      waited.push(world.nowMs - before);
    }
    expect(waited).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(world.states).toEqual(['reconnecting', 'live', 'reconnecting', 'polling']);
    world.greet(7);
    expect(world.states.at(-1)).toBe('live');
  });

  it('comes again at once, and stays live, when the connection has lived its time', () => {
    const world = live();
    world.socket.breaks(4001);
    world.pass(3_000);
    expect(world.sockets).toHaveLength(2);
    expect(world.states.at(-1)).toBe('live');
  });

  it('does not believe in a connection that answers no ping', () => {
    const world = live();
    world.pass(15_000);
    world.socket.says('pong');
    world.pass(30_000);
    expect(world.sockets).toHaveLength(1);
    expect(world.socket.sent.filter((text) => text === 'ping')).toHaveLength(3);
    world.pass(15_500);
    expect(world.sockets).toHaveLength(2);
    expect(world.sockets[0]?.isClosed).toBe(true);
    expect(world.states.at(-1)).toBe('reconnecting');
  });

  it('does not believe in a connection whose network has gone, and tries again by itself', () => {
    const world = live();
    const { socket } = world;
    world.connection.lose();
    expect(socket.isClosed).toBe(true);
    expect(world.states.at(-1)).toBe('reconnecting');
    // There is none to lose.
    world.connection.lose();
    world.pass(500);
    world.greet(9);
    expect(world.sockets).toHaveLength(2);
    expect(world.states.at(-1)).toBe('live');
  });

  it('gives an opening up that never answers', () => {
    const world = new World();
    world.connection.start();
    world.pass(10_500);
    expect(world.sockets).toHaveLength(2);
    expect(world.sockets[0]?.isClosed).toBe(true);
  });

  it('forgets where it was when its reader signs out', () => {
    const world = live();
    world.connection.stop();
    expect(world.socket.isClosed).toBe(true);
    world.pass(600_000);
    expect(world.sockets).toHaveLength(1);
    world.connection.start();
    world.greet(7);
    expect(world.socket.answers).toEqual([{ type: 'subscribe', filters: [] }]);
  });

  it('ignores what it does not understand', () => {
    const world = live();
    for (const text of ['', '{', 'null', '[]', '{"type":"shout"}']) world.socket.says(text);
    expect(world.socket.answers).toHaveLength(1);
    expect(world.states.at(-1)).toBe('live');
  });
});
