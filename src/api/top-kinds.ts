// Which jobs and triggers the overview tells of: what fails most often, and what is delivered most. Pure. Only of these few
// it is read how they went over time.
import type { Among, Counts } from '../store/read-rollups.ts';
import { type JobKey, keyOf } from './job-summaries.ts';
import { byFailures, sumOf, sumsView } from './statistics-view.ts';
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
