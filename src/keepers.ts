// The object that keeps the configuration, its audit, tokens and stops, as the stores that the rest knows. It decides
// nothing.
import type { AdminStore } from './config/admin-store.ts';
import type { AccessStore } from './config/api-tokens.ts';
import type { StopStore } from './config/stops.ts';

/** The one object that keeps the configuration. */
export function adminStoreOf(env: Env): AdminStore {
  const object = env.ADMIN_CONFIG.getByName('configuration');
  return {
    current: async () => object.current(),
    store: async (change) => object.store(change),
    versions: async (page) => object.versions(page),
    version: async (version) => object.version(version),
    note: async (entry) => object.note(entry),
    audit: async (page) => object.audit(page),
  };
}

export function accessStoreOf(env: Env): AccessStore {
  const object = env.ADMIN_CONFIG.getByName('configuration');
  return {
    authority: async (tokenSha256) => object.authority(tokenSha256),
    tokens: async () => object.tokens(),
    addToken: async (token, of) => object.addToken(token, of),
    revokeToken: async (id, of) => object.revokeToken(id, of),
    touchToken: async (id) => object.touchToken(id),
    beginAction: async (action) => object.beginAction(action),
    endAction: async (entry, outcome, detail) => object.endAction(entry, outcome, detail),
  };
}

export function stopStoreOf(env: Env): StopStore {
  const object = env.ADMIN_CONFIG.getByName('configuration');
  return {
    stop: async (what, who, rounds) => object.stop(what, who, rounds),
    list: async () => object.stops(),
    end: async (id, how, who) => object.endStop(id, how, who),
    holds: async (id) => object.holds(id),
  };
}
