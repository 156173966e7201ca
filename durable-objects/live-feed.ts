// The live feed: one object that numbers what is announced, keeps it for a while, and tells it to whoever is
// connected. Thin: what is told to whom is decided in src/live. What is announced is stored together with the alarm that
// sends it, so that nothing is forgotten between the two, and a socket's own state is kept with the socket: the object
// may be evicted at any time, and its connections outlive it (developers.cloudflare.com/durable-objects, WebSocket
// Hibernation).
import { DurableObject } from 'cloudflare:workers';
import { shapeProblem, shapeProblemAt } from '../src/config/shape-problems.ts';
import { messageOf } from '../src/error-message.ts';
import {
  type Announcement,
  type Connection,
  dueAtMs,
  endOf,
  hear,
  type Log,
  newConnection,
  nextMessage,
} from '../src/live/connection.ts';
import { KnownCascades } from '../src/live/known-cascades.ts';
import { endsAtHeader } from '../src/live/live-door.ts';
import { clientMessageSchema, closeCodes, limits, liveProtocol } from '../src/live/protocol.ts';
import type { ClientMessage, LiveEntry, ServerMessage } from '../src/live/protocol.ts';
import { report } from '../src/report.ts';

type Row = { seq: number; announcement: string; entries: number };

/** Pruned by so much at once, so that it is rare. */
const prunedTo = 0.8;

