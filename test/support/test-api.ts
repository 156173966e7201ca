// The API over a real store, with nothing behind what a test does not use.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { createCheckedApi } from './checked-api.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { noAccess } from './no-access.ts';
import { noLogs } from './no-logs.ts';
import { noAdmin } from './no-admin.ts';
import { noCircuits } from './no-circuits.ts';

const token = 'tl_test_token';

export type TestApi = {
  /** The body of a 200. */
  get(path: string): Promise<unknown>;
};

export function createTestApi(given: Pick<ApiDeps, 'connect' | 'now'> & Partial<ApiDeps>): TestApi {
  const api = createCheckedApi({
    report: () => {},
    logs: noLogs,
    retries: { enqueue: () => Promise.resolve(true) },
    isAllowed: () => Promise.resolve(true),
    replays: { wake: () => Promise.resolve() },
    cancellations: { cancel: () => Promise.resolve(), allow: () => Promise.resolve() },
    bodies: { get: () => Promise.resolve(null) },
    admin: noAdmin,
    circuits: noCircuits,
    access: noAccess,
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
    ...given,
  });
  return {
    async get(path) {
      const response = await api.request(path, { headers: { authorization: `Bearer ${token}` } });
      expect(response.status).toBe(200);
      return response.json();
    },
  };
}
