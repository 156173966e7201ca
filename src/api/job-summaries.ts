// Jobs in a span of time, each with what was counted of it: for their list, and for the overview.
import type { StoreClient } from '../store/client.ts';
import { readPeaks, readTotals } from '../store/read-rollups.ts';
import type { StatisticsSpan } from './statistics-span.ts';
import { byFailures, countsView, deliveriesOverTime } from './statistics-view.ts';
import type { JobSummary } from './statistics-views.ts';

const by = ['source', 'job'] as const;

/** What tells jobs apart. */
export const keyOf = ({ source, job }: { source: string | null; job: string | null }): string =>
  JSON.stringify([source, job]);

/** What fails most often first, then what delivers most. Events that went nowhere and what is folded is not among them. */
export async function readJobSummaries(
  client: StoreClient,
  spans: StatisticsSpan,
): Promise<JobSummary[]> {
  const totals = await readTotals(client, spans.span, { by });
  const drawn = deliveriesOverTime(
    spans,
    await readTotals(client, spans.drawn, { by, bucketMs: spans.bucketMs, withLatency: false }),
    keyOf,
  );
  const peaks = new Map(
    (await readPeaks(client, spans.span)).map((found) => [keyOf(found), found.peak]),
  );
  return totals
    .flatMap((total) => {
      const { source, job } = total;
      if (source === null || job === null) return [];
      return [
        {
          ...countsView([total]),
          source,
          job,
          peak: peaks.get(keyOf(total)) ?? null,
          deliveriesOverTime: drawn(total),
        },
      ];
    })
    .toSorted(byFailures);
}
