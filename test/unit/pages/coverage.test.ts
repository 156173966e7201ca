import { describe, expect, test } from 'vitest';
import {
  beginOf,
  everySlot,
  othersText,
  parseCoverageSearch,
  partsOf,
  percentText,
  shortName,
} from '../../../pages/src/coverage/shares.ts';

describe('coverage in words', () => {
  test('never says 100 % where something is not covered', () => {
    expect(percentText(1)).toBe('100 %');
    expect(percentText(0.999_96)).toBe('99.9 %');
    expect(percentText(0.917)).toBe('92 %');
    expect(percentText(0)).toBe('0 %');
    expect(percentText(null)).toBe('–');
  });

  test('tells the kinds that there are, covered ones first, with their parts', () => {
    const none = { declared: 0, pending: 0, carried: 0, unattributed: 0, legacy: 0, unknown: 0 };
    const byKind = { ...none, user: 1, certain: 2, weak: 0, neverArrived: 1 };
    const parts = partsOf({ events: 4, covered: 3, share: 0.75, byKind });
    expect(parts.map(({ kind, part, isCovered }) => [kind, part, isCovered])).toEqual([
      ['user', 0.25, true],
      ['certain', 0.5, true],
      ['neverArrived', 0.25, false],
    ]);
  });

  test('has a slot for every hour of the span, also where nothing happened', () => {
    const slots = everySlot({
      from: '2026-11-24T10:20:00.000Z',
      until: '2026-11-24T13:20:00.000Z',
      bucketMs: 3_600_000,
      overTime: [{ from: '2026-11-24T12:00:00.000Z', events: 4, covered: 3 }],
    });
    expect(slots.map(({ from, events }) => [from.slice(11, 16), events])).toEqual([
      ['10:00', 0],
      ['11:00', 0],
      ['12:00', 4],
      ['13:00', 0],
    ]);
  });

  test('has a slot for every day where it is told by the day, whatever form the times have', () => {
    const slots = everySlot({
      from: '2026-11-20T10:00:00.000Z',
      until: '2026-11-24T10:00:00.000Z',
      bucketMs: 86_400_000,
      overTime: [{ from: '2026-11-21T00:00:00+00:00', events: 9, covered: 9 }],
    });
    expect(slots.map(({ events }) => events)).toEqual([0, 9, 0, 0, 0]);
  });

  test('says how much stands in no line of a grouping', () => {
    const view = { others: { writes: 1_200, ofJobs: 1 } };
    expect(othersText(view, 'tables')).toBe(
      '1,200 more events are counted above and not told apart: of tables that are rare.',
    );
    expect(othersText(view, 'jobs')).toContain('1 more event is');
    expect(othersText({ others: { writes: 0, ofJobs: 1 } }, 'triggers')).toBeNull();
  });

  test('keeps range and grouping in the address, and drops what it does not know', () => {
    expect(parseCoverageSearch({ range: '7d', by: 'jobs' })).toEqual({ range: '7d', by: 'jobs' });
    expect(parseCoverageSearch({ range: '9y', by: 3 })).toEqual({});
    expect(beginOf('7d', Date.parse('2026-11-24T10:00:00Z'))).toBe('2026-11-17T10:00:00.000Z');
  });

  test('leaves the schema public out of a table’s name', () => {
    expect(shortName('public.orders')).toBe('orders');
    expect(shortName('billing.orders')).toBe('billing.orders');
  });
});
