// The feed and a client of it as one: whatever happens between them, and however slow or broken the way is, the client
// knows of every cascade that was announced, by name or by being told to fetch anew.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hear as hearAsClient, type Known } from '../../../pages/src/live/heard.ts';
import { noCounts } from '../../../src/live/entries.ts';
import {
  type Announcement,
  type Connection,
  hear,
  type Log,
  newConnection,
  nextMessage,
} from '../../../src/live/connection.ts';
import {
  clientMessageSchema,
  limits,
  type LiveEntry,
  type LiveFilter,
  serverMessageSchema,
  type ServerMessage,
} from '../../../src/live/protocol.ts';
import { assembleTraceId } from '../../../src/correlation/trace-uuid.ts';

const at = '2026-11-25T12:00:00.000Z';
const feed = 'f0e1';

function cascade(number: number, given: Partial<LiveEntry> = {}): LiveEntry {
  return {
    kind: 'cascade',
    at,
    problem: false,
    traceId: assembleTraceId(1_000_000 + number, new Uint8Array(5)),
    sources: ['shop'],
    triggers: ['order_changed'],
    tables: ['public.orders'],
    jobs: ['ship-order'],
    nodes: [{ of: 'event', source: 'shop', id: `e${number}` }],
    nodesLeftOut: 0,
    ...given,
  } as LiveEntry;
}

const idOf = (number: number): string => assembleTraceId(1_000_000 + number, new Uint8Array(5));

class Feed {
  rows: { seq: number; announcement: Announcement }[] = [];
  last = 0;
  first = 0;

  announce(entries: readonly LiveEntry[], missed = 0): void {
    this.last += 1;
    this.rows.push({ seq: this.last, announcement: { entries, leftOut: noCounts(), missed } });
  }

  /** Keeps the latest only. */
  prune(kept: number): void {
    this.rows = this.rows.slice(-Math.max(1, kept));
    this.first = (this.rows[0]?.seq ?? 1) - 1;
  }

  get log(): Log {
    const { last, first, rows } = this;
    return {
      feed,
      first,
      last,
      after: (seq) => rows.filter((row) => row.seq > seq).map(({ announcement }) => announcement),
    };
  }
}

/** A page: what it was told by name, and what there was when it last fetched everything. */
class Page {
  known: Known = null;
  readonly names = new Set<string>();
  inbox: ServerMessage[] = [];
  connection: Connection | null = null;

  connect(own: Feed, nowMs: number): void {
    this.connection = newConnection(own.last, nowMs, Infinity);
    this.inbox = [{ type: 'hello', feed, seq: own.last, endsAt: at }];
  }

  /** The connection breaks: what is on its way is lost. */
  lose(): void {
    this.connection = null;
    this.inbox = [];
  }

  read(own: Feed, nowMs: number, stored: ReadonlySet<string>): void {
    const message = this.inbox.shift();
    if (!message) return;
    const heard = hearAsClient(this.known, serverMessageSchema.parse(message));
    this.known = heard.known;
    // It fetches from what is stored by now: everything announced is stored before it is announced.
    if (heard.news?.of === 'everything') for (const id of stored) this.names.add(id);
    if (heard.news?.of === 'entries') {
      for (const entry of heard.news.entries)
        if ('traceId' in entry) this.names.add(entry.traceId ?? '');
    }
    if (!heard.answer || !this.connection) return;
    const answer = clientMessageSchema.parse(heard.answer);
    const next = hear(this.connection, answer, own.log, nowMs);
    this.connection = next.connection;
    if (next.message) this.inbox.push(next.message);
  }

  tell(own: Feed, nowMs: number, isStoredBeforeACrash: boolean): void {
    if (!this.connection) return;
    const next = nextMessage(this.connection, own.log, nowMs);
    if (next.message) this.inbox.push(next.message);
    // The object dies between sending and noting that: it sends again.
    if (!isStoredBeforeACrash) return;
    this.connection = next.connection;
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant('announce' as const), count: fc.integer({ min: 1, max: 70 }) }),
  fc.record({ do: fc.constant('tell' as const), isStored: fc.boolean() }),
  fc.record({ do: fc.constant('read' as const) }),
  fc.record({ do: fc.constant('break' as const) }),
  fc.record({ do: fc.constant('connect' as const) }),
  fc.record({ do: fc.constant('prune' as const), kept: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant('miss' as const) }),
);

