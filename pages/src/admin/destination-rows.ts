// Every destination that stored routes use or that somebody described, with what is known of it. Pure.
import type { Configuration, KnownDestination } from '../../../src/config/configuration.ts';

export interface DestinationRow {
  url: string;
  known: KnownDestination | null;
  /** The job's name where nobody gave one. */
  impliedJob: string;
  routes: string[];
}

export function destinationRows({
  routes,
  destinations,
}: Pick<Configuration, 'routes' | 'destinations'>): DestinationRow[] {
  const usedBy = new Map<string, Set<string>>(
    Object.keys(destinations).map((url) => [url, new Set<string>()]),
  );
  for (const [name, route] of Object.entries(routes)) {
    const { rollout } = route;
    const used = [route, ...(rollout === null ? [] : [rollout])].flatMap((lists) => [
      ...lists.destinations,
      ...lists.fallback,
    ]);
    for (const url of used) usedBy.set(url, (usedBy.get(url) ?? new Set()).add(name));
  }
  return [...usedBy]
    .map(([url, names]) => ({
      url,
      known: Object.hasOwn(destinations, url) ? (destinations[url] ?? null) : null,
      impliedJob: impliedJob(url),
      routes: [...names].toSorted(),
    }))
    .toSorted((a, b) => (a.url < b.url ? -1 : 1));
}

/** The last path segment, else the host. */
function impliedJob(url: string): string {
  if (!URL.canParse(url)) return url;
  const { pathname, hostname } = new URL(url);
  return pathname.split('/').findLast((part) => part !== '') ?? hostname;
}
