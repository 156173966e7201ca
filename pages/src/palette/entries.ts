// What the palette lists for a text: what the page itself knows first, then routes, which an admin's page has to read, and what
// the API found below it, so that an answer that comes late moves nothing above it. Pure.
import type { SearchAnswer, SearchView } from '../../../src/api/search-views.ts';

export type Entry = {
  id: string;
  label: string;
  /** What it is, in some words. */
  detail: string;
  /** Further words by which it is found. */
  words?: string;
  /** Its own key, where it has one. */
  keys?: readonly string[];
} & ({ url: string } | { act: () => void });

export type Section = { id: string; label: string; items: Entry[] };

/** What the page knows without asking. */
export type Known = {
  recent: readonly Entry[];
  routes: readonly Entry[];
  pages: readonly Entry[];
  actions: readonly Entry[];
};

const shownOfEach = 6;

/** Every word of the text stands somewhere in the entry. */
function matches(entry: Entry, words: readonly string[]): boolean {
  const text = `${entry.label} ${entry.detail} ${entry.words ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Those whose label begins with the text come first; else in their own order. */
function matching(entries: readonly Entry[], text: string): Entry[] {
  const lower = text.toLowerCase();
  const words = lower.split(/\s+/).filter((word) => word !== '');
  const found = entries.filter((entry) => matches(entry, words));
  const isFirst = ({ label }: Entry): boolean => label.toLowerCase().startsWith(lower);
  return [...found.filter(isFirst), ...found.filter((entry) => !isFirst(entry))];
}

/** The API's path of a row's history and the dashboard's differ in this alone. */
const ofApi = /^\/api(?=\/rows\/)/;

/** A row is found twice: the cascades that wrote it, and what became of it. */
function entriesOf(answer: SearchAnswer): Entry[] {
  const { kind, label, detail, url, history } = answer;
  const found = { id: `found ${kind} ${url}`, label, detail, url };
  if (history === undefined) return [found];
  const page = history.replace(ofApi, '');
  return [
    found,
    {
      id: `found history ${page}`,
      label: `History of ${label}`,
      detail: 'What became of each column, and who wrote it.',
      url: page,
    },
  ];
}

/** Without a text: what was opened lately, pages and actions. */
export function sectionsFor(text: string, known: Known, found: SearchView | null): Section[] {
  const wanted = text.trim();
  const isEmpty = wanted === '';
  const local: Section[] = [
    { id: 'recent', label: 'Recent', items: matching(known.recent, wanted) },
    { id: 'pages', label: 'Pages', items: matching(known.pages, wanted) },
    { id: 'actions', label: 'Actions', items: matching(known.actions, wanted) },
    { id: 'routes', label: 'Routes', items: isEmpty ? [] : matching(known.routes, wanted) },
  ].map((section) => ({
    ...section,
    items: isEmpty ? section.items : section.items.slice(0, shownOfEach),
  }));
  const taken = new Set(local.flatMap(({ items }) => items.flatMap(urlOf)));
  const answers = isEmpty ? [] : (found?.answers ?? []);
  const items = answers
    .flatMap(entriesOf)
    .filter((entry) => !urlOf(entry).some((url) => taken.has(url)));
  return [...local, { id: 'found', label: 'Found', items }].filter(
    (section) => section.items.length > 0,
  );
}

function urlOf(entry: Entry): string[] {
  return 'url' in entry ? [entry.url] : [];
}

/** Where an ID or name leads that the palette has not found yet. */
export function resolverUrl(text: string): string {
  return `/id/${encodeURIComponent(text.trim())}`;
}