describe('the feed and a page', () => {
  it('leaves the page knowing of every cascade, whatever breaks between them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const own = new Feed();
        const page = new Page();
        const stored = new Set<string>();
        let number = 0;
        let nowMs = 0;
        const next = (): LiveEntry => {
          number += 1;
          stored.add(idOf(number));
          return cascade(number);
        };
        let missed = 0;
        for (const each of steps) {
          nowMs += 100;
          if (each.do === 'announce') {
            own.announce(Array.from({ length: each.count }, next), missed);
            missed = 0;
          } else if (each.do === 'miss') {
            // Stored, and its announcement lost: the next one says so.
            next();
            missed += 1;
          } else if (each.do === 'tell') page.tell(own, nowMs, each.isStored);
          else if (each.do === 'read') page.read(own, nowMs, stored);
          else if (each.do === 'break') page.lose();
          else if (each.do === 'connect') page.connect(own, nowMs);
          else own.prune(each.kept);
        }
        // In the end the way holds for a while.
        own.announce([next()], missed);
        page.connect(own, nowMs);
        for (let round = 0; round < 20; round += 1) {
          nowMs += limits.pauseMs;
          while (page.inbox.length > 0) page.read(own, nowMs, stored);
          page.tell(own, nowMs, true);
        }
        expect([...stored].filter((id) => !page.names.has(id))).toEqual([]);
        expect(page.known).toEqual({ feed, seq: own.last });
      }),
      { numRuns: 400 },
    );
  });

  it('never tells a page an earlier number than it has told, and keeps no more than four on the way', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const own = new Feed();
        const page = new Page();
        page.connect(own, 0);
        page.read(own, 0, new Set());
        const seqs: number[] = [];
        let nowMs = 0;
        for (const each of steps) {
          nowMs += 100;
          if (each.do === 'announce') own.announce([cascade(own.last)]);
          if (each.do !== 'tell') continue;
          page.tell(own, nowMs, true);
          const message = page.inbox.at(-1);
          if (message && 'after' in message) seqs.push(message.seq);
          expect(page.connection?.unacknowledged.length).toBeLessThanOrEqual(limits.unacknowledged);
        }
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      }),
    );
  });
});

const subscribed = (own: Feed, filters: LiveFilter[] = [], after = 0): Connection =>
  hear(
    newConnection(own.last, 0, Infinity),
    { type: 'subscribe', filters, resume: { feed, after } },
    own.log,
    0,
  ).connection;

describe('a page that is slow', () => {
  it('is told of many in one sum, newest first, and of few by name', () => {
    const own = new Feed();
    own.announce(Array.from({ length: 1_240 }, (_, number) => cascade(number)));
    const { message } = nextMessage(subscribed(own), own.log, 0);
    expect(message).toMatchObject({
      type: 'summary',
      after: 0,
      seq: 1,
      counts: { cascade: 1_240 },
    });
    expect(
      message?.type === 'summary' &&
        message.newest.map((each) => 'traceId' in each && each.traceId),
    ).toEqual([1_239, 1_238, 1_237, 1_236, 1_235].map(idOf));
  });

  it('is told nothing more until it acknowledges, and then everything since at once', () => {
    const own = new Feed();
    let connection = subscribed(own);
    for (let number = 0; number < 10; number += 1) {
      own.announce([cascade(number)]);
      connection = nextMessage(connection, own.log, 0).connection;
    }
    expect(connection).toMatchObject({ told: 4, unacknowledged: [1, 2, 3, 4] });
    connection = hear(connection, { type: 'ack', seq: 2 }, own.log, 0).connection;
    const next = nextMessage(connection, own.log, 0);
    expect(next.message).toMatchObject({ type: 'entries', after: 4, seq: 10 });
    expect(next.connection.unacknowledged).toEqual([3, 4, 10]);
  });
});

describe('a page that nothing concerns', () => {
  it('is told the number from time to time, so that it can resume from it', () => {
    const own = new Feed();
    const connection = subscribed(own, [{ job: 'another-job' }]);
    own.announce([cascade(1)]);
    expect(nextMessage(connection, own.log, limits.quietMs - 1).message).toBeNull();
    expect(nextMessage(connection, own.log, limits.quietMs).message).toEqual({
      type: 'entries',
      after: 0,
      seq: 1,
      entries: [],
      missed: 0,
    });
  });
});

const from = (own: Feed, resume: { feed: string; after: number }) =>
  hear(newConnection(own.last, 0, Infinity), { type: 'subscribe', filters: [], resume }, own.log, 0)
    .message;

describe('resuming', () => {
  it('is refused from the future, from another feed and from before what is kept', () => {
    const own = new Feed();
    for (let number = 0; number < 9; number += 1) own.announce([cascade(number)]);
    own.prune(4);
    expect(from(own, { feed, after: 10 })).toMatchObject({
      type: 'reset',
      why: 'from_the_future',
      seq: 9,
    });
    expect(from(own, { feed: 'other', after: 9 })).toMatchObject({ why: 'another_feed' });
    expect(from(own, { feed, after: 4 })).toMatchObject({ why: 'too_old' });
    expect(from(own, { feed, after: 5 })).toEqual({ type: 'subscribed', feed, seq: 5 });
    expect(from(own, { feed, after: 9 })).toEqual({ type: 'subscribed', feed, seq: 9 });
  });
});
