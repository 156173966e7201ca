// When the configuration changed, by whom and why, for charts to mark it. Only admins may know; for others nothing is marked.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { whoText } from '../admin/words.ts';
import { answerOf, api } from '../api/http.ts';
import { useMe } from '../api/me.ts';
import type { Marker } from '../chart/markers.ts';

const intervalMs = 60_000;
/** More than these in one chart would be a fence. */
const newest = 30;

const versionsQuery = queryOptions({
  queryKey: ['admin', 'newest-versions'],
  queryFn: ({ signal }) =>
    answerOf(
      (options) => api.admin.versions.$get({ query: { limit: String(newest) } }, options),
      signal,
    ),
  refetchInterval: intervalMs,
  staleTime: intervalMs,
});

export function useConfigurationChanges(): readonly Marker[] {
  const isAdmin = useMe()?.role === 'admin';
  const { data } = useQuery({ ...versionsQuery, enabled: isAdmin });
  return useMemo(
    () =>
      (data?.versions ?? [])
        .flatMap(({ version, at, note, ...who }) =>
          at === null
            ? []
            : {
                atMs: Date.parse(at),
                label: `v${version}`,
                sentence: `Version ${version} of the configuration, by ${whoText(who)}${note === '' ? '' : `: ${note}`}`,
              },
        )
        .toReversed(),
    [data],
  );
}
