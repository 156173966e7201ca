// The six figures of one job in words. Pure.
import type { JobDetail } from '../../../src/api/statistics-views.ts';
import {
  compared,
  comparedShare,
  isSlower,
  withChange,
  type Figure,
} from '../statistics/figure.ts';
import { atOnceText, isNearLimit } from './at-once.ts';
import { countedText, countText, latencyText, shareText } from '../statistics/numbers.ts';

export const jobFigureNames = [
  'Deliveries',
  'Failed attempts',
  'Dead letters',
  'Half answer within',
  '95 % answer within',
  'At once, at most',
] as const;

type Numbers = Pick<
  JobDetail,
  'range' | 'figures' | 'previous' | 'usual' | 'peak' | 'concurrencyLimit'
>;

export function jobFiguresOf(numbers: Numbers): Figure[] {
  const { range, figures, previous, usual } = numbers;
  const errors = comparedShare(figures.errorRate, previous.errorRate, 'up');
  const [deliveries, failed, dead, half, most, atOnce] = jobFigureNames;
  const usually = (ms: number | null): string =>
    ms === null ? 'nothing to compare' : `${latencyText(ms)} over ${usual.days} days`;
  const plain = { tone: null, isBad: false };
  return [
    {
      ...plain,
      name: deliveries,
      value: countText(figures.deliveries),
      note: compared(figures.deliveries, previous.deliveries, range),
    },
    {
      name: failed,
      value: shareText(figures.errorRate),
      note: withChange(countedText(figures.failures, 'attempt'), errors),
      tone: errors.tone,
      isBad: false,
    },
    {
      name: dead,
      value: countText(figures.deadLetters),
      note: compared(figures.deadLetters, previous.deadLetters, range),
      tone: null,
      isBad: figures.deadLetters > 0,
    },
    {
      name: half,
      value: latencyText(figures.latency.p50Ms),
      note: usually(usual.medianMs),
      tone: isSlower(figures.latency.p50Ms, usual.medianMs) ? 'retry' : null,
      isBad: false,
    },
    {
      name: most,
      value: latencyText(figures.latency.p95Ms),
      note: usually(usual.p95Ms),
      tone: isSlower(figures.latency.p95Ms, usual.p95Ms) ? 'retry' : null,
      isBad: false,
    },
    {
      name: atOnce,
      value: atOnceText(numbers),
      note: `${countText(figures.answered429)} answered 429, ${countText(figures.timedOut)} timed out`,
      tone: figures.answered429 + figures.timedOut > 0 || isNearLimit(numbers) ? 'retry' : null,
      isBad: false,
    },
  ];
}
