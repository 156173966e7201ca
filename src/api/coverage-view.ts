// Coverage as the API tells it: events whose cause is known, of all that the database recorded. Pure.
import type { GapCount } from '../store/read-coverage.ts';
import type { WritesOfJob, WritesOfTrigger } from '../store/read-writes.ts';
import type { CoverageShare } from './coverage-views.ts';

/** Writes that are alike. */
type WriteCount = WritesOfTrigger | WritesOfJob;
type Kind = keyof CoverageShare['byKind'];

/** Of all. What never arrived was recorded by the database, and nobody knows its cause. */
export function coverageOf(
  writes: readonly WriteCount[],
  gaps: readonly Pick<GapCount, 'kind' | 'events'>[],
): CoverageShare {
  const byKind: CoverageShare['byKind'] = {
    user: 0,
    declared: 0,
    certain: 0,
    weak: 0,
    pending: 0,
    carried: 0,
    unattributed: 0,
    legacy: 0,
    unknown: 0,
    neverArrived: 0,
  };
  for (const write of writes) byKind[kindOf(write)] += write.events;
  for (const gap of gaps) if (gap.kind === 'never_arrived') byKind.neverArrived += gap.events;
  const events = Object.values(byKind).reduce((total, count) => total + count, 0);
  const covered = byKind.user + byKind.declared + byKind.certain;
  return { events, covered, share: events === 0 ? null : covered / events, byKind };
}

/** Events that are counted and of which it is not told where they were written, or by what job, since they are rare. */
export function othersOf(writes: readonly WriteCount[]): number {
  return writes.reduce((total, { isOthers, events }) => total + (isOthers ? events : 0), 0);
}

/** For each source and name, the least covered first; without {@link othersOf}. */
export function coverageBy<Write extends WriteCount, Gap extends GapCount>(
  writes: readonly Write[],
  gaps: readonly Gap[],
  nameOf: (count: Write | Gap) => string,
): ({ source: string; name: string } & CoverageShare)[] {
  const all = new Map<string, { source: string; name: string; writes: Write[]; gaps: Gap[] }>();
  const groupOf = (count: Write | Gap) => {
    const { source } = count;
    const name = nameOf(count);
    const text = JSON.stringify([source, name]);
    const group = all.get(text) ?? { source, name, writes: [], gaps: [] };
    all.set(text, group);
    return group;
  };
  for (const write of writes) if (!write.isOthers) groupOf(write).writes.push(write);
  for (const gap of gaps) groupOf(gap).gaps.push(gap);
  return [...all.values()]
    .map(({ source, name, ...group }) => ({
      source,
      name,
      ...coverageOf(group.writes, group.gaps),
    }))
    .toSorted(
      (a, b) => b.events - b.covered - (a.events - a.covered) || (a.name < b.name ? -1 : 1),
    );
}

/** A certain link says more than the name; a person or a declared action needs none. */
function kindOf({ namedBy, evidence }: WriteCount): Kind {
  if (evidence === 'certain') return 'certain';
  if (namedBy === 'user' || namedBy === 'declared') return namedBy;
  if (evidence !== null) return evidence;
  // A hop that is named and not linked: too old, so that it proves nothing.
  return namedBy === 'hop' ? 'carried' : namedBy;
}
