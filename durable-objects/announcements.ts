// When an announcement is sent again, and when nobody tries any more. Pure.

const second = 1_000;
const hour = 3_600_000;
const firstPauseMs = 10 * second;
const longestPauseMs = hour;

/** Whoever is told has so long to be reached. The API shows what was announced all the same. */
export const announcedForMs = 72 * hour;

/** The pause after so many tries, from 1: doubles from ten seconds to an hour. */
export function announcementPauseMs(tries: number): number {
  return Math.min(firstPauseMs * 2 ** Math.min(tries - 1, 20), longestPauseMs);
}
