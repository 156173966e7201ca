// An API without circuits, for tests of everything else: whoever asks for them fails.
import type { ApiDeps } from '../../src/api/deps.ts';

const none = (): never => {
  throw new Error('This test has no circuits.');
};

export const noCircuits: ApiDeps['circuits'] = { list: none, reset: none };
