// Jobs in a span of time, each with what was counted of it: for their list, and for the overview.
import type { StoreClient } from '../store/client.ts';
import { readDeliveries, readPeaks, readTotals, type Totals } from '../store/read-rollups.ts';
import type { StatisticsSpan } from './statistics-span.ts';
import { byFailures, countsView, deliveriesOverTime } from './statistics-view.ts';
import type { JobSummary } from './statistics-views.ts';

const by = ['source', 'job'] as const;

/** What tells jobs apart. */
export const keyOf = ({ source, job }: { source: string | null; job: string | null }): string =>
  JSON.stringify([source, job]);

type JobTotals = Totals & { source: string | null; job: string | null };

/**
 * What fails most often first, then what delivers most. Events that went nowhere and what is folded is not among them.
 * @param counted the totals of the span where they have been read, told by source, job and whatever else
 */
export async function readJobSummaries(
  client: StoreClient,
  spans: StatisticsSpan,
  counted?: readonly JobTotals[],
): Promise<JobSummary[]> {
  const totals = counted ?? (await readTotals(client, spans.span, { by }));
  const drawn = deliveriesOverTime(
    spans,
    await readDeliveries(client, spans.drawn, { by, bucketMs: spans.bucketMs }),
    keyOf,
  );
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
