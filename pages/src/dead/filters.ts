// What the list of dead letters is narrowed to: as its address has it, as chips show it, as the API is asked, in a query
// and in a body. Anything unknown in an address is dropped, never an error. Pure.
import { ranges, rangesMs, textOf, timeOf, timeText, type Range } from '../cascades/filters.ts';
import type { Zone } from '../time/format.ts';
import { isReason, reasonText, type Reason } from './words.ts';

const texts = ['q', 'job', 'trigger', 'source', 'destination', 'error'] as const;

type TextName = (typeof texts)[number];

export type DeadSearch = { [name in TextName]?: string } & {
  reason?: Reason;
  /** Of the last attempt; 0: no answer came. */
  status?: number;
  /** The last so long, counted from when it is asked. */
  range?: Range;
  /** RFC 3339; only where there is no `range`. */
  from?: string;
  to?: string;
  /** Those that were discarded, in the place of those that were not. */
  discarded?: true;
  /** The letter that is looked at. */
  sel?: string;
};

/** What a chip stands for. */
export type FilterName = Exclude<TextName, 'q'> | 'reason' | 'status' | 'time';

/** In the order in which they are offered and shown. */
export const filterNames: readonly FilterName[] = [
  'job',
  'reason',
  'status',
  'error',
  'time',
  'trigger',
  'destination',
  'source',
];

export const filterLabels: Record<FilterName, string> = {
  job: 'Job',
  reason: 'Why',
  status: 'Answer',
  error: 'Error',
  time: 'Died',
  trigger: 'Trigger',
  destination: 'Destination',
  source: 'Source',
};

export const shortestText = 2;
const longestText = 200;
const longestName = 2_000;

function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 0 && status <= 599
    ? status
    : undefined;
}

export function parseDeadSearch(search: Record<string, unknown>): DeadSearch {
  const range = ranges.find((name) => name === search['range']);
  const from = range === undefined ? timeOf(search['from']) : undefined;
  const to = range === undefined ? timeOf(search['to']) : undefined;
  const q = textOf(search['q'], longestText);
  const sel = search['sel'];
  const parsed = {
    ...Object.fromEntries(texts.map((name) => [name, textOf(search[name], longestName)])),
    q: q !== undefined && q.length >= shortestText ? q : undefined,
    reason: isReason(search['reason']) ? search['reason'] : undefined,
    status: statusOf(search['status']),
    range,
    from,
    to: from !== undefined && to !== undefined && to <= from ? undefined : to,
    discarded: search['discarded'] === true || search['discarded'] === 'true' ? true : undefined,
    sel: typeof sel === 'string' && /^[0-9a-f]{64}$/.test(sel) ? sel : undefined,
  };
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
}

function sides(name: FilterName): readonly (keyof DeadSearch)[] {
  return name === 'time' ? ['range', 'from', 'to'] : [name];
}

/** Those that are in force, in order. */
export function filtersIn(search: DeadSearch): FilterName[] {
  return filterNames.filter((name) => sides(name).some((part) => search[part] !== undefined));
}

export function withoutFilter(search: DeadSearch, name: FilterName): DeadSearch {
  const gone = sides(name);
  return Object.fromEntries(
    Object.entries(search).filter(([part]) => !gone.some((each) => each === part)),
  );
}

/** With one filter set anew. */
export function withFilter(search: DeadSearch, name: FilterName, change: DeadSearch): DeadSearch {
  return parseDeadSearch({ ...withoutFilter(search, name), ...change });
}

/** Nothing is narrowed; what else the address says stays. */
export function withoutFilters({ discarded }: DeadSearch): DeadSearch {
  return discarded === undefined ? {} : { discarded };
}

/** What is narrowed, without what is looked at. */
export function narrowed({ sel: _sel, ...others }: DeadSearch): DeadSearch {
  return others;
}

export function statusText(status: number): string {
  return status === 0 ? 'none' : String(status);
}

export function filterText(search: DeadSearch, name: FilterName, zone: Zone): string {
  switch (name) {
    case 'time': {
      const { range, from, to } = search;
      return timeText(
        {
          ...(range === undefined ? {} : { range }),
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { until: to }),
        },
        zone,
      );
    }
    case 'reason':
      return search.reason === undefined ? '' : reasonText(search.reason);
    case 'status':
      return search.status === undefined ? '' : statusText(search.status);
    case 'job':
    case 'trigger':
    case 'source':
    case 'destination':
    case 'error':
      return search[name] ?? '';
  }
}

/** As the API is asked for a list or groups. */
export type LettersQuery = { [name in TextName]?: string } & {
  reason?: Reason;
  status?: string;
  from?: string;
  to?: string;
  discarded?: 'true';
};

export function queryOf(search: DeadSearch, nowMs: number): LettersQuery {
  const { range, status, discarded, sel: _sel, ...others } = search;
  return {
    ...others,
    ...(range === undefined ? {} : { from: new Date(nowMs - rangesMs[range]).toISOString() }),
    ...(status === undefined ? {} : { status: String(status) }),
    ...(discarded === undefined ? {} : { discarded: 'true' }),
  };
}

/** As the API is told which letters to replay or discard. */
export type LetterSelection =
  | {
      filter: {
        from?: string;
        to?: string;
        q?: string;
        sources?: string[];
        triggers?: string[];
        jobs?: string[];
        destinations?: string[];
        errors?: string[];
        reasons?: Reason[];
        statuses?: number[];
      };
      deliveryIds?: undefined;
    }
  | { deliveryIds: string[]; filter?: undefined };

/** All that the list shows. */
export function allOf(search: DeadSearch, nowMs: number): LetterSelection {
  const { from, to, q, source, trigger, job, destination, error, reason } = queryOf(search, nowMs);
  return {
    filter: {
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(q === undefined ? {} : { q }),
      ...(source === undefined ? {} : { sources: [source] }),
      ...(trigger === undefined ? {} : { triggers: [trigger] }),
      ...(job === undefined ? {} : { jobs: [job] }),
      ...(destination === undefined ? {} : { destinations: [destination] }),
      ...(error === undefined ? {} : { errors: [error] }),
      ...(reason === undefined ? {} : { reasons: [reason] }),
      ...(search.status === undefined ? {} : { statuses: [search.status] }),
    },
  };
}

/** Without those that die from then on: nobody has seen them. */
export function upTo(selection: LetterSelection, ms: number): LetterSelection {
  const { filter } = selection;
  const now = new Date(ms).toISOString();
  if (filter === undefined || (filter.to !== undefined && filter.to <= now)) return selection;
  return { filter: { ...filter, to: now } };
}
