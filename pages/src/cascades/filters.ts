// What the list of cascades is narrowed to: as its address has it, as chips show it, as the API is asked. Anything unknown
// in an address is dropped, never an error. Pure.
import { formatDay, formatClock, formatSpan, type Zone } from '../time/format.ts';

export const statuses = ['running', 'waiting', 'delivered', 'failed', 'dead'] as const;
export const actorKinds = [
  'user',
  'system',
  'carried',
  'unattributed',
  'legacy',
  'unknown',
] as const;
export const ranges = ['15m', '1h', '24h', '7d', '30d'] as const;

export type Range = (typeof ranges)[number];

export const rangesMs: Record<Range, number> = {
  '15m': 15 * 60_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
};

/** Filters that are a text each, under the API's own names. */
export const textFilters = [
  'text',
  'row',
  'table',
  'actor',
  'job',
  'trigger',
  'route',
  'source',
] as const;

export type TextFilter = (typeof textFilters)[number];

export type CascadesSearch = { [name in TextFilter]?: string } & {
  /** The last so long, counted from when it is asked. */
  range?: Range;
  /** RFC 3339; only where there is no `range`. */
  from?: string;
  until?: string;
  status?: (typeof statuses)[number];
  actorKind?: (typeof actorKinds)[number];
  minMs?: number;
  maxMs?: number;
  errors?: true;
  incomplete?: true;
};

/** What a chip stands for: one filter, or the two ends of one. */
export type FilterName =
  | TextFilter
  | 'time'
  | 'status'
  | 'actorKind'
  | 'duration'
  | 'errors'
  | 'incomplete';

/** In the order in which they are offered and shown. */
export const filterNames: readonly FilterName[] = [
  'text',
  'time',
  'status',
  'errors',
  'row',
  'table',
  'actor',
  'actorKind',
  'job',
  'trigger',
  'duration',
  'route',
  'source',
  'incomplete',
];

export const filterLabels: Record<FilterName, string> = {
  text: 'Text',
  time: 'Time',
  status: 'Status',
  errors: 'Has failures',
  row: 'Row',
  table: 'Table',
  actor: 'Actor',
  actorKind: 'Kind of actor',
  job: 'Job',
  trigger: 'Trigger',
  duration: 'Took',
  route: 'Route',
  source: 'Source',
  incomplete: 'Has gaps',
};

export const statusWords: Record<(typeof statuses)[number], string> = {
  running: 'Running',
  waiting: 'Waiting to retry',
  delivered: 'Done',
  failed: 'Failed',
  dead: 'Has a dead letter',
};

export const actorKindWords: Record<(typeof actorKinds)[number], string> = {
  user: 'A person',
  system: 'A system or job',
  carried: 'Unknown, an old name stood in the row',
  unattributed: 'Unknown, no cause was named',
  legacy: 'A bare id',
  unknown: 'Unknown',
};

export const rangeWords: Record<Range, string> = {
  '15m': 'Last 15 min',
  '1h': 'Last hour',
  '24h': 'Last 24 h',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
};

const longestText = 200;
const longestName = 2_000;
const longestMs = 366 * 86_400_000;

export function textOf(value: unknown, longest: number): string | undefined {
  const text =
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : (value ?? '');
  if (typeof text !== 'string') return undefined;
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed.slice(0, longest);
}

export function timeOf(value: unknown): string | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) || ms < 0 ? undefined : new Date(ms).toISOString();
}

function spanOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof ms === 'number' && ms >= 0 && ms <= longestMs ? Math.round(ms) : undefined;
}

function isTrue(value: unknown): true | undefined {
  return value === true || value === 'true' || value === 1 ? true : undefined;
}

function withoutEmpty(parsed: {
  [K in keyof CascadesSearch]?: CascadesSearch[K] | undefined;
}): CascadesSearch {
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
}

export function parseCascadesSearch(search: Record<string, unknown>): CascadesSearch {
  const range = ranges.find((name) => name === search['range']);
  const from = range === undefined ? timeOf(search['from']) : undefined;
  const until = range === undefined ? timeOf(search['until']) : undefined;
  const minMs = spanOf(search['minMs']);
  const maxMs = spanOf(search['maxMs']);
  const text = textOf(search['text'], longestText);
  const names = Object.fromEntries(
    textFilters
      .filter((name) => name !== 'text')
      .map((name) => [name, textOf(search[name], longestName)]),
  );
  return withoutEmpty({
    ...names,
    text: text !== undefined && text.length >= 2 ? text : undefined,
    range,
    from,
    until: from !== undefined && until !== undefined && until <= from ? undefined : until,
    status: statuses.find((name) => name === search['status']),
    actorKind: actorKinds.find((name) => name === search['actorKind']),
    minMs,
    maxMs: minMs !== undefined && maxMs !== undefined && maxMs < minMs ? undefined : maxMs,
    errors: isTrue(search['errors']),
    incomplete: isTrue(search['incomplete']),
  });
}

