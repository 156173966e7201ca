// The table of permissions against the routes that there are: neither has what the other lacks.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { permissionFor, permissions } from '../../../src/api/access/permissions.ts';
import { createApi } from '../../../src/api/create-api.ts';
import { noLogs } from '../../support/no-logs.ts';
import { noAccess } from '../../support/no-access.ts';
import { noAdmin } from '../../support/no-admin.ts';
import { noCircuits } from '../../support/no-circuits.ts';

const none = (): never => {
  throw new Error('This test asks nothing.');
};

const api = createApi({
  connect: none,
  logs: noLogs,
  retries: { enqueue: none },
  isAllowed: none,
  knownDestinations: none,
  replays: { wake: none },
  cancellations: { cancel: none, allow: none },
  bodies: { get: none },
  admin: noAdmin,
  access: noAccess,
  circuits: noCircuits,
  apiTokenSha256: null,
  now: () => 0,
  report: () => undefined,
});

/** As they are registered: middlewares are for ALL. */
const routes = [
  ...new Set(
    api.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`),
  ),
];

test('every route of the API stands in the table', () => {
  expect(routes.length).toBeGreaterThan(40);
  const missing = routes.filter((route) => {
    const [method = '', path = ''] = route.split(' ');
    return permissionFor(method, path) === null;
  });
  expect(missing).toEqual([]);
});

test('the table names no route that is not there, and none twice', () => {
  const lines = permissions.map(({ method, path }) => `${method} ${path}`);
  expect(lines.filter((line) => !routes.includes(line))).toEqual([]);
  expect(new Set(lines).size).toBe(lines.length);
});

test('whatever changes something says how it is written down', () => {
  const silent = permissions.filter(({ method, audit }) => method !== 'GET' && audit === 'none');
  expect(silent.map(({ path }) => path)).toEqual([
    '/api/replays/count',
    '/api/admin/configuration/diff',
    '/api/admin/dry-runs',
  ]);
});

test('docs/access.md has a line for each path, with its role', async () => {
  const text = await readFile('docs/access.md', 'utf8');
  const lines = [...text.matchAll(/^\| (GET|POST|PUT|DELETE) +\| `([^`]+)` +\| (\w+) +\|/gm)];
  expect(lines.map(([, method, path, role]) => `${method} ${path} ${role}`)).toEqual(
    permissions.map(({ method, path, role }) => `${method} ${path} ${role}`),
  );
});
