// Which jobs and triggers the overview tells of: what fails most often, and what is delivered most. Pure. Only of these few
// more is read than counts.
import type { Among, Counts, Totals } from '../store/read-rollups.ts';
import { type JobKey, keyOf } from './job-summaries.ts';
import { byFailures, type Counted, sumOf, sumsView } from './statistics-view.ts';
import { nameOf, type TriggerKey } from './trigger-summaries.ts';

const most = 10;

type Kind = JobKey & TriggerKey;

/** Of counts by source, trigger and job. What is folded or goes nowhere is not among them. */
export function topKinds(counts: readonly (Counts & Kind)[]): Among {
  return {
    jobs: [...Map.groupBy(counts, keyOf).values()]
      .flatMap((ofOne) => {
        const [{ source, job } = { source: null, job: null }] = ofOne;
        return source === null || job === null ? [] : [{ source, job, ...sumsView(ofOne) }];
      })
      .filter(({ failures, deadLetters }) => failures + deadLetters > 0)
      .toSorted(byFailures)
      .slice(0, most),
    triggers: [...Map.groupBy(counts, nameOf).values()]
      .flatMap((ofOne) => {
        const [{ source, trigger } = { source: null, trigger: null }] = ofOne;
        if (source === null || trigger === null) return [];
        const [deliveries, events] = [sumOf(ofOne, 'deliveries'), sumOf(ofOne, 'events')];
        return [{ source, trigger, deliveries, events }];
      })
      .toSorted((a, b) => b.deliveries - a.deliveries || b.events - a.events)
      .slice(0, most),
  };
}

/** @param latencies of those of `counts` that are told of; the others get none */
export function withLatencies<C extends Counts & Kind>(
  counts: readonly C[],
  latencies: readonly (Pick<Totals, 'latency'> & Kind)[],
): (C & Counted)[] {
  const kindOf = ({ source, trigger, job }: Kind): string => JSON.stringify([source, trigger, job]);
  const known = new Map(latencies.map((one) => [kindOf(one), one.latency]));
  return counts.map((one) => ({
    ...one,
    latency: known.get(kindOf(one)) ?? { buckets: [], counts: [] },
  }));
}
