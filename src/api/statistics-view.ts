// Totals as the API shows them: sums, shares, percentiles. Pure; where a list ends and what comes first is said here too.
import {
  countOf,
  type Histogram,
  mergeHistograms,
  percentileOf,
  type PackedHistogram,
} from '../store/latency-histogram.ts';
import type { Counts, DeliverySeries, Totals } from '../store/read-rollups.ts';
import type { StepsSpan } from './statistics-span.ts';
import type { CountsView, Figures, StepView } from './statistics-views.ts';

export type Counted = Counts & { latency: PackedHistogram };

/** What all of them count together, but for latencies. */
export function sumsView(list: readonly Counts[]): Omit<CountsView, 'latency'> {
  const sum = (name: keyof Counts): number => sumOf(list, name);
  const failures = sum('failed') + sum('unreachable') + sum('timed_out');
  const delivered = sum('delivered');
  const deliveries = sum('deliveries');
  const deliveredFirst = sum('delivered_first');
  const running = sum('attempts') - delivered - failures - sum('cancelled');
  return {
    deliveries,
    attempts: sum('attempts'),
    retries: sum('attempts') - deliveries,
    delivered,
    deliveredFirst,
    failures,
    timedOut: sum('timed_out'),
    answered429: sum('answered_429'),
    deadLetters: sum('dead'),
    errorRate: shareOf(failures, failures + delivered),
    // What runs is nearly always a first attempt; where retries run too, at least what was delivered first has ended.
    firstTimeShare: shareOf(deliveredFirst, Math.max(deliveredFirst, deliveries - running)),
  };
}

/** What all of them count together. */
export function countsView(list: readonly Counted[]): CountsView {
  return {
    ...sumsView(list),
    latency: latencyView(mergeHistograms(list.map(({ latency }) => latency))),
  };
}

/** @param neverArrived events that only the event log has, in the same time */
export function figures(list: readonly Counted[], neverArrived: number): Figures {
  return {
    ...countsView(list),
    events: sumOf(list, 'events'),
    cascades: sumOf(list, 'cascades'),
    coverage: coveredView(list, neverArrived),
  };
}

export function coveredView(list: readonly Counts[], neverArrived: number): Figures['coverage'] {
  const events = sumOf(list, 'writes') + neverArrived;
  const covered = sumOf(list, 'covered');
  return { events, covered, share: shareOf(covered, events) };
}

export function sumOf(list: readonly Counts[], name: keyof Counts): number {
  return list.reduce((total, one) => total + one[name], 0);
}

function latencyView(histogram: Histogram): CountsView['latency'] {
  return {
    attempts: countOf(histogram),
    p50Ms: roundedMs(percentileOf(histogram, 0.5)),
    p95Ms: roundedMs(percentileOf(histogram, 0.95)),
    p99Ms: roundedMs(percentileOf(histogram, 0.99)),
  };
}

/** Three digits: there is no more in an estimate. */
export function roundedMs(ms: number | null): number | null {
  return ms === null ? null : Number(ms.toPrecision(3));
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

const lengthOf = ({ drawn, bucketMs }: StepsSpan): number =>
  Math.ceil((drawn.untilMs - drawn.fromMs) / bucketMs);

/** The beginnings of all steps, RFC 3339 with six digits as the store tells them. */
export function stepsOf(spans: StepsSpan): string[] {
  const { drawn, bucketMs } = spans;
  return Array.from({ length: lengthOf(spans) }, (_, index) =>
    new Date(drawn.fromMs + index * bucketMs).toISOString().replace('Z', '000Z'),
  );
}

/**
 * Deliveries of each kind for each step of time, the oldest first.
 * @param kindOf what a series is of; those of one kind are added up
 */
export function deliveriesOverTime<K>(
  spans: StepsSpan,
  series: readonly (K & DeliverySeries)[],
  kindOf: (of: NoInfer<K>) => string | null,
): (of: NoInfer<K>) => number[] {
  const { drawn, bucketMs } = spans;
  const byKind = Map.groupBy(series, kindOf);
  return (of) => {
    const sums = Array.from({ length: lengthOf(spans) }, () => 0);
    for (const { steps, deliveries } of byKind.get(kindOf(of)) ?? []) {
      steps.forEach((ms, index) => {
        const step = (ms - drawn.fromMs) / bucketMs;
        sums[step] = (sums[step] ?? 0) + (deliveries[index] ?? 0);
      });
    }
    return sums;
  };
}

/** A step of each, also of those in which nothing happened. */
export function overTime(spans: StepsSpan, totals: readonly Totals[]): StepView[] {
  const byStep = Map.groupBy(totals, ({ at }) => at);
  return stepsOf(spans).map((from) => {
    const counts = countsView(byStep.get(from) ?? []);
    const { p50Ms, p95Ms, p99Ms } = counts.latency;
    return {
      from,
      deliveries: counts.deliveries,
      attempts: counts.attempts,
      deliveredFirst: counts.deliveredFirst,
      deliveredLater: counts.delivered - counts.deliveredFirst,
      failures: counts.failures,
      deadLetters: counts.deadLetters,
      errorRate: counts.errorRate,
      p50Ms,
      p95Ms,
      p99Ms,
    };
  });
}

type Failing = Pick<CountsView, 'deadLetters' | 'failures' | 'deliveries' | 'attempts'>;

/** What fails most often first, then what delivers most. */
export function byFailures(a: Failing, b: Failing): number {
  return (
    b.deadLetters + b.failures - (a.deadLetters + a.failures) ||
    b.deliveries - a.deliveries ||
    b.attempts - a.attempts
  );
}
