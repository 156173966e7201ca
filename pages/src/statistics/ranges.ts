// Spans of time that statistics are asked of, what of them a chart shows, and their words. Pure.
import type { Span, Steps } from '../chart/zoom.ts';

export const ranges = ['1h', '6h', '24h', '7d', '30d'] as const;
export type Range = (typeof ranges)[number];

export const defaultRange: Range = '24h';

export const rangeItems: readonly { value: Range; label: string }[] = [
  { value: '1h', label: 'Last hour' },
  { value: '6h', label: '6 hours' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
];

/** What the figures are compared with. */
export const beforeOf: Record<Range, string> = {
  '1h': 'the hour before',
  '6h': 'the 6 hours before',
  '24h': 'the day before',
  '7d': 'the week before',
  '30d': 'the 30 days before',
};

/** "1 minute", "5 minutes", "hour", "6 hours", "day": after "Deliveries every". */
export function stepText(bucketMs: number): string {
  const minutes = Math.round(bucketMs / 60_000);
  if (minutes < 60) return minutes === 1 ? 'minute' : `${minutes} minutes`;
  const hours = minutes / 60;
  if (hours < 24) return hours === 1 ? 'hour' : `${hours} hours`;
  return hours === 24 ? 'day' : `${hours / 24} days`;
}

/** @param steps each from when on, the oldest first, without a gap */
export function stepsOf(steps: readonly { from: string }[], bucketMs: number): Steps {
  const fromMs = Date.parse(steps[0]?.from ?? '1970-01-01');
  return { fromMs, stepMs: bucketMs, count: steps.length };
}

export interface RangeSearch {
  /** Without it the last 24 hours; of the overview less, while nothing is older. */
  range?: Range;
}

/** What is not known is dropped. */
export function parseRangeSearch(search: Record<string, unknown>): RangeSearch {
  const range = ranges.find((name) => name === search['range']);
  return range === undefined ? {} : { range };
}

export interface ZoomSearch extends RangeSearch {
  /** RFC 3339, both or none: what charts show of the range. */
  from?: string;
  until?: string;
}

/** The charts' part of an address; null: they show the whole range. */
export function zoomOf(search: ZoomSearch): Span | null {
  const { from, until } = search;
  return from === undefined || until === undefined
    ? null
    : { fromMs: Date.parse(from), untilMs: Date.parse(until) };
}

export function zoomSearch(span: Span | null): Pick<ZoomSearch, 'from' | 'until'> {
  return span === null
    ? {}
    : { from: new Date(span.fromMs).toISOString(), until: new Date(span.untilMs).toISOString() };
}

/** What is not known, or is no time, is dropped. */
export function parseZoomSearch(search: Record<string, unknown>): ZoomSearch {
  const [fromMs, untilMs] = ['from', 'until'].map((name) => {
    const text = search[name];
    return typeof text === 'string' ? Date.parse(text) : Number.NaN;
  });
  const isSpan = fromMs !== undefined && untilMs !== undefined && fromMs < untilMs;
  return { ...parseRangeSearch(search), ...(isSpan ? zoomSearch({ fromMs, untilMs }) : {}) };
}

export function withoutZoom<Search extends ZoomSearch>(
  search: Search,
): Omit<Search, 'from' | 'until'> {
  const { from: _from, until: _until, ...rest } = search;
  return rest;
}
