// How it is written down that a destination was passed over. It decides nothing.
import type { SkippedFacts } from '../store/record.ts';

/** A destination without its query, which may hold a secret. */
export function skippedFacts(destination: URL, why: SkippedFacts['why']): SkippedFacts {
  return { destination: destination.origin + destination.pathname, why };
}
