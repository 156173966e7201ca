// Answers for logs, as everybody of an isolate shares them: who asks for what somebody is asking for already gets the
// same answer, finished work is kept, and a source that is away is left alone. It never rejects.
import { hashOf } from './line-id.ts';
import { KeptAnswers, type KeptPage } from './kept-answers.ts';
import { isFailure, type LogSource, type OfflineReason, type SourceFailure } from './log-source.ts';
import { type Page, type PageAsk, readPage, windowOf } from './read-page.ts';
import { type Outage, SourceCircuit } from './source-circuit.ts';

export type LogsAsk = PageAsk & {
  /** What is asked about, such as a delivery's id: the same for everybody who asks the same. */
  subject: string;
  /** When the last of it ended, ms since the epoch; null while something may still be at work. */
  endedAtMs: number | null;
  /** Somebody wants to know now whether the source is back. */
  tryNow: boolean;
};

type Asked = {
  /** What people call the source. */
  source: string;
  /** The query in the source's own language, for people to try by hand. */
  query: string;
  /** RFC 3339, UTC. */
  from: string;
  to: string;
  /** The same query in Grafana's Explore. */
  exploreUrl: string | null;
};

type Lines = Page & {
  /** When the lines were read, RFC 3339; null: just now. */
  keptAt: string | null;
};

export type LogsAnswer = Asked &
  (
    | ({ state: 'ok'; tookMs: number } & Lines)
    | {
        state: 'offline';
        reason: OfflineReason;
        detail: string;
        since: string;
        /** Failures in a row. */
        tries: number;
        /** When the source is asked again. */
        nextTryAt: string;
        /** The page as it was read last. */
        kept: Lines | null;
      }
  );

export type Logs = {
  read(ask: LogsAsk): Promise<LogsAnswer>;
};

export type LogsDeps = {
  /** ms since the epoch. */
  now(): number;
  wait(ms: number): Promise<void>;
  /** Lets a question end whose asker has gone: others wait for its answer. */
  waitUntil(work: Promise<unknown>): void;
  /** Kept answers beyond this isolate; null: none. */
  cache: LogsCache | null;
};

/** Text by key, for a while. Whatever goes wrong in it is as if nothing were there. */
export type LogsCache = {
  get(key: string): Promise<string | null>;
  put(key: string, text: string, maxAgeSeconds: number): Promise<void>;
};

/** While something runs, an answer is shared for so long. */
const shareRunningMs = 500;
const shortestKeptMs = 10_000;
const longestKeptMs = 3_600_000;
/** Where nothing was found: lines may still be on their way. */
const longestKeptEmptyMs = 30_000;
/** Others wait so long for the one who asks, then ask themselves: before the dashboard gives up, which it does after 15 s. */
const waitForOtherMs = 10_000;
/** IDs of the text and link that people get: a longer one helps nobody. */
const mostIdsTold = 50;

type Flight = Promise<Page | SourceFailure>;

/** What the requests of one isolate share about one source. */
export class LogsState {
  readonly circuit = new SourceCircuit();
  readonly kept = new KeptAnswers();
  readonly flights = new Map<string, Flight>();
}

export function createLogs(source: LogSource, state: LogsState, deps: LogsDeps): Logs {
  return {
    async read(ask) {
      const startedMs = deps.now();
      const asked = askedOf(source, ask);
      if (ask.targets.length === 0) {
        return { ...asked, state: 'ok', ...nothing, tookMs: 0, keptAt: null };
      }
      const key = keyOf(source, ask);
      const kept =
        state.kept.get(key) ?? (await fromCache(key, ask, state, deps)) ?? state.kept.get(key);
      if (kept && (kept.freshUntilMs > deps.now() || isSettled(kept, ask))) {
        return okOf(asked, kept.page, kept.atMs, deps.now() - startedMs);
      }
      const refusal = state.circuit.refuse(deps.now(), ask.tryNow);
      if (refusal) return offlineOf(asked, refusal, kept);
      const { answer, isOwn } = await fly(key, source, ask, state, deps);
      if (isFailure(answer)) {
        const nowMs = deps.now();
        // Who only waited for another's question adds no failure of its own.
        const outage = isOwn ? state.circuit.note(answer, nowMs) : state.circuit.outage;
        return offlineOf(asked, outage ?? firstFailure(answer, nowMs), kept);
      }
      if (isOwn) {
        state.circuit.note(null, deps.now());
        keep(key, ask, answer, state, deps);
      }
      return okOf(asked, answer, null, deps.now() - startedMs);
    },
  };
}

const nothing: Page = {
  lines: [],
  olderCursor: null,
  newerCursor: null,
  hasNewer: false,
  isIncomplete: false,
};

function firstFailure(failure: SourceFailure, nowMs: number): Outage {
  return { ...failure, sinceMs: nowMs, tries: 1, nextTryAtMs: nowMs };
}

