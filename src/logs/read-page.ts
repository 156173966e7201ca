// One page of the lines of many IDs: as many queries as they need, a few at a time, merged in the order of time. It
// knows no cache and decides nothing about an outage but to end at once.
import { hashOf } from './line-id.ts';
import { type LogCursor, overlapOf, writeLogCursor } from './log-cursor.ts';
import {
  isFailure,
  type LogLine,
  type LogQuery,
  type LogSource,
  type SourceFailure,
} from './log-source.ts';
import { byTime } from './loki-answer.ts';

/** An ID and the time in which its job can have logged, nanoseconds since the epoch, the end exclusive. */
export type LogTarget = { correlationId: string; fromNs: bigint; toNs: bigint };

export type PageAsk = {
  targets: readonly LogTarget[];
  /** Null: the newest page, or the oldest. */
  cursor: LogCursor | null;
  first: 'newest' | 'oldest';
  limit: number;
};

export type Page = {
  /** Oldest first. */
  lines: LogLine[];
  /** Null where there is nothing before the page. */
  olderCursor: string | null;
  /** From where a tail goes on; null where nothing can be asked for. */
  newerCursor: string | null;
  /** There is more after the page already. */
  hasNewer: boolean;
  /** Lines that no query can reach, since more share their nanosecond than an answer holds. */
  isIncomplete: boolean;
};

/** Of the six connections of an invocation; the rest is for whoever else waits. */
const mostAtOnce = 4;
/** IDs of one query, all together, in characters: see lokiMaxIds. */
const mostCharacters = 3_500;
/** So far back a tail looks for lines that were late. */
const overlapNs = 60_000_000_000n;

export async function readPage(source: LogSource, ask: PageAsk): Promise<Page | SourceFailure> {
  const isForward = ask.cursor ? ask.cursor.towards === 'newer' : ask.first === 'oldest';
  const known = new Set(ask.cursor?.known);
  const wanted = Math.min(ask.limit + known.size, source.maxLines);
  const gathered = new Gathered(isForward, wanted);
  const waiting = queriesOf(source, ask, isForward, wanted);
  while (waiting.length > 0) {
    const wave = waiting.splice(0, mostAtOnce).filter((query) => gathered.canHold(query));
    if (wave.length === 0) continue;
    const answers = await Promise.all(wave.map((query) => source.fetchPage(query)));
    for (const answer of answers) {
      if (isFailure(answer)) return answer;
      gathered.add(answer.lines, answer.isFull);
    }
  }
  return pageOf({ ask, isForward, known, gathered });
}

/** What has come so far, no more than a page of it: a wide cascade's lines would fill the memory. */
class Gathered {
  readonly #isForward: boolean;
  readonly #wanted: number;
  lines: LogLine[] = [];
  /** Up to here, and including it as far as it was answered, nothing is missing; null: nothing is at all. */
  boundNs: bigint | null = null;

  constructor(isForward: boolean, wanted: number) {
    this.#isForward = isForward;
    this.#wanted = wanted;
  }

  /** Whether a query can still give a line of this page. */
  canHold({ fromNs, toNs }: LogQuery): boolean {
    if (this.boundNs === null) return true;
    return this.#isForward ? fromNs <= this.boundNs : toNs > this.boundNs;
  }

  /** @param lines oldest first */
  add(lines: readonly LogLine[], isFull: boolean): void {
    const edge = this.#isForward ? lines.at(-1) : lines[0];
    if (isFull && edge) this.#bound(BigInt(edge.timestampNs));
    const all = [...this.lines, ...lines].toSorted(byTime);
    if (all.length > this.#wanted) {
      this.lines = this.#isForward ? all.slice(0, this.#wanted) : all.slice(-this.#wanted);
      const cut = this.#isForward ? this.lines.at(-1) : this.lines[0];
      if (cut) this.#bound(BigInt(cut.timestampNs));
    } else {
      this.lines = all;
    }
    const { boundNs } = this;
    if (boundNs === null) return;
    this.lines = this.lines.filter(({ timestampNs }) =>
      this.#isForward ? BigInt(timestampNs) <= boundNs : BigInt(timestampNs) >= boundNs,
    );
  }

  #bound(ns: bigint): void {
    const isNearer =
      this.boundNs === null || (this.#isForward ? ns < this.boundNs : ns > this.boundNs);
    if (isNearer) this.boundNs = ns;
  }
}

