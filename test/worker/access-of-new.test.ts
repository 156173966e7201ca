// Tokens and members that are new: what is published does not name them yet, and their pages open as anybody's.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  asking,
  assertion,
  type Ask,
  bootstrap,
  newTeam,
  type Team,
  variablesOf,
  withAssertion,
} from './access.ts';

let team: Team;
let ask: Ask;

beforeEach(async () => {
  team = await newTeam();
  ({ ask } = asking(await variablesOf(team)));
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A page asks for many things at once. */
async function statusesOfPage(headers: Record<string, string>): Promise<number[]> {
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => ask('GET', '/api/me', headers)),
  );
  return [...new Set(answers.map(({ status }) => status))];
}

function later(ms: number): void {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + ms);
}

test('a new token opens pages, and none once it is revoked', async () => {
  const { body } = await ask('POST', '/api/admin/tokens', bootstrap, '{"role":"viewer"}');
  const bearer = { authorization: `Bearer ${body.token}` };
  later(3_000);
  expect((await ask('GET', '/api/me', bearer)).status).toBe(200);
  expect(await statusesOfPage(bearer)).toEqual([200]);

  await ask('DELETE', `/api/admin/tokens/${body.id}?note=leaked`, bootstrap);
  expect((await ask('GET', '/api/me', bearer)).problem).toBe('token_unknown');
});

test('a new member’s pages open, and none a minute after they were left out again', async () => {
  const trent = withAssertion(await assertion(team, { email: 'trent@new.example' }));
  await putMembers([{ who: 'trent@new.example', role: 'viewer' }]);
  later(3_000);
  expect((await ask('GET', '/api/me', trent)).status).toBe(200);
  expect(await statusesOfPage(trent)).toEqual([200]);

  await putMembers([]);
  later(60_000);
  expect((await ask('GET', '/api/me', trent)).problem).toBe('no_role');
});

async function putMembers(members: readonly object[]): Promise<void> {
  const path = '/api/admin/configuration';
  const etag = (await ask('GET', path, bootstrap)).headers.get('etag') ?? '';
  const headers = { ...bootstrap, 'content-type': 'application/json', 'if-match': etag };
  const body = JSON.stringify({ format: 1, access: { members } });
  expect((await ask('PUT', path, headers, body)).status).toBe(200);
}
