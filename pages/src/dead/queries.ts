// What the page of dead letters asks again and again, and under which keys.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { listDeadLetters } from '../api/client.ts';
import { isRefused } from '../api/http.ts';
import { groupDeadLetters } from './dead-client.ts';
import { queryOf, type DeadSearch } from './filters.ts';

/** Those that fit, page by page. */
export function lettersQuery(asked: DeadSearch) {
  return infiniteQueryOptions({
    queryKey: ['dead-letters', 'pages', asked],
    queryFn: ({ pageParam, signal }) =>
      listDeadLetters(queryOf(asked, Date.now()), { cursor: pageParam, limit: 50 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) => (isRefused(state.error) ? false : 10_000),
  });
}

export const groupsKey = ['dead-letter-groups'] as const;

/** Under a key of its own: each new dead letter of the feed would sort thousands again. */
export function groupsQuery(asked: DeadSearch) {
  return queryOptions({
    queryKey: [...groupsKey, asked],
    queryFn: ({ signal }) => groupDeadLetters(queryOf(asked, Date.now()), signal),
    enabled: asked.discarded !== true,
    refetchInterval: ({ state }) => (isRefused(state.error) ? false : 15_000),
  });
}
