// What one connection of the live feed has been told, and what it is told next. Pure: the object keeps the state with
// the socket, and sends. A client that does not acknowledge is told less often and in sums, never from further behind.
import { addCounts, countEntries, mergeEntries, noCounts, passes, totalOf } from './entries.ts';
import {
  limits,
  type ClientMessage,
  type Counts,
  type LiveEntry,
  type LiveFilter,
  type ServerMessage,
} from './protocol.ts';

/** What the consumer, or an object, tells the feed at once. */
export type Announcement = {
  entries: readonly LiveEntry[];
  /** Too many to name. */
  leftOut: Counts;
  /** Announcements that were lost before this one. */
  missed: number;
};

/** The announcements that are kept, by number. */
export type Log = {
  /** Drawn when the feed began: numbers of another feed say nothing here. */
  readonly feed: string;
  /** Everything after this number is there. */
  readonly first: number;
  /** The latest number. */
  readonly last: number;
  after(seq: number): readonly Announcement[];
};

/** Kept with the socket: at most 2 KB, and structured-cloneable. Times are ms since the epoch. */
export type Connection = {
  /** Null until it has subscribed. */
  filters: readonly LiveFilter[] | null;
  /** The last number that it was told. */
  told: number;
  toldAtMs: number;
  /** Numbers that it was told and has not acknowledged, ascending. */
  unacknowledged: readonly number[];
  /** Since when nothing has been acknowledged of that. */
  silentSinceMs: number;
  endsAtMs: number;
  unreadable: number;
};

export type Next = { connection: Connection; message: ServerMessage | null };

export function newConnection(last: number, nowMs: number, endsAtMs: number): Connection {
  return {
    filters: null,
    told: last,
    toldAtMs: nowMs,
    unacknowledged: [],
    silentSinceMs: nowMs,
    endsAtMs,
    unreadable: 0,
  };
}

/** Takes what the client says. What follows from it is told by {@link nextMessage}. */
export function hear(
  connection: Connection,
  message: ClientMessage,
  log: Log,
  nowMs: number,
): Next {
  if (message.type === 'ack') {
    const unacknowledged = connection.unacknowledged.filter((seq) => seq > message.seq);
    if (unacknowledged.length === connection.unacknowledged.length) {
      return { connection, message: null };
    }
    return { connection: { ...connection, unacknowledged, silentSinceMs: nowMs }, message: null };
  }
  const { filters, resume } = message;
  if (!resume) {
    // Another filter on the way: what was not told yet is told by the new one. At first: from now on.
    const told = connection.filters === null ? log.last : connection.told;
    return {
      connection: { ...connection, filters, told, toldAtMs: nowMs },
      message: { type: 'subscribed', feed: log.feed, seq: told },
    };
  }
  const why =
    resume.feed !== log.feed
      ? 'another_feed'
      : resume.after > log.last
        ? 'from_the_future'
        : resume.after < log.first
          ? 'too_old'
          : null;
  if (why !== null) return reset({ ...connection, filters }, log, why, nowMs);
  const { after } = resume;
  return {
    connection: { ...connection, filters, told: after, toldAtMs: nowMs, unacknowledged: [] },
    message: { type: 'subscribed', feed: log.feed, seq: after },
  };
}

/** What is to be told now; no message where there is nothing, or the client is still busy. */
export function nextMessage(connection: Connection, log: Log, nowMs: number): Next {
  const { filters, told } = connection;
  if (filters === null || told >= log.last || isBusy(connection)) {
    return { connection, message: null };
  }
  if (told < log.first) return reset(connection, log, 'too_old', nowMs);
  const announcements = log.after(told);
  const entries = mergeEntries(
    announcements.flatMap((one) => one.entries.filter((entry) => passes(filters, entry))),
  );
  let leftOut = noCounts();
  let missed = 0;
  for (const one of announcements) {
    leftOut = addCounts(leftOut, one.leftOut);
    missed += one.missed;
  }
  const isQuiet = entries.length === 0 && totalOf(leftOut) === 0 && missed === 0;
  if (isQuiet && nowMs - connection.toldAtMs < limits.quietMs) return { connection, message: null };
  const range = { after: told, seq: log.last };
  return {
    connection: tell(connection, log.last, nowMs),
    message:
      entries.length <= limits.entries && totalOf(leftOut) === 0
        ? { type: 'entries', ...range, entries, missed }
        : {
            type: 'summary',
            ...range,
            counts: addCounts(countEntries(entries), leftOut),
            problems: entries.filter(({ problem }) => problem).length,
            newest: entries.slice(-limits.newest).reverse(),
            missed,
          },
  };
}

/** When something is to be done for it though nothing is announced; ms since the epoch. */
export function dueAtMs(connection: Connection, last: number): number {
  const { unacknowledged, silentSinceMs, endsAtMs, filters, told, toldAtMs } = connection;
  const silence = unacknowledged.length > 0 ? silentSinceMs + limits.silenceMs : Infinity;
  const isBehind = filters !== null && told < last && !isBusy(connection);
  return Math.min(endsAtMs, silence, isBehind ? toldAtMs + limits.quietMs : Infinity);
}

/** Why the connection is to be closed now, if it is. */
export function endOf(connection: Connection, nowMs: number): 'comeAgain' | 'tooSlow' | null {
  if (nowMs >= connection.endsAtMs) return 'comeAgain';
  const isSilent =
    connection.unacknowledged.length > 0 && nowMs >= connection.silentSinceMs + limits.silenceMs;
  return isSilent ? 'tooSlow' : null;
}

function isBusy({ unacknowledged }: Connection): boolean {
  return unacknowledged.length >= limits.unacknowledged;
}

function tell(connection: Connection, seq: number, nowMs: number): Connection {
  const { unacknowledged, silentSinceMs } = connection;
  return {
    ...connection,
    told: seq,
    toldAtMs: nowMs,
    unacknowledged: [...unacknowledged, seq],
    silentSinceMs: unacknowledged.length === 0 ? nowMs : silentSinceMs,
  };
}

function reset(
  connection: Connection,
  { feed, last: seq }: Log,
  why: 'too_old' | 'another_feed' | 'from_the_future',
  nowMs: number,
): Next {
  return {
    connection: tell({ ...connection, unacknowledged: [] }, seq, nowMs),
    message: { type: 'reset', feed, seq, why },
  };
}
