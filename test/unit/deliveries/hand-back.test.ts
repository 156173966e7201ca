import fc from 'fast-check';
import { expect, it } from 'vitest';
import { handBack, pauseMs } from '../../../durable-objects/hand-back.ts';

it('what an outbox holds is handed back in order, nothing twice and nothing lost, however often it is refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(20),
      fc.array(fc.boolean(), { maxLength: 30 }),
      async (count, moods) => {
        const held = Array.from({ length: count }, (_, index) => index);
        const sent: number[] = [];
        const rounds = moods.length + 1;
        for (let round = 0; round < rounds; round += 1) {
          const result = await handBack<number>({
            oldest: () => held[0],
            send: async (item) => {
              if (moods.shift() === false) throw new Error('refused');
              sent.push(item);
            },
            remove: (item) => {
              expect(held.shift()).toBe(item);
            },
          });
          expect(result.empty).toBe(held.length === 0);
        }
        expect(sent).toEqual(Array.from({ length: count }, (_, index) => index));
      },
    ),
  );
});

it('an outbox comes again after two seconds, then less and less often, at least once a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 1_000].map(pauseMs)).toEqual([
    2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
  ]);
});
