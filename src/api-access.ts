// Composition: who may ask the API, as far as variables, what is published and Cloudflare Access tell.
import { AccessKeys } from './api/access/access-keys.ts';
import type { ApiAccess } from './api/access/authenticate.ts';
import { SharedAccess } from './api/access/shared-access.ts';
import { configOf } from './config/config.ts';
import type { EdgeConfig } from './config/edge-config.ts';
import { accessStoreOf } from './keepers.ts';
import { report } from './report.ts';

/** Shared by the requests of one isolate; plain data. */
const sharedAccess = new SharedAccess();
/** By the issuer: one in a deployment. */
const accessKeys = new Map<string, AccessKeys>();

/** @param deps.config what the edge works by now */
export function accessOf(
  env: Env,
  deps: { config: () => Promise<EdgeConfig>; waitUntil: (work: Promise<unknown>) => void },
): ApiAccess {
  const { accessTeam: team, access } = configOf(env);
  const { config, waitUntil } = deps;
  return {
    config,
    byVariable: access,
    team,
    keyOf: async (kid) =>
      team &&
      accessKeysOf(team.issuer).forKey(kid, {
        fetch: async (url) => (await fetch(url, { redirect: 'manual' })).json(),
        now: () => Date.now(),
        wait: (ms) => scheduler.wait(ms),
        waitUntil,
        report,
      }),
    store: accessStoreOf(env),
    shared: sharedAccess,
    waitUntil,
  };
}

function accessKeysOf(issuer: string): AccessKeys {
  const known = accessKeys.get(issuer) ?? new AccessKeys(issuer);
  accessKeys.set(issuer, known);
  return known;
}
