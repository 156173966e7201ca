// How many runs platforms allow at once, as the configuration says of destinations.
import type { KnownDestination } from '../config/configuration.ts';
import { messageOf } from '../error-message.ts';
import type { ApiDeps } from './deps.ts';

export type ConcurrencyLimits = {
  /** Whether any is known: otherwise nobody needs to look for what they are of. */
  areAny: boolean;
  /** Of all of these destinations together; null: not known of each, or there are none. */
  of(destinations: Iterable<string>): number | null;
};

export function concurrencyLimits(
  known: ReadonlyMap<string, Pick<KnownDestination, 'concurrencyLimit'>>,
): ConcurrencyLimits {
  const limits = new Map(
    [...known].flatMap(([url, { concurrencyLimit }]) =>
      concurrencyLimit === undefined ? [] : [[url, concurrencyLimit] as const],
    ),
  );
  return {
    areAny: limits.size > 0,
    of(destinations) {
      const found = [...new Set(destinations)].map((url) => limits.get(url) ?? null);
      if (found.length === 0) return null;
      return found.reduce((sum, limit) => (sum === null || limit === null ? null : sum + limit), 0);
    },
  };
}

/** None where the configuration cannot be read: whoever asks shows the rest. */
export async function readConcurrencyLimits(
  deps: Pick<ApiDeps, 'knownDestinations' | 'report'>,
): Promise<ConcurrencyLimits> {
  try {
    return concurrencyLimits(await deps.knownDestinations());
  } catch (error) {
    deps.report('The limits of destinations could not be read.', { error: messageOf(error) });
    return concurrencyLimits(new Map());
  }
}
