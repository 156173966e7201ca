// Where senders reach the edge: as the server says; where it does not, as somebody has typed it in this browser.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { keepInBrowser } from '../ui/browser-kept.ts';
import { readEdge } from './client.ts';

export const typedEdge = keepInBrowser('edge-address');

const edgeQuery = queryOptions({
  queryKey: ['edge'],
  queryFn: ({ signal }) => readEdge(signal),
  staleTime: 600_000,
});

/** An origin; `isAsked` where the server does not say, so that somebody has to. */
export function useEdge(): { url: string | null; isAsked: boolean } {
  const { data } = useQuery(edgeQuery);
  const typed = typedEdge.use().trim();
  if (data?.url != null) return { url: data.url, isAsked: false };
  const url = URL.parse(typed);
  const isHttp = url !== null && /^https?:$/.test(url.protocol);
  return { url: isHttp ? url.origin : null, isAsked: data !== undefined };
}
