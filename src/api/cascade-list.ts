// One page of cascades: found by the store in steps, told in summaries, with how far was looked and how many there are.
import type { StoreClient } from '../store/client.ts';
import { estimateCascades, findCandidates, type CascadeFilter } from '../store/find-cascades.ts';
import { listTraces, newest, type StoredTrace, type TracePosition } from '../store/traces.ts';
import { writeCursor } from './cursor.ts';
import type { ReadyFilter } from './cascade-filter.ts';
import type { TracePage, TraceSummary } from './views.ts';

/** After so long a search stops and says how far it has looked. */
export const searchMs = 400;

const everything: CascadeFilter = {
  from: null,
  until: null,
  about: [],
  has: [],
  isIncomplete: false,
  minMs: null,
  maxMs: null,
  among: null,
  anyOf: null,
};

/** Looked at beside what should be enough: one more statement costs as much. */
const spare = 10;

type Asked = { limit: number; after: TracePosition | null };
type Summarise = (traces: readonly StoredTrace[]) => Promise<TraceSummary[]>;

/** A page of all. @param which `all`: every trace by itself, uncounted */
export async function listAll(
  client: StoreClient,
  { limit, after }: Asked,
  which: 'roots' | 'all',
  summarise: Summarise,
): Promise<TracePage> {
  // One more than asked for tells whether there is a next page.
  const found = await listTraces(client, newest({ limit: limit + 1, after, which }));
  const traces = await summarise(found.slice(0, limit));
  const hasMore = found.length > limit;
  const last = found[limit - 1];
  return {
    traces,
    nextCursor: hasMore && last ? writeCursor({ at: last.startedAt, id: last.id }) : null,
    searchedUntil: null,
    count:
      after !== null || which === 'all'
        ? null
        : await countOf(client, everything, hasMore ? null : traces.length),
  };
}

/** A page of those that fit. @param mayGoOn whether there is time to look further back */
export async function listFitting(
  client: StoreClient,
  { limit, after }: Asked,
  { filter, fits, searchedUntil }: ReadyFilter,
  options: { nowMs: number; mayGoOn: () => boolean; summarise: Summarise },
): Promise<TracePage> {
  const fitting: TraceSummary[] = [];
  let place = after;
  let next: TracePosition | null = null;
  let looked = 0;
  do {
    const candidates = await findCandidates(
      client,
      filter,
      { after: place, limit: atOnce(limit + 1, fitting.length, looked), nowMs: options.nowMs },
      options.mayGoOn,
    );
    looked += candidates.traces.length;
    fitting.push(...(await options.summarise(candidates.traces)).filter(fits));
    next = candidates.next;
    place = next;
  } while (next !== null && fitting.length <= limit && options.mayGoOn());
  const traces = fitting.slice(0, limit);
  const last = traces.at(-1);
  if (fitting.length > limit && last) {
    return {
      traces,
      nextCursor: writeCursor({ at: last.startedAt, id: last.id }),
      searchedUntil,
      count: after === null ? await countOf(client, filter, null) : null,
    };
  }
  return {
    traces,
    nextCursor: next && writeCursor({ at: next.startedAt, id: next.id }),
    searchedUntil: next?.startedAt ?? searchedUntil,
    count:
      after === null
        ? await countOf(
            client,
            filter,
            next === null && searchedUntil === null ? traces.length : null,
          )
        : null,
  };
}

/** How many to look at next, that a page gets full: not another whole page where nearly all of the first have fitted. */
function atOnce(wanted: number, fitting: number, looked: number): number {
  if (fitting === 0) return wanted;
  return Math.min(wanted, Math.ceil(((wanted - fitting) * looked) / fitting) + spare);
}

/** @param exact where everything was looked at; null: as the statistics have it */
async function countOf(
  client: StoreClient,
  filter: CascadeFilter,
  exact: number | null,
): Promise<NonNullable<TracePage['count']>> {
  return exact === null
    ? { value: await estimateCascades(client, filter), isEstimate: true }
    : { value: exact, isEstimate: false };
}
