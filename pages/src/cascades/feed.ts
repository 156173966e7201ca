// Keeps the list of cascades while new ones come in and older ones are loaded. Pure: pages in, list out.
import type { TracePage, TraceSummary } from '../../../src/api/views.ts';

type Page = Pick<TracePage, 'traces' | 'nextCursor'>;

export interface Feed {
  /** Newest first. */
  traces: TraceSummary[];
  /** For "Load older"; null when the oldest is there. */
  olderCursor: string | null;
}

/**
 * Puts a fresh first page on top of what is known. Summaries are replaced, so that states stay true.
 * When the page shares nothing with what is known, something in between may be missing: then only the
 * page remains.
 */
export function mergeNewest(known: Feed | undefined, page: Page): Feed {
  const fresh: Feed = { traces: page.traces, olderCursor: page.nextCursor };
  if (known === undefined || page.nextCursor === null) return fresh;
  const ids = new Set(page.traces.map(({ id }) => id));
  if (!known.traces.some(({ id }) => ids.has(id))) return fresh;
  // What the page should show and does not has been joined to another cascade meanwhile.
  const oldest = page.traces.at(-1);
  const rest = known.traces.filter(
    (trace) => !ids.has(trace.id) && (oldest === undefined || isOlder(trace, oldest)),
  );
  if (rest.length === 0) return fresh;
  return { traces: [...page.traces, ...rest], olderCursor: known.olderCursor };
}

/** By the list's own order: start, then id. */
function isOlder(a: TraceSummary, b: TraceSummary): boolean {
  return a.startedAt === b.startedAt ? a.id < b.id : a.startedAt < b.startedAt;
}

/** Appends the page that `olderCursor` led to. */
export function appendOlder(known: Feed, page: Page): Feed {
  const ids = new Set(known.traces.map(({ id }) => id));
  return {
    traces: [...known.traces, ...page.traces.filter(({ id }) => !ids.has(id))],
    olderCursor: page.nextCursor,
  };
}

/** While somebody reads, what is newer than `heldAtId` waits: the rows shown, and how many wait. */
export function holdBack(
  traces: TraceSummary[],
  heldAtId: string | null,
): { shown: TraceSummary[]; waiting: number } {
  const index = heldAtId === null ? 0 : traces.findIndex(({ id }) => id === heldAtId);
  return index <= 0
    ? { shown: traces, waiting: 0 }
    : { shown: traces.slice(index), waiting: index };
}

/** The shape glyph's bars, heights 0 to 1: deliveries per depth on a log scale. */
export function shapeBars(shape: number[]): { depth: number; height: number }[] {
  const top = Math.max(1, ...shape.map((count) => Math.log2(count + 1)));
  return shape.map((count, index) => ({ depth: index + 1, height: Math.log2(count + 1) / top }));
}
