// Spans of time that statistics are asked of, and their words. Pure.

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

export interface RangeSearch {
  /** Without it the last 24 hours. */
  range?: Range;
}

/** What is not known is dropped. */
export function parseRangeSearch(search: Record<string, unknown>): RangeSearch {
  const range = ranges.find((name) => name === search['range']);
  return range === undefined ? {} : { range };
}
