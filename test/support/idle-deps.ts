// What the API needs beside a store and a clock, with nothing behind it: for tests and benches of what does not use it.
import type { ApiDeps } from '../../src/api/deps.ts';
import { noAccess } from './no-access.ts';
import { noAdmin } from './no-admin.ts';
import { noCircuits } from './no-circuits.ts';
import { noLogs } from './no-logs.ts';

export const idleDeps: Omit<ApiDeps, 'connect' | 'now' | 'report' | 'apiTokenSha256'> = {
  logs: noLogs,
  retries: { enqueue: () => Promise.resolve(true) },
  isAllowed: () => Promise.resolve(true),
  knownDestinations: () => Promise.resolve(new Map()),
  replays: { wake: () => Promise.resolve() },
  cancellations: { cancel: () => Promise.resolve(), allow: () => Promise.resolve() },
  bodies: { get: () => Promise.resolve(null) },
  admin: noAdmin,
  circuits: noCircuits,
  access: noAccess,
};
