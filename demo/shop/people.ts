// A source of chance that can be repeated, and who shops. Pure.

/** Numbers in [0, 1) from a seed (mulberry32): good enough to choose goods, for nothing else. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The customers of the seed data, by e-mail. */
export const people = [
  'jane@example.com',
  'amir@example.com',
  'li.wei@example.com',
  'sofia@example.com',
  'tomasz@example.com',
] as const;
