// The part of the page of jobs that lives in its address.
import { parseRangeSearch, type RangeSearch } from '../statistics/ranges.ts';

export interface JobsSearch extends RangeSearch {
  /** Without it the jobs. */
  tab?: 'destinations';
}

/** What is not known is dropped. */
export function parseJobsSearch(search: Record<string, unknown>): JobsSearch {
  return {
    ...parseRangeSearch(search),
    ...(search['tab'] === 'destinations' ? { tab: 'destinations' } : {}),
  };
}