const twoSided = {
  time: ['range', 'from', 'until'],
  duration: ['minMs', 'maxMs'],
} as const;

function sides(name: FilterName): readonly (keyof CascadesSearch)[] {
  return name === 'time' || name === 'duration' ? twoSided[name] : [name];
}

/** Those that are in force, in order. */
export function filtersIn(search: CascadesSearch): FilterName[] {
  return filterNames.filter((name) => sides(name).some((part) => search[part] !== undefined));
}

export function withoutFilter(search: CascadesSearch, name: FilterName): CascadesSearch {
  const gone = sides(name);
  return Object.fromEntries(
    Object.entries(search).filter(([part]) => !gone.some((each) => each === part)),
  );
}

/** With one filter set anew; what `change` does not name of it is gone. */
export function withFilter(
  search: CascadesSearch,
  name: FilterName,
  change: CascadesSearch,
): CascadesSearch {
  return parseCascadesSearch({ ...withoutFilter(search, name), ...change });
}

/** What a chip says after its label; empty where the label says it all. */
export function filterText(search: CascadesSearch, name: FilterName, zone: Zone): string {
  switch (name) {
    case 'time':
      return timeText(search, zone);
    case 'duration':
      return durationText(search);
    case 'status':
      return search.status === undefined ? '' : statusWords[search.status];
    case 'actorKind':
      return search.actorKind === undefined ? '' : actorKindWords[search.actorKind];
    case 'errors':
    case 'incomplete':
      return '';
    case 'text':
    case 'row':
    case 'table':
    case 'actor':
    case 'job':
    case 'trigger':
    case 'route':
    case 'source':
      return search[name] ?? '';
  }
}

export function timeText({ range, from, until }: CascadesSearch, zone: Zone): string {
  if (range !== undefined) return rangeWords[range].toLowerCase();
  const moment = (text: string): string => {
    const ms = Date.parse(text);
    return `${formatDay(ms, zone)} ${formatClock(ms, zone, false)}`;
  };
  if (from === undefined) return until === undefined ? '' : `before ${moment(until)}`;
  return until === undefined ? `since ${moment(from)}` : `${moment(from)} to ${moment(until)}`;
}

function durationText({ minMs, maxMs }: CascadesSearch): string {
  if (minMs === undefined) return maxMs === undefined ? '' : `at most ${formatSpan(maxMs)}`;
  return maxMs === undefined
    ? `at least ${formatSpan(minMs)}`
    : `${formatSpan(minMs)} to ${formatSpan(maxMs)}`;
}

/** As the API is asked. */
export type CascadesQuery = { [name in TextFilter]?: string } & {
  from?: string;
  until?: string;
  status?: (typeof statuses)[number];
  actorKind?: (typeof actorKinds)[number];
  minMs?: string;
  maxMs?: string;
  errors?: 'true';
  incomplete?: 'true';
};

export function queryOf(
  { range, minMs, maxMs, errors, incomplete, ...others }: CascadesSearch,
  nowMs: number,
): CascadesQuery {
  return {
    ...others,
    ...(range === undefined ? {} : { from: new Date(nowMs - rangesMs[range]).toISOString() }),
    ...(minMs === undefined ? {} : { minMs: String(minMs) }),
    ...(maxMs === undefined ? {} : { maxMs: String(maxMs) }),
    ...(errors === true ? { errors: 'true' } : {}),
    ...(incomplete === true ? { incomplete: 'true' } : {}),
  };
}

/** A moment as `<input type="datetime-local">` has it, in the zone that is shown. */
export function toLocalInput(time: string | undefined, zone: Zone): string {
  if (time === undefined) return '';
  const ms = Date.parse(time);
  const offsetMs = zone === 'UTC' ? 0 : new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}

/** The other way round; undefined where nothing, or nothing readable, was typed. */
export function fromLocalInput(text: string, zone: Zone): string | undefined {
  return text === '' ? undefined : timeOf(zone === 'UTC' ? `${text}Z` : text);
}
