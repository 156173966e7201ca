// Decides who asks: the bootstrap token of the variables, an API token, or somebody whom Cloudflare Access vouches for.
// Which role an action needs is decided elsewhere.
import type { JWTVerifyGetKey } from 'jose';
import {
  type AccessRules,
  type Identity,
  joinRules,
  type Role,
  roleOf,
} from '../../config/access.ts';
import type { Who } from '../../config/admin-store.ts';
import type { AccessStore, ApiToken } from '../../config/api-tokens.ts';
import type { Config } from '../../config/config.ts';
import type { EdgeConfig } from '../../config/edge-config.ts';
import { findBySha256, matchesSha256 } from '../../config/secret.ts';
import { sha256, toHex } from '../../correlation/sha256.ts';
import { invalid } from '../problem.ts';
import { apiTokenForm } from './draw-api-token.ts';
import * as refusal from './refusals.ts';
import type { SharedAccess } from './shared-access.ts';
import { assertionHeader, verifyAssertion } from './verify-assertion.ts';

/** What the API knows of access: the Worker gives the real things, tests theirs. */
export type ApiAccess = {
  /** As it is published. */
  config(): Promise<Pick<EdgeConfig, 'access' | 'apiTokens' | 'maskKey'>>;
  /** Of the variables alone. */
  byVariable: Config['access'];
  team: Config['accessTeam'];
  /** Finds a key of Access; null where none can be had. */
  keyOf(kid: string): Promise<JWTVerifyGetKey | null>;
  store: AccessStore;
  shared: SharedAccess;
  waitUntil(work: Promise<unknown>): void;
};

export type AuthenticateDeps = {
  access: ApiAccess;
  /** Of the variables. */
  apiTokenSha256: string | null;
  /** ms since the epoch */
  now(): number;
};

/** Somebody who has proved who they are. */
export type Caller = {
  who: Who;
  by:
    | { how: 'bootstrap_token' }
    | { how: 'api_token'; token: ApiToken }
    | { how: 'access'; identity: Identity };
  /** By what is published; null: none. */
  role: Role | null;
};

/** Who holds the token of the variables. */
const bootstrapName = 'api-token';
/** In whose name somebody acts who shares a token with others. Not verified, and shown as such. */
const actorHeader = 'x-throughline-actor';
const maxActorLength = 200;

/** @throws ApiProblem 401 for strangers, 503 where nobody can say */
export async function authenticate(headers: Headers, deps: AuthenticateDeps): Promise<Caller> {
  const { access } = deps;
  const token = /^Bearer +([^\s]+)\s*$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (token !== undefined) return byToken(token, headers, deps);
  const assertion = headers.get(assertionHeader);
  if (assertion !== null && access.team) {
    const keyOf = (kid: string): ReturnType<ApiAccess['keyOf']> => access.keyOf(kid);
    const verified = await verifyAssertion(assertion, access.team, keyOf, deps.now());
    if (!verified.ok) throw refusal.assertionRefused(verified.reason, verified.detail);
    const { identity } = verified;
    const role = roleOf(identity, (await access.config()).access);
    // Verified by Access: nobody else's word is asked for.
    const who = { name: nameOf(identity), onBehalfOf: null };
    return { who, by: { how: 'access', identity }, role };
  }
  if (await isClosed(deps)) throw refusal.apiClosed();
  throw refusal.tokenMissing();
}

/**
 * Their role by what is stored now, whatever has been published: what somebody has lost they must not change anything
 * with, and what they have just been given must not take two minutes.
 */
export async function roleNow({ by, role }: Caller, { access }: AuthenticateDeps) {
  switch (by.how) {
    case 'bootstrap_token':
      return role;
    case 'api_token': {
      const { token } = await access.store.authority(by.token.sha256);
      if (!token) throw refusal.tokenUnknown();
      return token.role;
    }
    case 'access': {
      const { rules } = await access.store.authority(null);
      return roleOf(by.identity, joinRules(access.byVariable, rules));
    }
  }
}

async function byToken(token: string, headers: Headers, deps: AuthenticateDeps): Promise<Caller> {
  const onBehalfOf = actorOf(headers);
  if (deps.apiTokenSha256 !== null && (await matchesSha256(token, deps.apiTokenSha256))) {
    const who = { name: bootstrapName, onBehalfOf };
    return { who, by: { how: 'bootstrap_token' }, role: 'admin' };
  }
  const found = await findApiToken(token, deps);
  if (!found) throw (await isClosed(deps)) ? refusal.apiClosed() : refusal.tokenUnknown();
  if (found.expiresAt !== null && Date.parse(found.expiresAt) <= deps.now()) {
    throw refusal.tokenExpired();
  }
  const { access } = deps;
  if (!access.shared.wasNoted(found.id, deps.now())) {
    access.shared.noted(found.id, deps.now());
    access.waitUntil(noteUse(found.id, access.store));
  }
  const who = { name: `token:${found.id}`, onBehalfOf };
  return { who, by: { how: 'api_token', token: found }, role: found.role };
}

/** In what is published; else, since it may be new, where tokens are kept, once a minute for each that is there. */
async function findApiToken(token: string, deps: AuthenticateDeps): Promise<ApiToken | null> {
  if (!apiTokenForm.test(token)) return null;
  const { access } = deps;
  const { apiTokens } = await access.config();
  const published = await findBySha256(token, (hex) => apiTokens.get(hex) ?? null);
  if (published) return published;
  const hex = toHex(await sha256(token));
  const before = access.shared.tokens.get(hex, deps.now());
  if (before) return before;
  if (!access.shared.mayLookUp('token', deps.now())) throw refusal.tooManyUnknown();
  const { token: kept } = await access.store.authority(hex);
  if (kept) access.shared.tokens.set(hex, kept, deps.now());
  return kept;
}

/** Nobody waits for it, nor is refused without it; that the keeper is out of reach has been reported. */
async function noteUse(id: string, store: AccessStore): Promise<void> {
  await Promise.allSettled([store.touchToken(id)]);
}

async function isClosed({ access, apiTokenSha256 }: AuthenticateDeps): Promise<boolean> {
  if (apiTokenSha256 !== null || access.team) return false;
  return (await access.config()).apiTokens.size === 0;
}

/** @throws ApiProblem 400 */
function actorOf(headers: Headers): string | null {
  const actor = headers.get(actorHeader)?.trim() || null;
  if (actor !== null && actor.length > maxActorLength) {
    const message = `must have ${maxActorLength} characters at most`;
    throw invalid([{ in: 'header', name: actorHeader, message }]);
  }
  return actor;
}

function nameOf(identity: Identity): string {
  return identity.kind === 'person' ? identity.email : `service:${identity.clientId}`;
}

/** Whether anything is masked by these rules. */
export function masksAnything({ masking }: AccessRules): boolean {
  return masking.emails || masking.columns.length > 0;
}
