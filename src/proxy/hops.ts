// Counts how often one request has come through an edge, so that a destination which leads back here ends
// instead of going round for ever. Pure.
import type { FieldReader } from './header-fields.ts';

/** Written to every delivery; a sender that passes its headers on passes the count on. */
export const hopsHeader = 'x-throughline-hops';

/** A chain of this many edges is taken for a circle. */
export const maxHops = 8;

/** Edges that this request has come through. A list, as joined headers give it, counts as its largest. */
export function hopsOf(headers: FieldReader): number {
  const field = headers.get(hopsHeader);
  if (field === null) return 0;
  const counts = field.match(/\d{1,9}/g) ?? [];
  return Math.max(0, ...counts.map(Number));
}
