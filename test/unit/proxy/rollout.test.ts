// Which events take a rollout: properties that hold for every row and percentage.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { takesRollout } from '../../../src/proxy/rollout.ts';

const table = { schema: 'public', name: 'orders' };
const ofRow = (rowKey: string, id = 'e') => ({ id, source: 'shop', table, rowKey });
const withoutRow = (id: string) => ({ id, source: 'shop', table: null, rowKey: null });
const percent = fc.double({ min: 0, max: 100, noNaN: true });

describe('a rollout', () => {
  test('keeps every row on one side, whatever event of it comes', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), percent, (row, one, other, share) => {
        expect(takesRollout('r', share, ofRow(row, one))).toBe(
          takesRollout('r', share, ofRow(row, other)),
        );
      }),
    );
  });

  test('only ever gains rows as its percentage grows', () => {
    fc.assert(
      fc.property(fc.string(), percent, percent, (row, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        expect(takesRollout('r', less, ofRow(row)) && !takesRollout('r', more, ofRow(row))).toBe(
          false,
        );
      }),
    );
  });

  test('takes nobody at 0 and everybody at 100', () => {
    fc.assert(
      fc.property(fc.string(), (row) => {
        expect(takesRollout('r', 0, ofRow(row))).toBe(false);
        expect(takesRollout('r', 100, ofRow(row))).toBe(true);
      }),
    );
  });

  test.each([1, 10, 50, 90])('takes about %d %% of rows that are numbered', (share) => {
    const rows = 20_000;
    const taken = Array.from({ length: rows }, (_, index) => String(index)).filter((row) =>
      takesRollout('orders', share, ofRow(row)),
    ).length;
    // Four standard deviations of as many throws.
    const allowed = 4 * Math.sqrt(rows * (share / 100) * (1 - share / 100));
    expect(Math.abs(taken - (rows * share) / 100)).toBeLessThan(allowed);
  });

  test('begins with other rows on another route, and tells tables and sources apart', () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => String(index));
    const sides = (route: string, change: object) =>
      rows.map((row) => takesRollout(route, 50, { ...ofRow(row), ...change }));
    const differing = (other: boolean[]) =>
      sides('r', {}).filter((side, index) => side !== other[index]).length;
    const others = [
      sides('s', {}),
      sides('r', { source: 'crm' }),
      sides('r', { table: { schema: 'public', name: 'mails' } }),
    ];
    for (const other of others) expect(differing(other)).toBeGreaterThan(400);
  });

  test('goes by the event’s id where there is no row', () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `event-${index}`);
    const taken = ids.filter((id) => takesRollout('r', 50, withoutRow(id))).length;
    expect(Math.abs(taken - 500)).toBeLessThan(64);
  });
});
