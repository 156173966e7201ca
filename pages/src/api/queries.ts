// What is asked, how often, and under which key. Decides polling, never drawing. While the live feed says what is new,
// little is asked without it.
import {
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
  replaceEqualDeep,
} from '@tanstack/react-query';
import type { TraceDetail } from '../../../src/api/views.ts';
import { appendOlder, mergeNewest, newestOf, type Feed } from '../cascades/feed.ts';
import { filtersIn, queryOf, type CascadesSearch } from '../cascades/filters.ts';
import { isLiveNow } from '../live/live.ts';
import { addAnswer, addOlder, logsIntervalMs, type LogBook } from '../panel/log-book.ts';
import {
  listCircuits,
  listDeadLetters,
  listTraces,
  readLogs,
  readPayload,
  readTrace,
  readUsual,
  search,
  type LogsTarget,
} from './client.ts';
import { isRefused, Problem } from './http.ts';
import { reportUnauthorised } from './session.ts';

const listIntervalMs = 2_000;
const searchIntervalMs = 5_000;
const cascadeIntervalMs = 1_000;
/** Scripts and all, on a slow line. What is older is asked again; what the feed has told of meanwhile is, too. */
const pageComesWithinMs = 5_000;
/** While the feed is there: for what it could not say, and what changes by time alone. */
const liveIntervalMs = 30_000;

/** @param ms without the feed */
function unlessLive(ms: number): number {
  return isLiveNow() ? liveIntervalMs : ms;
}
/** A finished cascade is still watched this long: late records and late effects. */
const youngMs = 30_000;

