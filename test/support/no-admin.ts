// An API without stored configuration, for tests of everything else: whoever asks for it fails.
import type { AdminDeps } from '../../src/api/admin/deps.ts';

const none = (): never => {
  throw new Error('This test has no stored configuration.');
};

export const noAdmin: AdminDeps = {
  store: {
    current: none,
    store: none,
    versions: none,
    version: none,
    note: none,
    audit: none,
  },
  stops: { stop: none, list: none, end: none, holds: none },
  check: none,
  allowedByVariable: [],
  bootstrapKey: null,
  rotationsOf: none,
  peekRotation: none,
  resetRotation: none,
  testSend: none,
  edgeSnapshot: () =>
    Promise.resolve({ version: 0, publishedAt: null, isOld: false, failure: null }),
  dryRun: none,
  now: none,
};
