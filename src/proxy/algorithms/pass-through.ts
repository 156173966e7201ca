// One destination, whose answer becomes the sender's answer.
import type { Algorithm } from './algorithm.ts';

export const passThrough: Algorithm = {
  name: 'pass-through',
  check: ({ destinations }) =>
    destinations.length === 1
      ? null
      : {
          reason: 'destination_count',
          algorithm: 'pass-through',
          count: destinations.length,
          allowed: 'exactly one destination (others may take over as &fallback=url1,url2)',
        },
  choose({ destinations: [destination], fallback }) {
    return {
      mode: 'relay',
      target: destination.href,
      jobOf: destination,
      candidates: [destination, ...fallback],
      degraded: false,
    };
  },
};
