// The part of the overview that lives in its address.
import { parseZoomSearch, type ZoomSearch } from '../statistics/ranges.ts';

const feedFilters = ['all', 'problems', 'people', 'systems'] as const;
export type FeedFilter = (typeof feedFilters)[number];

export interface OverviewSearch extends ZoomSearch {
  /** Which cascades the feed shows; without it all. */
  feed?: FeedFilter;
}

/** What is not known is dropped. */
export function parseOverviewSearch(search: Record<string, unknown>): OverviewSearch {
  const feed = feedFilters.find((name) => name === search['feed']);
  return { ...parseZoomSearch(search), ...(feed ? { feed } : {}) };
}
