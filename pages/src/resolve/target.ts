// Decides whether a search has one answer to go to at once. Pure.
import type { SearchView } from '../../../src/api/search-views.ts';

/** The address of the only thing that bears the ID or name; null where there are several, or it only comes near. */
export function targetOf({ answers }: Pick<SearchView, 'answers'>): string | null {
  const exact = answers.filter(({ isExact }) => isExact);
  const [only] = exact;
  return exact.length === 1 && only ? only.url : null;
}
