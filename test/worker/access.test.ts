// Who comes in, as whom and with which role; what is refused though it is signed; and what is written down.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  asking,
  assertion,
  type Ask,
  bootstrap,
  host,
  newKey,
  newTeam,
  type Team,
  variablesOf,
  withAssertion,
} from './access.ts';
import worker from '../../src/index.ts';
import { liveProtocol } from '../../src/live/protocol.ts';
import { sha256 } from './edge.ts';

let team: Team;
let ask: Ask;

beforeEach(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  team = await newTeam();
  ({ ask } = asking(await variablesOf(team)));
});

afterEach(() => {
  vi.restoreAllMocks();
});

const json = { 'content-type': 'application/json' };

async function as(email: string, more: object = {}): Promise<Record<string, string>> {
  return withAssertion(await assertion(team, { email, ...more }));
}

async function putAccess(access: object): Promise<void> {
  const { headers } = await ask('GET', '/api/admin/configuration', bootstrap);
  const given = { ...bootstrap, ...json, 'if-match': headers.get('etag') ?? '' };
  const body = JSON.stringify({ format: 1, access });
  expect((await ask('PUT', '/api/admin/configuration', given, body)).status).toBe(200);
}

async function audit(): Promise<{ action: string; subject: string; outcome: string }[]> {
  return (await ask('GET', '/api/admin/audit', bootstrap)).body.entries;
}

describe('somebody who comes through Access', () => {
  test.each([
    ['an admin by name, in any case', { email: 'Ada@Acme.io' }, 'admin'],
    ['an operator by group', { email: 'olga@acme.io', groups: ['x', 'on-call'] }, 'operator'],
    [
      'by a group of the identity provider',
      { email: 'o@acme.io', custom: { groups: [{ id: '1', name: 'on-call' }] } },
      'operator',
    ],
    ['a viewer by domain', { email: 'vera@acme.io' }, 'viewer'],
    ['a service token', { common_name: 'ci.access' }, 'viewer'],
  ])('is %s', async (_who, claims, role) => {
    const { body } = await ask('GET', '/api/me', withAssertion(await assertion(team, claims)));
    expect(body).toMatchObject({ role, how: 'access' });
  });

  test.each([
    ['below the domain', { email: 'eve@evil.acme.io' }],
    ['with the domain before the @', { email: 'acme.io@evil.example' }],
    ['a service token of another name', { common_name: 'acme.io' }],
    ['a service token with groups', { common_name: 'x', groups: ['on-call'] }],
  ])('has no role %s', async (_who, claims) => {
    const answer = await ask('GET', '/api/me', withAssertion(await assertion(team, claims)));
    expect([answer.status, answer.problem]).toEqual([403, 'no_role']);
  });

  test('may be a viewer by default, where that is configured; a service token is not', async () => {
    ({ ask } = asking(await variablesOf(team, { ACCESS_DEFAULT_ROLE: 'viewer' })));
    expect((await ask('GET', '/api/me', await as('x@other.example'))).body.role).toBe('viewer');
    const service = withAssertion(await assertion(team, { common_name: 'x' }));
    expect((await ask('GET', '/api/me', service)).problem).toBe('no_role');
  });

  test.each([
    ['of the whole team', { type: 'org', email: 'ada@acme.io' }, 'access_no_identity'],
    ['that names nobody', {}, 'access_no_identity'],
    ['with a group for an address', { email: 'group:x@acme.io' }, 'access_no_identity'],
    ['with two addresses in one', { email: 'eve@evil.io@acme.io' }, 'access_no_identity'],
  ])('is refused with a token %s', async (_what, claims, problem) => {
    const answer = await ask('GET', '/api/me', withAssertion(await assertion(team, claims)));
    expect([answer.status, answer.problem]).toEqual([401, problem]);
  });

  test('is refused before their time, but for what clocks differ by', async () => {
    const early = await assertion(team, { email: 'ada@acme.io' }, { notBeforeInSeconds: 60 });
    expect((await ask('GET', '/api/me', withAssertion(early))).problem).toBe(
      'access_not_yet_valid',
    );
    const almost = await assertion(team, { email: 'ada@acme.io' }, { notBeforeInSeconds: 20 });
    expect((await ask('GET', '/api/me', withAssertion(almost))).status).toBe(200);
  });

  test('with a key of somebody else’s is refused, also under the right key’s name', async () => {
    const forged = await newKey(team.key.kid);
    const token = await assertion(team, { email: 'ada@acme.io' }, { key: forged });
    expect((await ask('GET', '/api/me', withAssertion(token))).problem).toBe('access_signature');
  });

  test('signed by HMAC with the public key is refused', async () => {
    const header = btoa(JSON.stringify({ alg: 'HS256', kid: team.key.kid })).replaceAll('=', '');
    const [, payload] = (await assertion(team, { email: 'ada@acme.io' })).split('.');
    const token = `${header}.${payload}.AAAA`;
    expect((await ask('GET', '/api/me', withAssertion(token))).problem).toBe('access_malformed');
  });

  test('is nobody where no team is configured', async () => {
    const { ask: closed } = asking({});
    const answer = await closed('GET', '/api/me', await as('ada@acme.io'));
    expect([answer.status, answer.problem]).toEqual([401, 'api_closed']);
  });

  test('cannot speak in somebody else’s name', async () => {
    const headers = { ...(await as('ada@acme.io')), 'x-throughline-actor': 'bob@acme.io' };
    expect((await ask('GET', '/api/me', headers)).body).toMatchObject({
      name: 'ada@acme.io',
      onBehalfOf: null,
    });
  });
});

