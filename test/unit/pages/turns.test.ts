import fc from 'fast-check';
import { expect, test } from 'vitest';
import { turnsOf } from '../../../pages/src/admin/turns.ts';

test('turns are counted as they were handed out, one after the other', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 9 }), (next, size) => {
      const destinations = Array.from({ length: size }, (_, index) => `https://${index}.example`);
      const counts = destinations.map(() => 0);
      for (let turn = 0; turn < next; turn += 1)
        counts[turn % size] = (counts[turn % size] ?? 0) + 1;
      const turns = turnsOf(next, destinations);
      expect(turns.map(({ count }) => count)).toEqual(counts);
      expect(turns.findIndex(({ isNext }) => isNext)).toBe(next % size);
      expect(turns.filter(({ isNext }) => isNext)).toHaveLength(1);
    }),
  );
});