function queriesOf(source: LogSource, ask: PageAsk, isForward: boolean, limit: number): LogQuery[] {
  const { cursor } = ask;
  const queries = batchesOf(ask.targets, source.maxIds).flatMap((batch): LogQuery[] => {
    const window = windowOf(batch);
    const fromNs =
      cursor?.towards === 'newer' && cursor.atNs > window.fromNs ? cursor.atNs : window.fromNs;
    const toNs =
      cursor?.towards === 'older' && cursor.atNs + 1n < window.toNs
        ? cursor.atNs + 1n
        : window.toNs;
    if (fromNs >= toNs) return [];
    const correlationIds = [...new Set(batch.map(({ correlationId }) => correlationId))];
    return [{ correlationIds, fromNs, toNs, direction: isForward ? 'forward' : 'backward', limit }];
  });
  return isForward ? queries : queries.toReversed();
}

/** By time, so that each query's window is short. */
export function batchesOf(targets: readonly LogTarget[], maxIds: number): LogTarget[][] {
  const sorted = targets.toSorted((a, b) =>
    a.fromNs < b.fromNs ? -1 : Number(a.fromNs > b.fromNs),
  );
  const batches: LogTarget[][] = [];
  let characters = Infinity;
  for (const target of sorted) {
    const batch = batches.at(-1);
    characters += target.correlationId.length;
    if (batch && batch.length < maxIds && characters <= mostCharacters) {
      batch.push(target);
      continue;
    }
    batches.push([target]);
    characters = target.correlationId.length;
  }
  return batches;
}

/** From the first beginning to the last end. */
export function windowOf(targets: readonly LogTarget[]): { fromNs: bigint; toNs: bigint } {
  const [first] = targets;
  let { fromNs, toNs } = first ?? { fromNs: 0n, toNs: 0n };
  for (const target of targets) {
    if (target.fromNs < fromNs) fromNs = target.fromNs;
    if (target.toNs > toNs) toNs = target.toNs;
  }
  return { fromNs, toNs };
}

function pageOf(read: {
  ask: PageAsk;
  isForward: boolean;
  known: ReadonlySet<string>;
  gathered: Gathered;
}): Page {
  const { ask, isForward, known } = read;
  const { lines: all, boundNs } = read.gathered;
  const fresh = known.size === 0 ? all : all.filter(({ id }) => !known.has(hashOf(id)));
  const isCut = fresh.length > ask.limit;
  const lines = isForward ? fresh.slice(0, ask.limit) : fresh.slice(-ask.limit);
  const hasMore = isCut || boundNs !== null;
  const edge = isForward ? lines.at(-1) : lines[0];
  // A page on which everything is known leads on past the nanosecond that fills it.
  const isStuck = hasMore && !edge;
  const edgeNs = edge ? BigInt(edge.timestampNs) : (boundNs ?? ask.cursor?.atNs ?? 0n);
  const atEdge = all
    .filter(({ timestampNs }) => BigInt(timestampNs) === edgeNs)
    .map(({ id }) => id)
    .filter((id) => isKnownOrShown(id, known, lines));

  const olderCursor = ((): string | null => {
    if (!isForward) {
      if (!hasMore) return null;
      const atNs = isStuck ? edgeNs - 1n : edgeNs;
      return writeLogCursor({ towards: 'older', atNs, lineIds: isStuck ? [] : atEdge });
    }
    // Going forward from a cursor, whoever asked has what is before it.
    return null;
  })();
  return {
    lines,
    olderCursor,
    newerCursor: newerCursorOf({ ask, isForward, known, all, lines, hasMore, isStuck, edgeNs }),
    hasNewer: isForward && hasMore,
    isIncomplete: isStuck,
  };
}

function isKnownOrShown(
  id: string,
  known: ReadonlySet<string>,
  lines: readonly LogLine[],
): boolean {
  return known.has(hashOf(id)) || lines.some((line) => line.id === id);
}

function newerCursorOf(read: {
  ask: PageAsk;
  isForward: boolean;
  known: ReadonlySet<string>;
  all: readonly LogLine[];
  lines: readonly LogLine[];
  hasMore: boolean;
  isStuck: boolean;
  edgeNs: bigint;
}): string | null {
  const { ask, isForward } = read;
  // Older pages leave the tail where it is.
  if (ask.targets.length === 0 || ask.cursor?.towards === 'older') return null;
  if (isForward && read.isStuck) {
    return writeLogCursor({ towards: 'newer', atNs: read.edgeNs + 1n, lineIds: [] });
  }
  const shown = new Set(read.lines.map(({ id }) => id));
  const had = read.all.filter(({ id }) => shown.has(id) || read.known.has(hashOf(id)));
  const overlap = overlapOf(had, overlapNs);
  const startNs = ask.cursor?.atNs ?? windowOf(ask.targets).fromNs;
  if (!overlap) return writeLogCursor({ towards: 'newer', atNs: startNs, lineIds: [] });
  // Never before what this very question began with: nothing is known of the lines there.
  const atNs = overlap.atNs > startNs ? overlap.atNs : startNs;
  return writeLogCursor({ towards: 'newer', atNs, lineIds: overlap.lineIds });
}