async function knock(headers: Record<string, string>): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request(`${host}/api/live`, {
    headers: { upgrade: 'websocket', 'sec-websocket-protocol': liveProtocol, ...headers },
  });
  const response = await worker.fetch(
    request as Request<unknown, IncomingRequestCfProperties>,
    { ...env, ...(await variablesOf(team)) },
    context,
  );
  response.webSocket?.accept();
  response.webSocket?.close();
  await waitOnExecutionContext(context);
  return response;
}

describe('a WebSocket', () => {
  test('opens for the own page of whoever comes by Access, and for no other', async () => {
    const own = { ...(await as('vera@acme.io')), origin: host };
    expect((await knock(own)).status).toBe(101);
    expect((await knock({ ...own, origin: 'https://evil.example' })).status).toBe(403);
    expect((await knock({ origin: host })).status).toBe(401);
    expect((await knock({ ...(await as('x@other.example')), origin: host })).status).toBe(403);
  });
});

describe('the keys of Access', () => {
  test('are fetched once for many, and again for one that is new', async () => {
    await ask('GET', '/api/me', await as('ada@acme.io'));
    await ask('GET', '/api/me', await as('ada@acme.io'));
    expect(team.fetches()).toBe(1);
    const next = await newKey();
    team.serve([next, team.key]);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 11_000);
    const token = await assertion(team, { email: 'ada@acme.io' }, { key: next });
    expect((await ask('GET', '/api/me', withAssertion(token))).status).toBe(200);
    expect(team.fetches()).toBe(2);
  });

  test('are not fetched for each stranger who names one', async () => {
    await ask('GET', '/api/me', await as('ada@acme.io'));
    for (let times = 0; times < 5; times += 1) {
      const token = await assertion(team, { email: 'a@acme.io' }, { key: await newKey() });
      expect((await ask('GET', '/api/me', withAssertion(token))).problem).toBe('access_signature');
    }
    expect(team.fetches()).toBe(1);
  });

  test('serve on while they cannot be fetched; without any it is 503', async () => {
    const other = await newTeam();
    other.serve(null);
    const { ask: without } = asking(await variablesOf(other));
    const headers = withAssertion(await assertion(other, { email: 'ada@acme.io' }));
    const answer = await without('GET', '/api/me', headers);
    expect([answer.status, answer.problem]).toEqual([503, 'access_unreachable']);
    other.serve([other.key]);
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + 20_000);
    expect((await without('GET', '/api/me', headers)).status).toBe(200);
    other.serve(null);
    // Two hours: they are asked for in vain, and the last ones serve on.
    vi.spyOn(Date, 'now').mockReturnValue(now + 7_200_000);
    const late = await assertion(other, { email: 'ada@acme.io' });
    expect((await without('GET', '/api/me', withAssertion(late))).status).toBe(200);
    expect(other.fetches()).toBe(3);
  });
});