function askedOf(source: LogSource, { targets }: LogsAsk): Asked {
  const { fromNs, toNs } = windowOf(targets);
  const correlationIds = targets.slice(0, mostIdsTold).map((target) => target.correlationId);
  return {
    source: source.name,
    query: correlationIds.length > 0 ? source.textOf(correlationIds) : '',
    from: timeOf(fromNs),
    to: timeOf(toNs),
    exploreUrl: correlationIds.length > 0 ? source.pageFor({ correlationIds, fromNs, toNs }) : null,
  };
}

function timeOf(ns: bigint): string {
  return new Date(Number(ns / 1_000_000n)).toISOString();
}

/** Whatever would change the answer; a running hop's window, which grows with the clock, is no part of it. */
function keyOf(source: LogSource, ask: LogsAsk): string {
  const { fromNs, toNs } = windowOf(ask.targets);
  const ids = hashOf(ask.targets.map(({ correlationId }) => correlationId).join());
  const { cursor } = ask;
  return JSON.stringify([
    source.textOf(['']),
    source.pageFor({ correlationIds: [], fromNs: 0n, toNs: 0n }),
    ask.subject,
    ids,
    String(fromNs),
    ask.endedAtMs === null ? null : String(toNs),
    cursor && [cursor.towards, String(cursor.atNs), hashOf(cursor.known.join())],
    ask.first,
    ask.limit,
  ]);
}

/** Finished work, read when its lines must have been there: nothing will be added to it. */
function isSettled(kept: KeptPage, { endedAtMs }: LogsAsk): boolean {
  return endedAtMs !== null && kept.page.lines.length > 0 && kept.atMs - endedAtMs >= longestKeptMs;
}

/** The longer something has been over, the longer its lines stay as they are. */
function keptForMs(ask: LogsAsk, page: Page, nowMs: number): number {
  if (ask.endedAtMs === null) return shareRunningMs;
  const most = page.lines.length === 0 ? longestKeptEmptyMs : longestKeptMs;
  return Math.min(most, Math.max(shortestKeptMs, (nowMs - ask.endedAtMs) / 4));
}

function keep(key: string, ask: LogsAsk, page: Page, state: LogsState, deps: LogsDeps): void {
  const nowMs = deps.now();
  const forMs = keptForMs(ask, page, nowMs);
  const kept: KeptPage = { page, atMs: nowMs, freshUntilMs: nowMs + forMs };
  state.kept.set(key, kept);
  // Elsewhere only what is worth the write.
  if (!deps.cache || ask.endedAtMs === null) return;
  deps.waitUntil(deps.cache.put(key, JSON.stringify(kept), Math.ceil(forMs / 1_000)));
}

/** What another isolate of the place has kept. */
async function fromCache(
  key: string,
  ask: LogsAsk,
  state: LogsState,
  deps: LogsDeps,
): Promise<KeptPage | null> {
  if (!deps.cache || ask.endedAtMs === null || state.flights.has(key)) return null;
  const text = await deps.cache.get(key);
  if (text === null) return null;
  const kept = parseKept(text);
  if (kept) state.kept.set(key, kept);
  return kept;
}

/** What this very code has written; another version's form is as good as nothing. */
function parseKept(text: string): KeptPage | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isKept(parsed) ? parsed : null;
  } catch {
    // Cut short: it is read anew.
    return null;
  }
}

function isKept(value: unknown): value is KeptPage {
  if (typeof value !== 'object' || value === null) return false;
  const page: unknown = Reflect.get(value, 'page');
  const lines: unknown = typeof page === 'object' && page !== null && Reflect.get(page, 'lines');
  return typeof Reflect.get(value, 'atMs') === 'number' && Array.isArray(lines);
}

/** Joins whoever asks the same; asks itself where nobody does. */
async function fly(
  key: string,
  source: LogSource,
  ask: LogsAsk,
  state: LogsState,
  deps: LogsDeps,
): Promise<{ answer: Page | SourceFailure; isOwn: boolean }> {
  const other = state.flights.get(key);
  if (other) {
    const answer = await Promise.race([other, deps.wait(waitForOtherMs).then(() => null)]);
    if (answer) return { answer, isOwn: false };
  }
  const own = readPage(source, ask);
  state.flights.set(key, own);
  deps.waitUntil(own);
  try {
    return { answer: await own, isOwn: true };
  } finally {
    if (state.flights.get(key) === own) state.flights.delete(key);
  }
}

function okOf(asked: Asked, page: Page, readAtMs: number | null, tookMs: number): LogsAnswer {
  return { ...asked, state: 'ok', ...linesOf(page, readAtMs), tookMs };
}

function offlineOf(asked: Asked, outage: Outage, kept: KeptPage | null): LogsAnswer {
  return {
    ...asked,
    state: 'offline',
    reason: outage.reason,
    detail: outage.detail,
    since: new Date(outage.sinceMs).toISOString(),
    tries: outage.tries,
    nextTryAt: new Date(outage.nextTryAtMs).toISOString(),
    kept: kept ? linesOf(kept.page, kept.atMs) : null,
  };
}

function linesOf(page: Page, readAtMs: number | null): Lines {
  return { ...page, keptAt: readAtMs === null ? null : new Date(readAtMs).toISOString() };
}
