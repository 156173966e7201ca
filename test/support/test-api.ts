// The API over a real store, with nothing behind what a test does not use.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { createCheckedApi } from './checked-api.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { idleDeps } from './idle-deps.ts';

const token = 'tl_test_token';

export type TestApi = {
  /** The body of a 200. */
  get(path: string): Promise<unknown>;
};

export function createTestApi(given: Pick<ApiDeps, 'connect' | 'now'> & Partial<ApiDeps>): TestApi {
  const api = createCheckedApi({
    report: () => {},
    ...idleDeps,
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