const onError = (error: unknown): void => {
  if (error instanceof Problem && error.status === 401) reportUnauthorised();
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  // Polling is the retry; a failed answer is shown at once with its age.
  defaultOptions: {
    queries: { retry: false, refetchOnWindowFocus: true, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
});

const cascadesKey = (asked: CascadesSearch) => ['cascades', asked] as const;

/** Those that fit, as far back as they have been loaded. */
export function cascadesQuery(asked: CascadesSearch) {
  const queryKey = cascadesKey(asked);
  return queryOptions({
    queryKey,
    queryFn: async ({ signal }): Promise<Feed> => {
      const page = await listTraces(queryOf(asked, Date.now()), null, signal);
      return mergeNewest(queryClient.getQueryData<Feed>(queryKey), page);
    },
    // A search costs the database more than the newest page does.
    refetchInterval: ({ state }) =>
      !isRefused(state.error) &&
      unlessLive(filtersIn(asked).length === 0 ? listIntervalMs : searchIntervalMs),
  });
}

/** Lets go of what nobody reads beyond the newest page, where that has become much. */
export function forgetUnread(asked: CascadesSearch): void {
  const queryKey = cascadesKey(asked);
  const state = queryClient.getQueryState<Feed>(queryKey);
  if (state?.data === undefined) return;
  const kept = newestOf(state.data);
  // Nothing was asked: it is as old as it was.
  const updatedAt = state.dataUpdatedAt;
  if (kept !== state.data) queryClient.setQueryData<Feed>(queryKey, kept, { updatedAt });
}

/** Further back. */
export async function readOlderCascades(asked: CascadesSearch, cursor: string): Promise<void> {
  const page = await listTraces(queryOf(asked, Date.now()), cursor);
  queryClient.setQueryData<Feed>(cascadesKey(asked), (known) =>
    known === undefined ? known : appendOlder(known, page),
  );
}

/** Asked once: what an ID leads to changes rarely, and going back asks again. */
export function searchQuery(text: string) {
  return queryOptions({
    queryKey: ['search', text],
    queryFn: ({ signal }) => search(text, signal),
    refetchOnWindowFocus: false,
  });
}

/** True while more may come: something runs or waits, or the last of it is younger than 30 s. */
export function isLive({ trace }: TraceDetail, nowMs: number): boolean {
  if (trace.state === 'running') return true;
  return nowMs - Date.parse(trace.endedAt ?? trace.startedAt) < youngMs;
}

/** Comparing a large answer part by part with the one before would take longer than drawing it. */
function shareSmall(before: unknown, now: unknown): unknown {
  const events: unknown =
    typeof now === 'object' && now !== null ? Reflect.get(now, 'events') : null;
  return Array.isArray(events) && events.length > 1_000 ? now : replaceEqualDeep(before, now);
}

/**
 * Without the feed asked each second while more may come, each 10 s afterwards; a 404 is asked again, since records can
 * be late, and the feed tells them under another name where the trace is joined to another.
 */
export function cascadeQuery(traceId: string) {
  return queryOptions({
    queryKey: ['cascade', traceId],
    structuralSharing: shareSmall,
    queryFn: ({ signal }): Promise<TraceDetail> => readTrace(traceId, signal),
    // What `askEarly` brought is not asked again by the page that it was for, whose scripts can come later than the answer.
    staleTime: pageComesWithinMs,
    refetchInterval: ({ state }) =>
      state.data === undefined
        ? cascadeIntervalMs
        : unlessLive(isLive(state.data, Date.now()) ? cascadeIntervalMs : cascadeIntervalMs * 10),
  });
}

/** Asks for a cascade of which nothing is known yet, so that the page finds the question under way. */
export function askEarly(traceId: string): void {
  const query = cascadeQuery(traceId);
  if (queryClient.getQueryState(query.queryKey) === undefined) {
    // What fails is told by the page, which looks at the same query.
    void queryClient.prefetchQuery(query);
  }
}

/** Of some days: it moves slowly. */
export function usualQuery({ source, job }: { source: string; job: string }) {
  return queryOptions({
    queryKey: ['usual', source, job],
    queryFn: ({ signal }) => readUsual({ source, job }, signal),
    staleTime: 300_000,
    refetchOnWindowFocus: false,
  });
}

/** It does not change, unless its retention ends. */
export function payloadQuery({ id, source }: { id: string; source: string }) {
  return queryOptions({
    queryKey: ['payload', source, id],
    queryFn: ({ signal }) => readPayload({ id, source }, signal),
    staleTime: 300_000,
  });
}

const logsKey = (target: LogsTarget) => ['logs', target] as const;

/** The newest page first, then what has come since. While `live`, lines may still come. */
export function logsQuery(target: LogsTarget, live: boolean) {
  const queryKey = logsKey(target);
  return queryOptions({
    queryKey,
    queryFn: async ({ signal }): Promise<LogBook> => {
      const cursor = queryClient.getQueryData<LogBook>(queryKey)?.newerCursor ?? null;
      const view = await readLogs(target, { cursor, tryNow: false }, signal);
      // Older lines can have come meanwhile.
      return addAnswer(queryClient.getQueryData<LogBook>(queryKey), view, Date.now());
    },
    refetchInterval: ({ state }) => logsIntervalMs(state.data, live),
    structuralSharing: false,
  });
}

/** Out of turn: what is older than all that is shown, or whether the source is back. */
export async function readLogsAgain(target: LogsTarget, what: 'older' | 'now'): Promise<void> {
  const queryKey = logsKey(target);
  const before = queryClient.getQueryData<LogBook>(queryKey);
  const cursor = (what === 'older' ? before?.olderCursor : before?.newerCursor) ?? null;
  const view = await readLogs(target, { cursor, tryNow: what === 'now' });
  queryClient.setQueryData<LogBook>(queryKey, (known) =>
    known && what === 'older'
      ? addOlder(known, view, Date.now())
      : addAnswer(known, view, Date.now()),
  );
}

/** The newest hundred, which the navigation counts. Whoever changes letters asks again for all that begins with its key. */
export const deadLettersQuery = queryOptions({
  queryKey: ['dead-letters'],
  queryFn: ({ signal }) => listDeadLetters({}, { cursor: null, limit: 100 }, signal),
  refetchInterval: 30_000,
});

/** The navigation counts them, their page shows them. */
export const circuitsQuery = queryOptions({
  queryKey: ['circuits'],
  queryFn: ({ signal }) => listCircuits(signal),
  refetchInterval: 15_000,
});
