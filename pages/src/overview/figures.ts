// The six figures of the overview in words, each beside the period before. Pure.
import type { Overview } from '../../../src/api/statistics-views.ts';
import {
  compared,
  comparedShare,
  isSlower,
  withChange,
  type Figure,
} from '../statistics/figure.ts';
import { countedText, countText, latencyText, shareText } from '../statistics/numbers.ts';
import { beforeOf } from '../statistics/ranges.ts';

export const figureNames = [
  'Cascades',
  'Deliveries',
  'Right first time',
  'Dead letters',
  '95 % answer within',
  'Coverage',
] as const;

export function figuresOf(overview: Pick<Overview, 'range' | 'figures' | 'previous'>): Figure[] {
  const { figures, previous, range } = overview;
  const errors = comparedShare(figures.errorRate, previous.errorRate, 'up');
  const first = comparedShare(figures.firstTimeShare, previous.firstTimeShare, 'down');
  const coverage = comparedShare(figures.coverage.share, previous.coverage.share, 'down');
  const p95 = figures.latency.p95Ms;
  const p95Before = previous.latency.p95Ms;
  const [cascades, deliveries, right, dead, within, covered] = figureNames;
  return [
    {
      name: cascades,
      value: countText(figures.cascades),
      note: compared(figures.cascades, previous.cascades, range),
      tone: null,
      isBad: false,
    },
    {
      name: deliveries,
      value: countText(figures.deliveries),
      note: `${countedText(figures.attempts, 'attempt')}, ${shareText(figures.errorRate)} failed`,
      tone: errors.tone,
      isBad: false,
    },
    {
      name: right,
      value: shareText(figures.firstTimeShare),
      note: withChange(`${countText(figures.retries)} tried again`, first),
      tone: first.tone,
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
      name: within,
      value: latencyText(p95),
      note:
        p95Before === null
          ? 'nothing to compare'
          : `${latencyText(p95Before)} in ${beforeOf[range]}`,
      tone: isSlower(p95, p95Before) ? 'retry' : null,
      isBad: false,
    },
    {
      name: covered,
      value: shareText(figures.coverage.share),
      note: withChange('writes of known cause', coverage),
      tone: coverage.tone,
      isBad: false,
    },
  ];
}
