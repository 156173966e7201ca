// Triggers in a span of time, each with what was counted of it. Pure.
import type { GapCount } from '../store/read-coverage.ts';
import type { DeliverySeries } from '../store/read-rollups.ts';
import type { StatisticsSpan } from './statistics-span.ts';
import {
  type Counted,
  countsView,
  coveredView,
  deliveriesOverTime,
  sumOf,
} from './statistics-view.ts';
import type { TriggerSummary } from './statistics-views.ts';

/** Null: none, or folded. */
export type TriggerKey = { source: string | null; trigger: string | null };

/** What tells triggers apart. */
export const nameOf = ({ source, trigger }: TriggerKey): string =>
  JSON.stringify([source, trigger]);

/** Events that only the event log has. */
export const neverArrived = (gaps: readonly GapCount[]): number =>
  gaps
    .filter(({ kind }) => kind === 'never_arrived')
    .reduce((total, { events }) => total + events, 0);

/**
 * In the order of `triggers`.
 * @param counted what was counted of each and how it went over time, told by source, trigger and whatever else
 */
export function triggerSummaries(
  triggers: readonly { source: string; trigger: string }[],
  spans: StatisticsSpan,
  counted: {
    totals: readonly (Counted & TriggerKey)[];
    series: readonly (DeliverySeries & TriggerKey)[];
  },
  gaps: readonly GapCount[],
): TriggerSummary[] {
  const drawn = deliveriesOverTime<TriggerKey>(spans, counted.series, nameOf);
  const totals = Map.groupBy(counted.totals, nameOf);
  return triggers.map(({ source, trigger }) => {
    const ofOne = totals.get(nameOf({ source, trigger })) ?? [];
    return {
      ...countsView(ofOne),
      source,
      trigger,
      events: sumOf(ofOne, 'events'),
      coverage: coveredView(
        ofOne,
        neverArrived(gaps.filter((gap) => gap.source === source && gap.trigger === trigger)),
      ),
      deliveriesOverTime: drawn({ source, trigger }),
    };
  });
}
