// Destinations with what was counted of them and how their circuits stand.
import { messageOf } from '../error-message.ts';
import type { CircuitFacts } from '../circuits/circuit-report.ts';
import type { Totals } from '../store/read-rollups.ts';
import type { ApiDeps } from './deps.ts';
import { byFailures, countsView } from './statistics-view.ts';
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

/** @param totals of each destination one, or several to be added up; those of no known destination are left out */
export function destinationSummaries(
  totals: readonly (Totals & { destination: string | null })[],
  known: KnownCircuits | null,
): DestinationSummary[] {
  const circuits = new Map(known?.circuits.map((circuit) => [circuit.destination, circuit]));
  return [...Map.groupBy(totals, ({ destination }) => destination)]
    .flatMap(([destination, list]) =>
      destination === null
        ? []
        : [
            {
              ...countsView(list),
              destination,
              circuit: circuits.get(withoutQuery(destination)) ?? null,
            },
          ],
    )
    .toSorted(byFailures);
}

/** As a circuit names it. */
function withoutQuery(destination: string): string {
  return destination.split('?', 1)[0] ?? destination;
}
