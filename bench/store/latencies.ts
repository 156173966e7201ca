// What was measured of each sort of request, and what is told of it.
import { round } from '../harness/rounds.ts';
import type { Sort } from './requests.ts';

export type Measured = { sort: Sort; ms: number[] };

/** @param share from 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The sort with the highest p99 first. */
export function tellLatencies(title: string, measured: readonly Measured[]): void {
  console.log(`${title}, ms: p50 / p99`);
  for (const { sort, ms } of measured.toSorted(
    (a, b) => quantile(b.ms, 0.99) - quantile(a.ms, 0.99),
  )) {
    console.log(`  ${sort.name}: ${round(quantile(ms, 0.5))} / ${round(quantile(ms, 0.99))}`);
  }
}

/** The highest p99 of those with this goal; NaN where there is none. */
export function worstP99(measured: readonly Measured[], goal: Sort['goal']): number {
  const all = measured.filter(({ sort }) => sort.goal === goal).map(({ ms }) => quantile(ms, 0.99));
  return all.length === 0 ? Number.NaN : Math.max(...all);
}