export class LiveFeed extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  readonly #feed: string;
  #first: number;
  #last: number;
  #entries: number;
  #announcements: number;
  /** Null until it is needed. */
  #known: KnownCascades | null = null;
  /** What a socket may still send at once; lost with an eviction, which only the quiet see. */
  readonly #allowances = new WeakMap<WebSocket, { left: number; atMs: number }>();

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS announcements (
        seq INTEGER PRIMARY KEY, announcement TEXT NOT NULL, entries INTEGER NOT NULL)`);
    const { kv } = state.storage;
    const kept = kv.get<string>('feed');
    this.#feed = kept ?? crypto.randomUUID();
    if (kept === undefined) kv.put('feed', this.#feed);
    const { first, last, entries, announcements } = this.#sql
      .exec<{ first: number | null; last: number | null; entries: number; announcements: number }>(
        `SELECT min(seq) AS first, max(seq) AS last, coalesce(sum(entries), 0) AS entries,
           count(*) AS announcements FROM announcements`,
      )
      .one();
    // The latest row is never pruned, so that numbers go on from it.
    this.#last = last ?? 0;
    this.#first = (first ?? 1) - 1;
    this.#entries = entries;
    this.#announcements = announcements;
    // Answered by the runtime, without waking the object.
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Numbers and keeps what is new. It is told within {@link limits.pauseMs}, with all that comes until then. */
  async announce({ entries, leftOut, missed }: Announcement): Promise<void> {
    const alarm = await this.ctx.storage.getAlarm();
    const dueAt = Date.now() + limits.pauseMs;
    this.#known ??= new KnownCascades(this.#keptEntries(), this.#forgottenUntilMs());
    const told: Announcement = { entries: this.#known.tell(entries), leftOut, missed };
    // Nothing is waited for between the two: they are stored together or not at all.
    this.#sql.exec(
      'INSERT INTO announcements VALUES (?, ?, ?)',
      this.#last + 1,
      JSON.stringify(told),
      entries.length,
    );
    this.#last += 1;
    this.#entries += entries.length;
    this.#announcements += 1;
    if (alarm === null || alarm > dueAt) await this.ctx.storage.setAlarm(dueAt);
  }

  /** Takes a connection from the API, which has checked who it is. */
  override async fetch(request: Request): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    const nowMs = Date.now();
    const endsAtMs = Number(request.headers.get(endsAtHeader)) || nowMs + limits.lifeMs;
    if (this.ctx.getWebSockets().length >= limits.connections) {
      server.accept();
      server.close(closeCodes.full.code, closeCodes.full.reason);
    } else {
      const connection = newConnection(this.#last, nowMs, endsAtMs);
      this.ctx.acceptWebSocket(server);
      server.serializeAttachment(connection);
      send(server, {
        type: 'hello',
        feed: this.#feed,
        seq: this.#last,
        endsAt: new Date(endsAtMs).toISOString(),
      });
      await this.#wakeAt(dueAtMs(connection, this.#last));
    }
    const headers = request.headers.has('sec-websocket-protocol')
      ? { 'sec-websocket-protocol': liveProtocol }
      : {};
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const connection = stateOf(socket);
    if (!connection) return;
    const nowMs = Date.now();
    if (!this.#mayGoOn(socket, nowMs)) return close(socket, 'tooMany');
    const read = readMessage(data);
    if (typeof read === 'string') {
      const unreadable = connection.unreadable + 1;
      if (unreadable >= limits.unreadable) return close(socket, 'unreadable');
      socket.serializeAttachment({ ...connection, unreadable });
      send(socket, { type: 'problem', reason: 'message_unreadable', detail: read });
      return;
    }
    const heard = hear(connection, read, this.#log(), nowMs);
    if (heard.message) send(socket, heard.message);
    socket.serializeAttachment(heard.connection);
    // What it can be told now is told with the next round: a quick client is not told more often than others.
    const isBehind = heard.connection.filters !== null && heard.connection.told < this.#last;
    const dueAt = dueAtMs(heard.connection, this.#last);
    await this.#wakeAt(isBehind ? Math.min(dueAt, nowMs + limits.pauseMs) : dueAt);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    // The client has gone; a code that must not be sent back (1005, 1006) is answered with a plain end.
    try {
      socket.close(code >= 1000 && code !== 1005 && code !== 1006 ? code : 1000);
    } catch {
      // It is closed already.
    }
  }

  /** Never throws: the runtime gives an alarm up after six failures, and nobody would be told of anything then. */
  override async alarm(): Promise<void> {
    try {
      this.#tellAll(Date.now());
      this.#prune();
    } catch (error) {
      report('The live feed could not tell what is new, and tries again.', {
        error: messageOf(error),
      });
      await this.ctx.storage.setAlarm(Date.now() + limits.pauseMs * 4);
      return;
    }
    const due = this.#sockets().map(([, connection]) => dueAtMs(connection, this.#last));
    await this.#wakeAt(Math.min(...due));
  }

  #tellAll(nowMs: number): void {
    const log = this.#log();
    for (const [socket, connection] of this.#sockets()) {
      const end = endOf(connection, nowMs);
      if (end !== null) {
        close(socket, end);
        continue;
      }
      const next = nextMessage(connection, log, nowMs);
      if (!next.message) continue;
      // Sent first: if the object dies between the two, it is told twice, and the numbers say so.
      send(socket, next.message);
      socket.serializeAttachment(next.connection);
    }
  }

  #sockets(): [WebSocket, Connection][] {
    return this.ctx.getWebSockets().flatMap((socket) => {
      const connection = stateOf(socket);
      return connection ? [[socket, connection] satisfies [WebSocket, Connection]] : [];
    });
  }

  #log(): Log {
    const read = new Map<number, readonly Announcement[]>();
    return {
      feed: this.#feed,
      first: this.#first,
      last: this.#last,
      after: (seq) => {
        const known = read.get(seq);
        if (known) return known;
        const rows = this.#sql.exec<Row>(
          'SELECT * FROM announcements WHERE seq > ? ORDER BY seq',
          seq,
        );
        const list = [...rows].map(({ announcement }) => announcementOf(announcement));
        read.set(seq, list);
        return list;
      },
    };
  }

  #prune(): void {
    if (this.#entries <= limits.keptEntries && this.#announcements <= limits.keptAnnouncements) {
      return;
    }
    const pruned: Row[] = [];
    for (const row of this.#sql.exec<Row>('SELECT * FROM announcements ORDER BY seq')) {
      const isEnough =
        this.#entries <= limits.keptEntries * prunedTo &&
        this.#announcements <= limits.keptAnnouncements * prunedTo;
      if (isEnough || row.seq === this.#last) break;
      pruned.push(row);
      this.#entries -= row.entries;
      this.#announcements -= 1;
      this.#first = row.seq;
    }
    const known = (this.#known ??= new KnownCascades(
      this.#keptEntries(),
      this.#forgottenUntilMs(),
    ));
    this.#sql.exec('DELETE FROM announcements WHERE seq <= ?', this.#first);
    const entries = pruned.flatMap(({ announcement }) => announcementOf(announcement).entries);
    this.ctx.storage.kv.put('forgottenUntilMs', known.forget(entries, this.#keptEntries()));
  }

  #keptEntries(): LiveEntry[] {
    const rows = this.#sql.exec<Row>('SELECT * FROM announcements ORDER BY seq');
    return [...rows].flatMap(({ announcement }) => announcementOf(announcement).entries);
  }

  #forgottenUntilMs(): number {
    return this.ctx.storage.kv.get<number>('forgottenUntilMs') ?? -Infinity;
  }

  async #wakeAt(atMs: number): Promise<void> {
    if (atMs === Infinity) return;
    const alarm = await this.ctx.storage.getAlarm();
    const wakeAt = Math.max(atMs, Date.now());
    if (alarm === null || alarm > wakeAt) await this.ctx.storage.setAlarm(wakeAt);
  }

  #mayGoOn(socket: WebSocket, nowMs: number): boolean {
    const { left, atMs } = this.#allowances.get(socket) ?? { left: limits.burst, atMs: nowMs };
    const earned = ((nowMs - atMs) / 1_000) * limits.messagesPerSecond;
    const now = Math.min(limits.burst, left + earned) - 1;
    this.#allowances.set(socket, { left: now, atMs: nowMs });
    return now >= 0;
  }
}

function stateOf(socket: WebSocket): Connection | null {
  // Only this class writes it, and only as a connection.
  const state: Connection | null = socket.deserializeAttachment();
  return state;
}

function announcementOf(text: string): Announcement {
  // Written by this class alone; a Worker of another version has the same shape or a table of another name.
  const announcement: Announcement = JSON.parse(text);
  return announcement;
}

/** @returns the message, or what is wrong with it */
function readMessage(data: string | ArrayBuffer): ClientMessage | string {
  if (typeof data !== 'string') return 'Send JSON as text, not bytes.';
  if (data.length > limits.messageLength) {
    return `A message has ${limits.messageLength} characters at most.`;
  }
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return 'This is no JSON.';
  }
  const parsed = clientMessageSchema.safeParse(json, { error: shapeProblem });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (!issue) return 'It has no known form.';
  const { path, message } = shapeProblemAt(issue);
  return `${path || 'message'}: ${message}`;
}

function send(socket: WebSocket, message: ServerMessage): void {
  try {
    socket.send(JSON.stringify(message));
  } catch {
    // It has just been closed; its end is told by itself, and whoever comes again resumes.
  }
}

function close(socket: WebSocket, why: keyof typeof closeCodes): void {
  const { code, reason } = closeCodes[why];
  // From here on it is nobody's: until the client has answered, the runtime still lists it.
  socket.serializeAttachment(null);
  try {
    socket.close(code, reason);
  } catch {
    // It is closed already.
  }
}
