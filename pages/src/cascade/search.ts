// The part of a cascade's view that lives in its address. Anything unknown is dropped, never an error.
import { hashText, parseHash } from '../tree/short-hash.ts';

export const panelTabs = ['logs', 'attempts', 'payload', 'change', 'raw'] as const;
export type PanelTab = (typeof panelTabs)[number];

export const views = ['sequence', 'graph', 'waterfall', 'list'] as const;
export type View = (typeof views)[number];

/** Longer lists of folds are not kept in an address. */
const maxListLength = 1_500;

export const logScopes = ['hop', 'event', 'effects', 'cascade'] as const;
export type LogScope = (typeof logScopes)[number];

export interface CascadeSearch {
  /** A node's id (an event's or a delivery's), or a group's. */
  sel?: string;
  /** The panel's tab. */
  tab?: PanelTab;
  /** Whose logs the panel shows. Absent: the node's own. */
  logs?: LogScope;
  /** Absent: the one that suits the screen. */
  view?: View;
  /** What is searched for inside. */
  q?: string;
  only?: 'problems';
  /** Only what caused the selection, and what it caused. */
  path?: true;
  /** Folded nodes. */
  fold?: string;
  /** Open groups, and how many pages of each. */
  open?: string;
  /** The waterfall's stretch of time, ms since the cascade began. */
  t0?: number;
  t1?: number;
  /** The node that the view looks at, by its hash. */
  at?: string;
  /** Of the diagrams, in percent. */
  zoom?: number;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberIn(value: unknown, from: number, to: number): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && number >= from && number <= to ? number : undefined;
}

export function parseCascadeSearch(search: Record<string, unknown>): CascadeSearch {
  const t0 = numberIn(search['t0'], 0, Number.MAX_SAFE_INTEGER);
  const t1 = numberIn(search['t1'], 0, Number.MAX_SAFE_INTEGER);
  const hasStretch = t0 !== undefined && t1 !== undefined && t1 > t0;
  const parsed = {
    sel: textOf(search['sel']),
    tab: panelTabs.find((name) => name === search['tab']),
    logs: logScopes.find((name) => name === search['logs']),
    view: views.find((name) => name === search['view']),
    q: textOf(search['q'])?.slice(0, 500),
    only: search['only'] === 'problems' ? ('problems' as const) : undefined,
    path: [true, 1, '1', 'true'].some((yes) => yes === search['path'])
      ? (true as const)
      : undefined,
    fold: textOf(search['fold'])?.slice(0, maxListLength),
    open: textOf(search['open'])?.slice(0, maxListLength),
    t0: hasStretch ? t0 : undefined,
    t1: hasStretch ? t1 : undefined,
    at: textOf(search['at'])?.slice(0, 7),
    zoom: numberIn(search['zoom'], 5, 400),
  };
  return withoutEmpty(parsed);
}

/** Without what is undefined: the router would write it. */
function withoutEmpty(parsed: {
  [K in keyof CascadeSearch]-?: CascadeSearch[K] | undefined;
}): CascadeSearch {
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
}

/** The search with these parts changed; `undefined` takes a part away. */
export function changed(
  before: CascadeSearch,
  change: { [K in keyof CascadeSearch]?: CascadeSearch[K] | undefined },
): CascadeSearch {
  return Object.fromEntries(
    Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined),
  );
}

/** Hashes of folded nodes. */
export function foldsOf(search: CascadeSearch): number[] {
  return (search.fold ?? '')
    .split('.')
    .map(parseHash)
    .filter((hash) => hash !== null);
}

/** Each open group's hash with its pages. */
export function opensOf(search: CascadeSearch): [number, number][] {
  return (search.open ?? '').split('.').flatMap((part): [number, number][] => {
    const [name = '', pages = '1'] = part.split('*');
    const hash = parseHash(name);
    const count = Number(pages);
    return hash === null || !Number.isInteger(count) || count < 1 ? [] : [[hash, count]];
  });
}

/** The newest are kept where there is no room for all. */
function joined(parts: string[]): string | undefined {
  while (parts.join('.').length > maxListLength) parts.shift();
  return parts.length === 0 ? undefined : parts.join('.');
}

export function foldText(hashes: readonly number[]): string | undefined {
  return joined(hashes.map(hashText));
}

export function openText(open: readonly (readonly [number, number])[]): string | undefined {
  return joined(open.map(([hash, pages]) => hashText(hash) + (pages === 1 ? '' : `*${pages}`)));
}
