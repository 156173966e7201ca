// How long a delivery waits whose destination's circuit is open. Pure.

const second = 1_000;
const leastMs = 5 * second;
const longestMs = 1_800 * second;
/** Spread upwards, so that what waits for one destination does not come back together. */
const spread = 0.5;

/**
 * Until the circuit may be tried again, and the longer it has been open the longer: a destination that has been down
 * for hours is not asked about by every delivery every few minutes.
 * @param open.random from 0 up to, but not including, 1
 * @returns ms
 */
export function holdBackMs(open: {
  remainingMs: number;
  openForMs: number;
  random: number;
}): number {
  const byAgeMs = Math.min(open.openForMs / 4, longestMs);
  const waitMs = Math.max(open.remainingMs, byAgeMs, leastMs);
  return Math.round(waitMs * (1 + spread * open.random));
}