describe('a request that another site has begun', () => {
  const close = `/api/circuits/${'f'.repeat(32)}/close`;
  test.each([
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['a foreign site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour of the same site', { 'sec-fetch-site': 'same-site' }],
    ['another scheme', { origin: 'http://dashboard.example' }],
  ])('with %s acts for nobody who comes by Access', async (_what, from) => {
    const headers = { ...(await as('ada@acme.io')), ...from };
    const answer = await ask('POST', close, headers);
    expect([answer.status, answer.problem]).toEqual([403, 'foreign_origin']);
    const upgrade = await ask('GET', '/api/me', { ...headers, upgrade: 'websocket' });
    expect(upgrade.problem).toBe('foreign_origin');
    expect((await ask('GET', '/api/me?unmask=true', headers)).problem).toBe('foreign_origin');
  });

  test('from the own page, or from no browser, is let in', async () => {
    for (const from of [{ origin: host, 'sec-fetch-site': 'same-origin' }, {}]) {
      const headers = { ...(await as('ada@acme.io')), ...from };
      // Let in: there is no such circuit.
      expect((await ask('POST', close, headers)).problem).toBe('not_found');
    }
  });

  test('brings a form’s body in vain', async () => {
    const headers = { ...(await as('ada@acme.io')), 'content-type': 'text/plain' };
    const answer = await ask('POST', '/api/admin/tokens', headers, '{"role":"admin"}');
    expect([answer.status, answer.problem]).toEqual([415, 'unsupported_media_type']);
  });

  test('is answered without CORS, and nothing may be framed or embedded', async () => {
    const headers = { ...(await as('ada@acme.io')), origin: 'https://evil.example' };
    const answers = [
      await ask('GET', '/api/me', headers),
      await ask('OPTIONS', '/api/me', headers),
      await ask('GET', '/api/nowhere', headers),
      await ask('GET', '/api/me', { origin: 'https://evil.example' }),
    ];
    for (const answer of answers) {
      const names = [...answer.headers.keys()];
      expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

async function make(given: object): Promise<{ id: string; token: string }> {
  const answer = await ask('POST', '/api/admin/tokens', bootstrap, JSON.stringify(given));
  expect(answer.status).toBe(201);
  return answer.body;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('an API token', () => {
  test('is told once, works at once with its role, and is listed without its secret', async () => {
    const { id, token } = await make({ role: 'operator', note: 'pipeline' });
    const me = await ask('GET', '/api/me', bearer(token));
    expect(me.body).toMatchObject({ name: `token:${id}`, role: 'operator', how: 'api_token' });
    expect((await ask('GET', '/api/admin/keys', bearer(token))).problem).toBe('role_needed');
    const list = await ask('GET', '/api/admin/tokens', bootstrap);
    expect(list.body.tokens).toMatchObject([
      { id, role: 'operator', note: 'pipeline', state: 'active', createdBy: 'api-token' },
    ]);
    expect(list.body.tokens[0].lastUsedAt).not.toBeNull();
    expect(JSON.stringify(list.body)).not.toMatch(/[0-9a-f]{64}/);
    expect(JSON.stringify(list.body)).not.toContain(token.slice(7));
  });

  test('that is revoked does nothing from then on, also where it is published still', async () => {
    const { id, token } = await make({ role: 'admin' });
    expect((await ask('GET', '/api/admin/keys', bearer(token))).status).toBe(200);
    const path = `/api/admin/tokens/${id}?note=leaked`;
    expect((await ask('DELETE', path, bootstrap)).status).toBe(200);
    expect((await ask('DELETE', path, bootstrap)).status).toBe(404);
    const again = await ask('POST', '/api/admin/tokens', bearer(token), '{"role":"admin"}');
    expect([again.status, again.problem]).toEqual([401, 'token_unknown']);
    expect(await audit()).toMatchObject([
      { action: 'token.revoke', subject: id, note: 'leaked' },
      { action: 'token.create', subject: id },
    ]);
  });

  test('ends when it is said to', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { token } = await make({ role: 'viewer', expiresAt });
    expect((await ask('GET', '/api/me', bearer(token))).body.expiresAt).toBe(expiresAt);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_001);
    expect((await ask('GET', '/api/me', bearer(token))).problem).toBe('token_expired');
    const past = JSON.stringify({ role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' });
    expect((await ask('POST', '/api/admin/tokens', bootstrap, past)).status).toBe(400);
  });

  test('that is unknown is looked up a few times a second only', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 5_000);
    const strangers = await Promise.all(
      Array.from({ length: 15 }, (_, index) =>
        ask('GET', '/api/me', bearer(`tl_api_${String.fromCharCode(97 + index).repeat(43)}`)),
      ),
    );
    const problems = strangers.map(({ problem }) => problem);
    expect(problems.filter((problem) => problem === 'token_unknown')).toHaveLength(10);
    expect(problems.filter((problem) => problem === 'too_many_unknown_tokens')).toHaveLength(5);
  });
});

describe('members of the stored configuration', () => {
  test('have their role at once, and lose it at once for what they do', async () => {
    const mallory = await as('mallory@other.example');
    expect((await ask('GET', '/api/me', mallory)).problem).toBe('no_role');
    await putAccess({ members: [{ who: 'Mallory@Other.example', role: 'admin' }] });
    expect((await ask('GET', '/api/me', mallory)).body.role).toBe('admin');
    await putAccess({ members: [] });
    const body = '{"role":"admin"}';
    const token = await ask('POST', '/api/admin/tokens', { ...mallory, ...json }, body);
    expect(token.problem).toBe('no_role');
  });

  test('stay as they are when a version is gone back to, or a document says nothing of them', async () => {
    await putAccess({ members: [{ who: '@gone.example', role: 'admin' }] });
    await putAccess({ members: [] });
    const given = { ...bootstrap, ...json, 'if-match': '"2"' };
    const back = await ask('POST', '/api/admin/versions/1/rollback', given, '{"note":""}');
    expect(back.status).toBe(200);
    expect((await ask('GET', '/api/me', await as('eve@gone.example'))).problem).toBe('no_role');
  });

  test.each(['dana', 'dana@acme', 'group:', '*', 'dana@acme.io, eve@acme.io'])(
    'cannot be %s',
    async (who) => {
      const body = JSON.stringify({ format: 1, access: { members: [{ who, role: 'admin' }] } });
      const answer = await ask('POST', '/api/admin/configuration/diff', bootstrap, body);
      expect(answer.body.errors).toMatchObject([{ name: 'access.members.0.who' }]);
    },
  );
});

describe('the audit', () => {
  test('has who did what before it is done, and what came of it', async () => {
    const id = 'f'.repeat(32);
    await ask(
      'POST',
      `/api/circuits/${id}/close`,
      await as('olga@acme.io', { groups: ['on-call'] }),
    );
    await ask('POST', `/api/circuits/${id}/enable`, bootstrap);
    expect(await audit()).toMatchObject([
      {
        action: 'circuit.enable',
        subject: id,
        name: 'api-token',
        outcome: 'refused',
        detail: 'not_found',
      },
      { action: 'circuit.close', subject: id, name: 'olga@acme.io', outcome: 'refused' },
    ]);
  });

  test('is asked for first: what it cannot take is not done', async () => {
    const broken = {
      getByName: () => ({ beginAction: () => Promise.reject(new Error('The object is not here')) }),
    };
    const { ask: without } = asking({ ...(await variablesOf(team)), ADMIN_CONFIG: broken });
    const circuit = `/api/circuits/${'f'.repeat(32)}/enable`;
    const answer = await without('POST', circuit, bootstrap);
    expect([answer.status, answer.problem]).toEqual([503, 'configuration_unreachable']);
  });
});

describe('what is published', () => {
  const masking = { emails: true, columns: ['orders.total'] };
  const maskKey = btoa('k'.repeat(32));
  const configuration = { format: 1, access: { masking } };

  test('of a token is enough to read with, while nobody can be asked', async () => {
    const sha = await sha256(`tl_api_${'t'.repeat(43)}`);
    const apiTokens = [{ id: 'viewer-1', sha256: sha, role: 'viewer', expiresAt: null }];
    const away = { getByName: () => ({ authority: () => Promise.reject(new Error('away')) }) };
    const variables = { ...(await variablesOf(team)), ADMIN_CONFIG: away };
    const { ask: reading } = asking(variables, { apiTokens });
    const headers = { authorization: `Bearer tl_api_${'t'.repeat(43)}` };
    expect((await reading('GET', '/api/me', headers)).body).toMatchObject({ role: 'viewer' });
    const count = await reading('POST', '/api/replays/count', headers, '{}');
    expect([count.status, count.problem]).toEqual([503, 'configuration_unreachable']);
  });

  test('is masked for everybody, whoever may look says so, and each look is written down once', async () => {
    const { ask: masked } = asking(await variablesOf(team), { configuration, maskKey });
    const olga = await as('olga@acme.io', { groups: ['on-call'] });
    const me = await masked('GET', '/api/me', olga);
    expect(me.body).toMatchObject({ email: 'olga@acme.io', masked: masking, mayUnmask: true });
    // Of an object that is there without Postgres: circuits, by the name of a destination.
    const circuits = {
      getByName: () => ({
        list: () =>
          Promise.resolve([{ id: 'x', destination: 'https://jobs.example/?to=dana@acme.io' }]),
      }),
    };
    const bindings = { ...(await variablesOf(team)), CIRCUITS: circuits };
    const { ask: looking } = asking(bindings, { configuration, maskKey });
    const shown = await looking('GET', '/api/circuits', olga);
    expect(shown.body.circuits[0].destination).toMatch(/\?to=d\*\*\*[0-9a-f]{8}@acme\.io$/);
    expect(shown.headers.get('cache-control')).toBe('no-store');
    const vera = await as('vera@acme.io');
    const refused = await looking('GET', '/api/circuits?unmask=true', vera);
    expect([refused.status, refused.problem]).toEqual([403, 'role_needed']);
    for (let times = 0; times < 2; times += 1) {
      const open = await looking('GET', '/api/circuits?unmask=true', olga);
      expect(open.body.circuits[0].destination).toBe('https://jobs.example/?to=dana@acme.io');
    }
    const { body } = await looking('GET', '/api/admin/audit', bootstrap);
    expect(body.entries).toMatchObject([
      { name: 'olga@acme.io', action: 'unmask', subject: '/api/circuits', outcome: 'applied' },
    ]);
  });

  test('is not shown unmasked while that cannot be written down', async () => {
    const away = {
      getByName: () => ({
        authority: () => Promise.resolve({ rules: null, token: null }),
        beginAction: () => Promise.reject(new Error('away')),
      }),
    };
    const variables = { ...(await variablesOf(team)), ADMIN_CONFIG: away };
    const { ask: looking } = asking(variables, { configuration, maskKey });
    for (let times = 0; times < 2; times += 1) {
      const answer = await looking('GET', '/api/circuits?unmask=true', bootstrap);
      expect([answer.status, answer.problem]).toEqual([503, 'configuration_unreachable']);
    }
  });
});
