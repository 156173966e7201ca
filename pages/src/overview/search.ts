// The part of the overview that lives in its address.
import { parseRangeSearch, type RangeSearch } from '../statistics/ranges.ts';

const feedFilters = ['all', 'problems', 'people', 'systems'] as const;
export type FeedFilter = (typeof feedFilters)[number];

export interface OverviewSearch extends RangeSearch {
  /** Which cascades the feed shows; without it all. */
  feed?: FeedFilter;
}

/** What is not known is dropped. */
export function parseOverviewSearch(search: Record<string, unknown>): OverviewSearch {
  const feed = feedFilters.find((name) => name === search['feed']);
  return { ...parseRangeSearch(search), ...(feed ? { feed } : {}) };
}
