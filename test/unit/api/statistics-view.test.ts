import { describe, expect, test } from 'vitest';
import { sumsView } from '../../../src/api/statistics-view.ts';
import type { Counts } from '../../../src/store/read-rollups.ts';
import { rollupCounts } from '../../../src/store/rollup-line.ts';

function counts(some: Partial<Counts>): Counts {
  const none = Object.fromEntries(rollupCounts.map((name) => [name, 0])) as Counts;
  return { ...none, ...some };
}

describe('the share of deliveries that were right the first time', () => {
  test.each([
    ['is not known before an attempt has ended', { deliveries: 12, attempts: 12 }, null],
    [
      'leaves out what runs',
      { deliveries: 12, attempts: 12, delivered: 3, delivered_first: 3, failed: 1 },
      3 / 4,
    ],
    [
      'counts what was tried again as wrong, however it ended',
      { deliveries: 4, attempts: 6, delivered: 4, delivered_first: 2, failed: 2 },
      2 / 4,
    ],
    [
      'counts what its sender cancelled',
      { deliveries: 2, attempts: 2, delivered: 1, delivered_first: 1, cancelled: 1 },
      1 / 2,
    ],
    [
      'is never above all, while more retries run than deliveries failed',
      { deliveries: 4, attempts: 9, delivered: 3, delivered_first: 3, failed: 3 },
      1,
    ],
  ])('%s', (_, some, share) => {
    expect(sumsView([counts(some)]).firstTimeShare).toBe(share);
  });
});
