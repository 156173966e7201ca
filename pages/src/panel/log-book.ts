// What is known of some logs over many answers: lines once and in order, where older and newer ones are to be had, and
// an outage beside the lines from before it. Pure: answers and times in, state out.
import type { LogLine, LogsView } from '../../../src/api/log-views.ts';

type Offline = Extract<LogsView, { state: 'offline' }>;
type Page = Extract<LogsView, { state: 'ok' }>;

export interface LogBook {
  /** Oldest first, each once. */
  lines: LogLine[];
  /** Null where there is nothing older, or no room for it. */
  olderCursor: string | null;
  /** From where a tail goes on. */
  newerCursor: string | null;
  /** More is there already. */
  hasNewer: boolean;
  /** Lines were left out: there are more than are kept, or than can be reached. */
  isIncomplete: boolean;
  /** The last answer, for what it says beside lines. */
  view: LogsView;
  answeredAtMs: number;
  /** Answers in a row that said "offline". */
  offlineTries: number;
  /** The last good answer; null before the first. */
  good: { atMs: number; keptAt: string | null; tookMs: number } | null;
}

/** As many as a reader can have any use for; the newest stay. */
export const mostLines = 50_000;

const tailMs = 2_000;
const offlineWaitsMs = [5_000, 15_000, 30_000, 60_000] as const;

function byTime(a: LogLine, b: LogLine): number {
  const [left, right] = [a.timestampNs.padStart(20, '0'), b.timestampNs.padStart(20, '0')];
  return left < right ? -1 : Number(left > right);
}

/** Both in order, each line once. Late ones fall into their place. */
export function mergeLines(known: LogLine[], more: LogLine[]): LogLine[] {
  if (more.length === 0) return known;
  const ids = new Set(known.map(({ id }) => id));
  const fresh = more.filter(({ id }) => !ids.has(id));
  const [first, last] = [fresh[0], known.at(-1)];
  if (first === undefined) return known;
  const all = [...known, ...fresh];
  return last !== undefined && byTime(first, last) < 0 ? all.toSorted(byTime) : all;
}

/** Adds an answer to the newest page, or to a tail's question. */
export function addAnswer(known: LogBook | undefined, view: LogsView, nowMs: number): LogBook {
  if (view.state === 'offline') return offlineBook(known, view, nowMs);
  const lines = mergeLines(known?.lines ?? [], view.lines);
  const isOver = lines.length > mostLines;
  return {
    lines: isOver ? lines.slice(-mostLines) : lines,
    // A tail's answer knows nothing of what is older.
    olderCursor: isOver ? null : known?.good ? known.olderCursor : view.olderCursor,
    newerCursor: view.newerCursor ?? known?.newerCursor ?? null,
    hasNewer: view.hasNewer,
    isIncomplete: isOver || view.isIncomplete || (known?.isIncomplete ?? false),
    view,
    answeredAtMs: nowMs,
    offlineTries: 0,
    good: goodOf(view, nowMs),
  };
}

/** Adds what stood before. Where there is no room for it, it stays where it is. */
export function addOlder(known: LogBook, view: LogsView, nowMs: number): LogBook {
  if (view.state === 'offline') return offlineBook(known, view, nowMs);
  const lines = mergeLines(known.lines, view.lines);
  const isOver = lines.length > mostLines;
  return {
    ...known,
    lines: isOver ? lines.slice(-mostLines) : lines,
    olderCursor: isOver ? null : view.olderCursor,
    isIncomplete: isOver || view.isIncomplete || known.isIncomplete,
    offlineTries: 0,
    answeredAtMs: nowMs,
    view: known.view.state === 'offline' ? view : known.view,
  };
}

function offlineBook(known: LogBook | undefined, view: Offline, nowMs: number): LogBook {
  const common = { view, answeredAtMs: nowMs, offlineTries: (known?.offlineTries ?? 0) + 1 };
  if (known) return { ...known, ...common };
  const { kept } = view;
  return {
    lines: kept?.lines ?? [],
    olderCursor: null,
    newerCursor: null,
    hasNewer: false,
    isIncomplete: kept?.isIncomplete ?? false,
    good: null,
    ...common,
  };
}

function goodOf(view: Page, nowMs: number): LogBook['good'] {
  return { atMs: nowMs, keptAt: view.keptAt, tookMs: view.tookMs };
}

/** When the lines that are shown were read, ms; null where there are none. */
export function readAtMs(book: LogBook): number | null {
  const kept = book.view.state === 'offline' ? (book.view.kept?.keptAt ?? null) : book.view.keptAt;
  if (book.good === null) return kept === null ? null : Date.parse(kept);
  return book.good.keptAt === null ? book.good.atMs : Date.parse(book.good.keptAt);
}

/** 5, 15, 30, then 60 s between tries while Grafana is offline. */
export function offlineWaitMs(tries: number): number {
  return offlineWaitsMs[Math.min(Math.max(tries, 1), offlineWaitsMs.length) - 1] ?? 60_000;
}

/** When to ask again: by the count of tries while offline, at once where more is there, each 2 s while lines may come. */
export function logsIntervalMs(book: LogBook | undefined, live: boolean): number | false {
  if (book?.view.state === 'offline') return offlineWaitMs(book.offlineTries);
  if (book?.hasNewer === true) return 100;
  return live ? tailMs : false;
}
