// Coverage in the interface's words: parts of a whole, and spans of time. Pure.
import type { CoverageShare, CoverageView } from '../../../src/api/coverage-views.ts';

export const ranges = ['24h', '7d', '30d'] as const;
export type Range = (typeof ranges)[number];
export const groupings = ['tables', 'triggers', 'jobs'] as const;
export type Grouping = (typeof groupings)[number];

/** The part of the page that lives in its address; what is not known is dropped. */
export interface CoverageSearch {
  range?: Range;
  by?: Grouping;
}

export function parseCoverageSearch(search: Record<string, unknown>): CoverageSearch {
  const range = ranges.find((name) => name === search['range']);
  const by = groupings.find((name) => name === search['by']);
  return { ...(range ? { range } : {}), ...(by ? { by } : {}) };
}

const hoursOf: Record<Range, number> = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 };

/** Where a range begins, RFC 3339. */
export function beginOf(range: Range, nowMs: number): string {
  return new Date(nowMs - hoursOf[range] * 3_600_000).toISOString();
}

/** "92 %", "99.6 %"; never 100 % where something is not covered. Null: there was nothing. */
export function percentText(share: number | null): string {
  if (share === null) return '–';
  if (share === 1) return '100 %';
  const percent = share * 100;
  if (percent >= 99) return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
  return `${Math.round(percent)} %`;
}

type Kind = keyof CoverageShare['byKind'];

/** Each kind of cause in words; the covered ones first. */
const kinds: readonly { kind: Kind; word: string; isCovered: boolean }[] = [
  { kind: 'user', word: 'a person', isCovered: true },
  { kind: 'declared', word: 'a declared action', isCovered: true },
  { kind: 'certain', word: 'a certain link', isCovered: true },
  { kind: 'weak', word: 'a weak link', isCovered: false },
  { kind: 'pending', word: 'a cause not recorded yet', isCovered: false },
  { kind: 'carried', word: 'an old cause carried on', isCovered: false },
  { kind: 'unattributed', word: 'nobody named', isCovered: false },
  { kind: 'legacy', word: 'a bare id', isCovered: false },
  { kind: 'unknown', word: 'an unknown actor', isCovered: false },
  { kind: 'neverArrived', word: 'never reached the edge', isCovered: false },
];

/** The kinds that there are, with their part of all events. */
export function partsOf({ byKind, events }: CoverageShare) {
  return kinds
    .map(({ kind, word, isCovered }) => ({
      kind,
      word,
      isCovered,
      count: byKind[kind],
      part: events === 0 ? 0 : byKind[kind] / events,
    }))
    .filter(({ count }) => count > 0);
}

type Slot = CoverageView['overTime'][number];

type Steps = Pick<CoverageView, 'from' | 'until' | 'overTime' | 'bucketMs'>;

const hourMs = 3_600_000;

export const isHourly = ({ bucketMs }: Pick<Steps, 'bucketMs'>): boolean => bucketMs === hourMs;

/** Every hour or day of the span, also those in which nothing happened. */
export function everySlot({ from, until, overTime, bucketMs }: Steps): Slot[] {
  const known = new Map(overTime.map((slot) => [Date.parse(slot.from), slot]));
  const slots: Slot[] = [];
  const untilMs = Date.parse(until);
  for (
    let atMs = Math.floor(Date.parse(from) / bucketMs) * bucketMs;
    atMs < untilMs;
    atMs += bucketMs
  )
    slots.push(known.get(atMs) ?? { from: new Date(atMs).toISOString(), events: 0, covered: 0 });
  return slots;
}

/** What is counted and stands in no line of a grouping; null where everything does. */
export function othersText({ others }: Pick<CoverageView, 'others'>, by: Grouping): string | null {
  const count = by === 'jobs' ? others.ofJobs : others.writes;
  if (count === 0) return null;
  const events = count === 1 ? '1 more event is' : `${count.toLocaleString('en')} more events are`;
  return `${events} counted above and not told apart: of ${by} that are rare.`;
}

/** "public.orders" is "orders". */
export function shortName(name: string): string {
  return name.startsWith('public.') ? name.slice('public.'.length) : name;
}
