// Somebody who comes through Cloudflare Access, or with a token: the Worker is asked as they would ask it. The team's
// keys are the test's own, served where Access serves its.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { vi } from 'vitest';
import worker from '../../src/index.ts';
import { sha256 } from './edge.ts';

export const bootstrapToken = 'tl_bootstrap';
export const audience = 'a'.repeat(64);
export const host = 'https://dashboard.example';

export type Team = {
  domain: string;
  issuer: string;
  /** What is served at its certs endpoint; `null`: it is out of reach. */
  serve(keys: readonly Key[] | null): void;
  /** How often its keys were asked for. */
  fetches(): number;
  key: Key;
};

export type Key = { kid: string; privateKey: CryptoKey; jwk: object };

export async function newKey(kid: string = crypto.randomUUID()): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
  return { kid, privateKey, jwk };
}

/** A team of its own, whose keys are served in the place of the network. */
export async function newTeam(): Promise<Team> {
  const domain = `${crypto.randomUUID()}.cloudflareaccess.example`;
  const issuer = `https://${domain}`;
  const key = await newKey();
  let served: readonly Key[] | null = [key];
  let fetches = 0;
  const network = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url !== `${issuer}/cdn-cgi/access/certs`) return network(input, init);
    fetches += 1;
    if (served === null) return Promise.reject(new Error('Access is not here'));
    return Promise.resolve(Response.json({ keys: served.map(({ jwk }) => jwk) }));
  });
  return {
    domain,
    issuer,
    key,
    serve: (keys) => void (served = keys),
    fetches: () => fetches,
  };
}

export type Claims = {
  email?: string;
  common_name?: string;
  groups?: unknown;
  custom?: object;
  type?: string;
};

/** A token as Access makes it, but for what is said otherwise. */
export async function assertion(
  team: Team,
  claims: Claims,
  given: {
    issuer?: string;
    audience?: string;
    expiresInSeconds?: number;
    notBeforeInSeconds?: number;
    key?: Key;
  } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const { kid, privateKey } = given.key ?? team.key;
  const expiresAt = now + (given.expiresInSeconds ?? 600);
  return new SignJWT({ type: 'app', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .setIssuer(given.issuer ?? team.issuer)
    .setAudience([given.audience ?? audience])
    .setIssuedAt(Math.min(now, expiresAt) - 60)
    .setNotBefore(now + (given.notBeforeInSeconds ?? -60))
    .setExpirationTime(expiresAt)
    .sign(privateKey);
}

export function withAssertion(token: string): Record<string, string> {
  return { 'cf-access-jwt-assertion': token };
}

export type Answered = {
  status: number;
  headers: Headers;
  // Tests hold it against what they expect: its shape is what is tested.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  /** The last part of a problem's type; null for any other answer. */
  problem: string | null;
};

export type Ask = (
  method: string,
  path: string,
  headers?: Record<string, string>,
  body?: string,
) => Promise<Answered>;

/**
 * Asks a Worker with these variables, with a configuration object of the test's own.
 * @param published what the isolate reads of it, beside an empty configuration; null: nothing yet
 */
export function asking(
  variables: object,
  published: object | null = null,
): { ask: Ask; bindings: Partial<Env> } {
  const stub = env.ADMIN_CONFIG.getByName(crypto.randomUUID());
  const bindings = {
    ADMIN_CONFIG: { getByName: () => stub } as unknown as Env['ADMIN_CONFIG'],
    SNAPSHOT: { get: async () => snapshotOf(published) } as unknown as KVNamespace,
    // No Postgres here: whoever comes so far is told of an error, which only those let in are.
    OBSERVABILITY: { connectionString: 'postgres://nobody@127.0.0.1:1/none' } as Hyperdrive,
  };
  const ask: Ask = async (method, path, headers = {}, body) => {
    const context = createExecutionContext();
    const request = new Request(`${host}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const response = await worker.fetch(
      request as Request<unknown, IncomingRequestCfProperties>,
      { ...env, ...bindings, ...variables },
      context,
    );
    const text = await response.text();
    await waitOnExecutionContext(context);
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const parsed: unknown = isJson ? JSON.parse(text) : null;
    const type: unknown = Object(parsed)['type'];
    const urn = typeof type === 'string' ? /^urn:throughline:problem:(.+)$/.exec(type) : null;
    return {
      status: response.status,
      headers: response.headers,
      body: parsed,
      problem: urn?.[1] ?? null,
    };
  };
  return { ask, bindings };
}

function snapshotOf(published: object | null): string | null {
  if (published === null) return null;
  const publishedAt = new Date().toISOString();
  const document = { v: 1, version: 1, publishedAt, configuration: { format: 1 } };
  return JSON.stringify({ ...document, ...published });
}

/** The variables of a Worker behind a team's Access. */
export async function variablesOf(team: Team, given: object = {}): Promise<object> {
  return {
    API_TOKEN_SHA256: await sha256(bootstrapToken),
    ACCESS_TEAM_DOMAIN: team.domain,
    ACCESS_AUDIENCE: audience,
    ACCESS_ADMINS: 'ada@acme.io',
    ACCESS_OPERATORS: 'group:on-call',
    ACCESS_VIEWERS: '@acme.io, service:ci.access',
    ...given,
  };
}

export const bootstrap = { authorization: `Bearer ${bootstrapToken}` };
