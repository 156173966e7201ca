// Numbers, figures, bars and links of the overview and the pages of jobs.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barOf, mostOf, totalOf, type Slot } from '../../../pages/src/chart/stack.ts';
import { linkOf } from '../../../pages/src/overview/finding-actions.ts';
import { figureNames, figuresOf } from '../../../pages/src/overview/figures.ts';
import { parseOverviewSearch } from '../../../pages/src/overview/search.ts';
import {
  changeOf,
  latencyText,
  pointsOf,
  shareText,
} from '../../../pages/src/statistics/numbers.ts';
import { stepText } from '../../../pages/src/statistics/ranges.ts';
import { findingSchema, type Finding, type Overview } from '../../../src/api/statistics-views.ts';

const slots = fc.record({
  atMs: fc.constant(0),
  first: fc.nat({ max: 1_000_000 }),
  retried: fc.nat({ max: 1_000_000 }),
  failed: fc.nat({ max: 1_000_000 }),
});

describe('a bar', () => {
  test('shows every failure, however many others there are, and is never higher than the chart', () => {
    fc.assert(
      fc.property(
        slots,
        fc.nat({ max: 10_000_000 }),
        fc.integer({ min: 60, max: 400 }),
        (slot: Slot, others, heightPx) => {
          const bar = barOf(slot, Math.max(totalOf(slot), others), heightPx);
          expect(bar.firstPx + bar.retriedPx + bar.failedPx).toBeLessThanOrEqual(heightPx + 1e-6);
          expect(bar.failedPx >= 4).toBe(slot.failed > 0);
          expect(bar.failedPx > 0).toBe(slot.failed > 0);
          // What there is none of takes no room; what there is may have to give its room away.
          expect(bar.retriedPx > 0 && slot.retried === 0).toBe(false);
          expect(bar.firstPx > 0 && slot.first === 0).toBe(false);
        },
      ),
    );
  });

  test('is as high as its share of the highest', () => {
    const slot = { atMs: 0, first: 40, retried: 40, failed: 20 };
    expect(barOf(slot, 200, 200)).toEqual({ firstPx: 40, retriedPx: 40, failedPx: 20 });
    expect(mostOf([])).toBe(1);
    expect(mostOf([slot, { ...slot, first: 100 }])).toBe(160);
  });
});

describe('numbers', () => {
  test('never round a gap or a failure away', () => {
    expect(shareText(1)).toBe('100 %');
    expect(shareText(0.9999)).toBe('>99.9 %');
    expect(shareText(0.979)).toBe('97.9 %');
    expect(shareText(0.0001)).toBe('<0.1 %');
    expect(shareText(0)).toBe('0 %');
    expect(shareText(null)).toBe('–');
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (share) => {
        expect(['0 %', '100 %', '0.0 %', '100.0 %']).not.toContain(shareText(share));
      }),
    );
  });

  test('tell what has become of them', () => {
    expect(changeOf(104, 100)?.text).toBe('+4 %');
    expect(changeOf(88, 100)?.text).toBe('−12 %');
    expect(changeOf(100_001, 100_000)?.text).toBe('+<1 %');
    expect(changeOf(3_000, 100)?.text).toBe('30 times as many');
    expect(changeOf(5, 0)).toBeNull();
    expect(pointsOf(0.92, 0.97)).toEqual({ text: 'down 5.0 points', direction: 'down' });
    expect(pointsOf(null, 0.97)).toBeNull();
  });

  test('are no more exact than they were measured', () => {
    expect(latencyText(1_234.56)).toBe('1.23 s');
    expect(latencyText(388.4)).toBe('388 ms');
    expect(latencyText(null)).toBe('–');
    expect([60_000, 300_000, 3_600_000, 21_600_000, 86_400_000].map(stepText)).toEqual([
      'minute',
      '5 minutes',
      'hour',
      '6 hours',
      'day',
    ]);
  });
});

const counts: Overview['figures'] = {
  events: 100,
  cascades: 40,
  coverage: { events: 100, covered: 92, share: 0.92 },
  deliveries: 200,
  attempts: 220,
  retries: 20,
  delivered: 198,
  deliveredFirst: 190,
  failures: 22,
  timedOut: 1,
  answered429: 2,
  deadLetters: 2,
  errorRate: 0.1,
  firstTimeShare: 0.95,
  latency: { attempts: 220, p50Ms: 100, p95Ms: 400, p99Ms: 900 },
};

describe('the six figures', () => {
  test('stand beside the period before, and say in colour only what is worse', () => {
    const coverage = { events: 50, covered: 49, share: 0.98 };
    const before = { ...counts, cascades: 20, errorRate: 0.02, deadLetters: 0, coverage };
    const figures = figuresOf({ range: '24h', figures: counts, previous: before });
    expect(figures.map(({ name }) => name)).toEqual([...figureNames]);
    expect(figures[0]).toMatchObject({ value: '40', note: '+100 % on the day before', tone: null });
    expect(figures[1]).toMatchObject({ note: '220 attempts, 10.0 % failed', tone: 'retry' });
    expect(figures[2]).toMatchObject({ value: '95.0 %', note: '20 tried again, unchanged' });
    expect(figures[3]).toMatchObject({ value: '2', note: 'none in the day before', isBad: true });
    expect(figures[4]).toMatchObject({ value: '400 ms', tone: null });
    expect(figures[5]).toMatchObject({ value: '92.0 %', tone: 'retry' });
  });

  test('compare nothing with nothing', () => {
    const none = {
      ...counts,
      events: 0,
      deliveries: 0,
      deadLetters: 0,
      cascades: 0,
      coverage: { events: 0, covered: 0, share: null },
      errorRate: null,
      firstTimeShare: null,
      latency: { attempts: 0, p50Ms: null, p95Ms: null, p99Ms: null },
    };
    const figures = figuresOf({ range: '1h', figures: none, previous: none });
    expect(figures.map(({ tone }) => tone)).toEqual([null, null, null, null, null, null]);
    expect(figures.some(({ isBad }) => isBad)).toBe(false);
    expect(JSON.stringify(figures)).not.toMatch(/NaN|Infinity|null %/);
  });
});

describe('a finding', () => {
  test('leads somewhere, whatever it is about, and into no other site', () => {
    for (const kind of findingSchema.shape.kind.options) {
      for (const subject of [null, 'a/b?c#d', '//evil.example']) {
        const finding = {
          kind,
          severity: 'error',
          finding: 'x',
          reason: 'y',
          count: 1,
          at: null,
          source: null,
          subject,
          cascadeId: null,
        } satisfies Finding;
        const link = linkOf(finding);
        expect(link === null).toBe(kind === 'not_counted');
        const { host } = new URL(link?.href ?? '/', 'https://here.example');
        expect(host).toBe('here.example');
      }
    }
  });

  test('of dead letters leads to those of its job', () => {
    const finding = {
      kind: 'dead_letters',
      severity: 'error',
      finding: 'x',
      reason: 'y',
      count: 41,
      at: null,
      source: 'shop',
      subject: 'notify supplier',
      cascadeId: null,
    } satisfies Finding;
    expect(linkOf(finding)).toEqual({
      label: 'Review and replay',
      href: '/dead?job=notify%20supplier',
    });
  });
});

test('the address keeps what is known and drops the rest', () => {
  expect(parseOverviewSearch({ range: '7d', feed: 'people', other: 1 })).toEqual({
    range: '7d',
    feed: 'people',
  });
  expect(parseOverviewSearch({ range: '1y', feed: 7 })).toEqual({});
});
