// Every path of the API, for every role, with every kind of credentials: what docs/access.md says. One table.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { permissions } from '../../src/api/access/permissions.ts';
import { mayActAs, type Role, roles } from '../../src/config/access.ts';
import {
  asking,
  assertion,
  type Ask,
  bootstrap,
  type Claims,
  newTeam,
  type Team,
  variablesOf,
  withAssertion,
} from './access.ts';

const emails: Record<Role, Claims> = {
  viewer: { email: 'vera@acme.io' },
  operator: { email: 'olga@acme.io', groups: ['on-call'] },
  admin: { email: 'ada@acme.io' },
};

/** What each kind of credentials is answered with, whichever role it would have. Null: as the role says. */
const kinds: Record<
  string,
  { problem: string | null; headers: (team: Team, claims: Claims) => Promise<object> }
> = {
  'no token': { problem: 'token_missing', headers: async () => ({}) },
  'wrong audience': {
    problem: 'access_audience',
    headers: async (team, claims) =>
      withAssertion(await assertion(team, claims, { audience: 'b'.repeat(64) })),
  },
  expired: {
    problem: 'access_expired',
    headers: async (team, claims) =>
      withAssertion(await assertion(team, claims, { expiresInSeconds: -31 })),
  },
  'foreign issuer': {
    problem: 'access_issuer',
    headers: async (team, claims) =>
      withAssertion(await assertion(team, claims, { issuer: 'https://evil.cloudflareaccess.com' })),
  },
  'alg: none': {
    problem: 'access_malformed',
    headers: async (team, claims) =>
      withAssertion(await unsignedLike(await assertion(team, claims))),
  },
  right: {
    problem: null,
    headers: async (team, claims) => withAssertion(await assertion(team, claims)),
  },
};

/** The same claims with `alg: none` and no signature. */
async function unsignedLike(token: string): Promise<string> {
  const [, payload] = token.split('.');
  const header = btoa(JSON.stringify({ alg: 'none', typ: 'JWT' })).replaceAll('=', '');
  return `${header}.${payload}.`;
}

/** A path with something in the place of each parameter. */
function pathOf(pattern: string): string {
  return pattern
    .replaceAll(':id', 'f'.repeat(32))
    .replaceAll(':deliveryId', 'f'.repeat(64))
    .replaceAll(':command', 'pause')
    .replaceAll(':url', encodeURIComponent('https://jobs.example.com/hook'))
    .replaceAll(/:\w+/g, '1');
}

/** How a line of the table is answered. */
function expected(
  problem: string | null,
  role: Role,
  needed: Role,
): [number | string, string | false] {
  if (problem !== null) return [401, problem];
  return mayActAs(role, needed) ? ['let in', false] : [403, 'role_needed'];
}

let team: Team;
let ask: Ask;

beforeEach(async () => {
  // Without Postgres every answer that needs it is reported.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  team = await newTeam();
  ({ ask } = asking(await variablesOf(team)));
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(Object.entries(kinds))('%s', (_kind, { problem, headers }) => {
  test.each(roles)('as %s', async (role) => {
    const given = (await headers(team, emails[role])) as Record<string, string>;
    for (const line of permissions) {
      const answer = await ask(line.method, pathOf(line.path), given);
      const isRefused = [401, 403].includes(answer.status);
      expect([
        line.method,
        line.path,
        isRefused ? answer.status : 'let in',
        isRefused && answer.problem,
      ]).toEqual([line.method, line.path, ...expected(problem, role, line.role)]);
    }
  });
});

test('the token of the variables may do everything', async () => {
  for (const line of permissions) {
    const { status } = await ask(line.method, pathOf(line.path), bootstrap);
    expect([401, 403], `${line.method} ${line.path}`).not.toContain(status);
  }
});
