// Destinations with what was counted of them and how their circuits stand.
import { messageOf } from '../error-message.ts';
import type { CircuitFacts } from '../circuits/circuit-report.ts';
import type { DeliverySeries, Totals } from '../store/read-rollups.ts';
import type { ApiDeps } from './deps.ts';
import type { ConcurrencyLimits } from './concurrency-limits.ts';
import type { StatisticsSpan } from './statistics-span.ts';
import { byFailures, countsView, deliveriesOverTime } from './statistics-view.ts';
import type { DestinationSummary } from './statistics-views.ts';

export type KnownCircuits = { circuits: readonly CircuitFacts[]; objectsOutOfReach: number };

/** Null where the objects that keep them do not answer: whoever asks shows the rest, and says so. */
export async function readCircuits(
  deps: Pick<ApiDeps, 'circuits' | 'report'>,
): Promise<KnownCircuits | null> {
  try {
    return await deps.circuits.list();
  } catch (error) {
    deps.report('Circuits could not be read.', { error: messageOf(error) });
    return null;
  }
}

type DestinationTotals = Totals & { destination: string | null };

/** What was counted of destinations in a span: in all, and over time. */
type DestinationFigures = {
  totals: readonly DestinationTotals[];
  series: readonly (DeliverySeries & Pick<DestinationTotals, 'destination'>)[];
};

/**
 * @param figures of each destination one total and series, or several to be added up; those of no known destination are left out
 * @param known.circuits null: not known
 */
export function destinationSummaries(
  { totals, series }: DestinationFigures,
  known: { circuits: KnownCircuits | null; limits: ConcurrencyLimits },
  spans: StatisticsSpan,
): DestinationSummary[] {
  const circuits = new Map(
    known.circuits?.circuits.map((circuit) => [circuit.destination, circuit]),
  );
  const drawn = deliveriesOverTime<{ destination: string | null }>(
    spans,
    series,
    ({ destination }) => destination,
  );
  return [...Map.groupBy(totals, ({ destination }) => destination)]
    .flatMap(([destination, list]) =>
      destination === null
        ? []
        : [
            {
              ...countsView(list),
              destination,
              circuit: circuits.get(withoutQuery(destination)) ?? null,
              concurrencyLimit: known.limits.of([destination]),
              deliveriesOverTime: drawn({ destination }),
            },
          ],
    )
    .toSorted(byFailures);
}

/** As a circuit names it. */
function withoutQuery(destination: string): string {
  return destination.split('?', 1)[0] ?? destination;
}
