// How one run's time stands beside what is usual for its job, in words. Pure.
import type { UsualDuration } from '../../../src/api/statistics-views.ts';
import { formatSpan } from '../time/format.ts';

/** Fewer attempts than these say nothing of what is usual. */
const enough = 5;

export interface Usual {
  text: string;
  /** Longer than 95 of 100. */
  isSlow: boolean;
}

/** @param durationMs of the run; null while it has no end. @returns null where nothing is known to be usual */
export function usualOf(usual: UsualDuration, durationMs: number | null): Usual | null {
  const { medianMs, p95Ms, attempts, days } = usual;
  if (medianMs === null || p95Ms === null || attempts < enough) return null;
  const isSlow = durationMs !== null && durationMs > p95Ms;
  return {
    text: `${formatSpan(medianMs)}, 95 % within ${formatSpan(p95Ms)} (${attempts.toLocaleString('en')} attempts, ${days} days)`,
    isSlow,
  };
}
