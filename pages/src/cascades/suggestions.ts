// What the search field offers for a text: narrowing the list to what was found, or opening it. Pure.
import type { SearchView } from '../../../src/api/search-views.ts';
import { kindWords } from '../resolve/words.ts';
import { parseCascadesSearch, type CascadesSearch } from './filters.ts';

export type Suggestion = {
  kind: string;
  label: string;
  detail: string;
  isExact: boolean;
  leads: { to: 'filter'; search: CascadesSearch } | { to: 'page'; url: string };
};

/** Looks for the text itself wherever a cascade has one. */
export function textSuggestion(text: string): Suggestion {
  return {
    kind: 'Text',
    label: text,
    detail: 'Cascades that have it in a name, or whose ID begins with it.',
    isExact: false,
    leads: { to: 'filter', search: { text } },
  };
}

/** Best first. What is in the list of cascades narrows it; everything else has a page of its own. */
export function suggestionsOf({ answers }: Pick<SearchView, 'answers'>): Suggestion[] {
  return answers.map(({ kind, label, detail, url, isExact }) => {
    const { pathname, searchParams } = new URL(url, 'http://dashboard');
    return {
      kind: kindWords[kind],
      label,
      detail,
      isExact,
      leads:
        pathname === '/cascades'
          ? { to: 'filter', search: parseCascadesSearch(Object.fromEntries(searchParams)) }
          : { to: 'page', url },
    };
  });
}

/** What Enter means where nothing was picked: the only thing that bears the name, else the text. */
export function meantBy(text: string, suggestions: readonly Suggestion[]): Suggestion {
  const exact = suggestions.filter(({ isExact }) => isExact);
  const [only] = exact;
  return exact.length === 1 && only ? only : textSuggestion(text);
}
