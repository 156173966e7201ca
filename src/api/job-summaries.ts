// Jobs in a span of time, each with what was counted of it: for their list, and for the overview.
import type { StoreClient } from '../store/client.ts';
import { type DeliverySeries, readPeaks } from '../store/read-rollups.ts';
import type { StatisticsSpan } from './statistics-span.ts';
import { byFailures, type Counted, countsView, deliveriesOverTime } from './statistics-view.ts';
import type { JobSummary } from './statistics-views.ts';

/** Null: none, or folded. */
export type JobKey = { source: string | null; job: string | null };

/** What tells jobs apart. */
export const keyOf = ({ source, job }: JobKey): string => JSON.stringify([source, job]);

/** What was counted in a span and how it went over time: told by source, job and whatever else. */
export type CountedJobs = {
  totals: readonly (Counted & JobKey)[];
  series: readonly (DeliverySeries & JobKey)[];
};

/**
 * What fails most often first, then what delivers most. Events that went nowhere and what is folded is not among them.
 */
export async function readJobSummaries(
  client: StoreClient,
  spans: StatisticsSpan,
  { totals, series }: CountedJobs,
): Promise<JobSummary[]> {
  const drawn = deliveriesOverTime<JobKey>(spans, series, keyOf);
  const peaks = new Map(
    (await readPeaks(client, spans.span)).map((found) => [keyOf(found), found.peak]),
  );
  return [...Map.groupBy(totals, keyOf).entries()]
    .flatMap(([key, ofJob]) => {
      const [{ source, job } = { source: null, job: null }] = ofJob;
      if (source === null || job === null) return [];
      return [
        {
          ...countsView(ofJob),
          source,
          job,
          peak: peaks.get(key) ?? null,
          deliveriesOverTime: drawn({ source, job }),
        },
      ];
    })
    .toSorted(byFailures);
}
