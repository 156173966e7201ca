// One destination, whose answer becomes the sender's answer.
import type { Algorithm } from './algorithm.ts';

export const passThrough: Algorithm = {
  name: 'pass-through',
  plan(destinations) {
    const [destination, ...others] = destinations;
    if (!destination || others.length > 0) {
      return {
        ok: false,
        problem: {
          reason: 'destination_count',
          algorithm: 'pass-through',
          count: destinations.length,
          allowed: 'exactly one destination',
        },
      };
    }
    return { ok: true, value: [{ target: destination.href, destination }] };
  },
};
