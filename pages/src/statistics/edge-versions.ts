// When another version of the Worker began to run, for charts to mark it.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { answerOf, api } from '../api/http.ts';
import type { Marker } from '../chart/markers.ts';

const intervalMs = 60_000;
/** Enough of an id to know it by in a list of deployments. */
const shownOfId = 8;

const edgeVersionsQuery = queryOptions({
  queryKey: ['edge', 'versions'],
  queryFn: ({ signal }) => answerOf((options) => api.edge.versions.$get({}, options), signal),
  refetchInterval: intervalMs,
  staleTime: intervalMs,
});

/** The earliest first. */
export function useEdgeVersions(): readonly Marker[] {
  const { data } = useQuery(edgeVersionsQuery);
  return useMemo(
    () =>
      (data?.versions ?? [])
        .map(({ id, tag, from }) => {
          const label = tag === '' ? id.slice(0, shownOfId) : tag;
          return {
            atMs: Date.parse(from),
            label: `edge ${label}`,
            sentence: `Version ${label} of the edge began to run`,
          };
        })
        .toReversed(),
    [data],
  );
}
