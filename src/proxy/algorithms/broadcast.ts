// Every destination at once, each as a delivery of its own.
import type { Algorithm } from './algorithm.ts';

export const broadcast: Algorithm = {
  name: 'broadcast',
  check: ({ fallback }) =>
    fallback.length === 0 ? null : { reason: 'fallback_without_use', algorithm: 'broadcast' },
  choose: ({ destinations }) => ({ mode: 'each', destinations }),
};
