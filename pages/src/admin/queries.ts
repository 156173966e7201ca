// What the admin's pages ask and under which key. Every change makes all of it be asked again.
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import {
  listKeys,
  readAllowlist,
  readConfiguration,
  readRotations,
  readRoute,
  readSettings,
} from './admin-client.ts';

const all = 'admin';

export const configurationQuery = queryOptions({
  queryKey: [all, 'configuration'],
  queryFn: ({ signal }) => readConfiguration(signal),
  refetchInterval: 15_000,
});

export const allowlistQuery = queryOptions({
  queryKey: [all, 'allowlist'],
  queryFn: ({ signal }) => readAllowlist(signal),
});

/** Read for editing: asked again when something was changed from here, never by itself. */
export const settingsQuery = queryOptions({
  queryKey: [all, 'settings'],
  queryFn: ({ signal }) => readSettings(signal),
  staleTime: Infinity,
  gcTime: 0,
  refetchOnWindowFocus: false,
});

export const keysQuery = queryOptions({
  queryKey: [all, 'keys'],
  queryFn: ({ signal }) => listKeys(signal),
  refetchInterval: 15_000,
});

export function rotationsQuery(route: string) {
  return queryOptions({
    queryKey: [all, 'rotations', route],
    queryFn: ({ signal }) => readRotations(route, signal),
    refetchInterval: 5_000,
  });
}

/** Read for editing, as settings are. */
export function routeQuery(name: string) {
  return queryOptions({
    queryKey: [all, 'route', name],
    queryFn: async ({ signal }) => {
      const { body, etag } = await readRoute(name, signal);
      return { route: body, etag };
    },
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}

export function askAgain(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: [all] });
}
