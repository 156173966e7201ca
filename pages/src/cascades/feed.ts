// Keeps the list of cascades while new ones come in and older ones are loaded. Pure: pages in, list out.
import type { TracePage, TraceSummary } from '../../../src/api/views.ts';

type Page = Pick<TracePage, 'traces' | 'nextCursor' | 'searchedUntil' | 'count'>;

/** A place in the list's own order: by start, then by id. */
export type Place = Pick<TraceSummary, 'startedAt' | 'id'>;

export interface Feed {
  /** Newest first. */
  traces: TraceSummary[];
  /** For "Load older"; null when the oldest is there. */
  olderCursor: string | null;
  /** Where a search has stopped: what began earlier has not been looked at. */
  searchedUntil: string | null;
  /** How many there are in all, as far as the API knows. */
  count: TracePage['count'];
  /** The end of the newest page: what lies beyond it can be loaded again from there. */
  newest: Pick<Feed, 'olderCursor' | 'searchedUntil'> & { length: number };
}

/** A list into which somebody looks now and then needs no more: a feed of hours would fill the page's memory. */
const mostUnread = 500;

/** Of a longer list that nobody reads the newest page; the same list where it is short enough. */
export function newestOf(feed: Feed): Feed {
  const { length, ...end } = feed.newest;
  if (feed.traces.length <= mostUnread) return feed;
  return { ...feed, ...end, traces: feed.traces.slice(0, length) };
}

/**
 * Puts a fresh first page on top of what is known. Summaries are replaced, so that states stay true.
 * When something between the two may be missing, only the page remains.
 */
export function mergeNewest(known: Feed | undefined, page: Page): Feed {
  const { traces, nextCursor, searchedUntil, count } = page;
  const newest = { olderCursor: nextCursor, searchedUntil, length: traces.length };
  const fresh: Feed = { traces, olderCursor: nextCursor, searchedUntil, count, newest };
  if (known === undefined || nextCursor === null) return fresh;
  const ids = new Set(traces.map(({ id }) => id));
  // A search that has stopped has looked at everything from there on: nothing can be missing in between.
  const isJoined = searchedUntil !== null || known.traces.some(({ id }) => ids.has(id));
  if (!isJoined) return fresh;
  // What the page should show and does not has been joined to another cascade meanwhile, or fits no longer.
  const end = searchedUntil === null ? traces.at(-1) : { startedAt: searchedUntil, id: '' };
  const rest = known.traces.filter(
    (trace) => !ids.has(trace.id) && (end === undefined || isOlder(trace, end)),
  );
  const hasLookedFurther = searchedUntil !== null && lookedAtUntil(known) < searchedUntil;
  if (rest.length === 0 && !hasLookedFurther) return fresh;
  return {
    traces: [...traces, ...rest],
    olderCursor: known.olderCursor,
    searchedUntil: known.searchedUntil,
    count,
    newest,
  };
}

/** From when on everything is known; empty where it is from the very beginning. */
function lookedAtUntil({ traces, olderCursor, searchedUntil }: Feed): string {
  if (olderCursor === null) return '';
  return searchedUntil ?? traces.at(-1)?.startedAt ?? '';
}

function isOlder(a: Place, b: Place): boolean {
  return a.startedAt === b.startedAt ? a.id < b.id : a.startedAt < b.startedAt;
}

/** Appends the page that `olderCursor` led to. */
export function appendOlder(known: Feed, page: Page): Feed {
  const ids = new Set(known.traces.map(({ id }) => id));
  return {
    ...known,
    traces: [...known.traces, ...page.traces.filter(({ id }) => !ids.has(id))],
    olderCursor: page.nextCursor,
    searchedUntil: page.searchedUntil,
  };
}

/** A list that somebody has begun to read. */
export interface Held {
  /** What is newer waits; of an empty list everything is. */
  at: Place;
  /** What was shown then. */
  rows: readonly TraceSummary[];
}

export function heldOf(traces: readonly TraceSummary[]): Held {
  return { at: traces[0] ?? { startedAt: '', id: '' }, rows: traces };
}

export interface HeldFeed {
  shown: readonly TraceSummary[];
  waiting: readonly TraceSummary[];
  /** More has come than is loaded: there is something between the two. */
  isCut: boolean;
}

/**
 * While somebody reads, what is newer than `held` waits. That itself may have gone: it fits no longer, or was joined to
 * another. Where so much has come that nothing of what is read is loaded any more, it is shown as it was.
 */
export function holdBack(
  { traces, olderCursor }: Pick<Feed, 'traces' | 'olderCursor'>,
  held: Held | null,
): HeldFeed {
  if (held === null) return { shown: traces, waiting: [], isCut: false };
  const waiting = traces.filter((trace) => isOlder(held.at, trace));
  const isCut = olderCursor !== null && waiting.length > 0 && waiting.length === traces.length;
  const shown = isCut ? held.rows : traces.filter((trace) => !isOlder(held.at, trace));
  return { shown, waiting, isCut };
}

/** "about 1,240 cascades": never fewer than are there, exact once all are. Null while it is not known. */
export function countText({ traces, olderCursor, searchedUntil, count }: Feed): string | null {
  const isWhole = olderCursor === null && searchedUntil === null;
  if (!isWhole && count === null) return null;
  const value = isWhole ? traces.length : Math.max(count?.value ?? 0, traces.length);
  const isEstimate = !isWhole && (count?.isEstimate ?? true);
  return `${isEstimate ? 'about ' : ''}${value.toLocaleString('en')} ${value === 1 ? 'cascade' : 'cascades'}`;
}

/** The shape glyph's bars, heights 0 to 1: deliveries per depth on a log scale. */
export function shapeBars(shape: number[]): { depth: number; height: number }[] {
  const top = Math.max(1, ...shape.map((count) => Math.log2(count + 1)));
  return shape.map((count, index) => ({ depth: index + 1, height: Math.log2(count + 1) / top }));
}
