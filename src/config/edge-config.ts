// What the edge works by: the Worker's variables, and beside them what is stored. Pure; it reads nothing, and it is
// made once for each version of the stored configuration, so that no event pays for it.
import { type AccessRules, joinRules } from './access.ts';
import type { ApiToken } from './api-tokens.ts';
import type { Config } from './config.ts';
import {
  builtInLoopLimits,
  type Configuration,
  type IngestKey,
  type KnownDestination,
  type LoopLimits,
  type StoredRoute,
} from './configuration.ts';
import { type DestinationPattern, parseDestinationPattern } from './destination-pattern.ts';
import { type Redactions, redactionsOf, type RowKeys, rowKeysOf } from './redaction.ts';
import { builtInRetryPolicy, type RetryPolicy } from './retry-policy.ts';
import { type Stop, type Stops, stopsOf } from './stops.ts';

/** A version of the stored configuration as an isolate holds it. */
export type StoredVersion = {
  /** 0: nothing has been stored yet. */
  version: number;
  /** RFC 3339; null where nothing has been published yet. */
  publishedAt: string | null;
  configuration: Configuration;
  /** Left out: none. */
  stops?: readonly Stop[] | undefined;
  apiTokens?: readonly ApiToken[] | undefined;
  maskKey?: string | undefined;
};

export type EdgeConfig = Config & {
  /** Of the stored configuration; null while it could not be read and variables are all there is. */
  version: number | null;
  routes: ReadonlyMap<string, StoredRoute>;
  /** By URL, as `URL.href` spells it. */
  destinations: ReadonlyMap<string, KnownDestination>;
  keys: StoredKeys;
  /** What may not be stored; null while that could not be read. */
  redactions: Redactions | null;
  rowKeys: RowKeys;
  /** Where a route has no schedule of its own. */
  retries: RetryPolicy;
  loops: LoopLimits;
  /** Which triggers are held back in which traces. */
  stops: Stops;
  access: AccessRules;
  /** By SHA-256, in lower-case hex. */
  apiTokens: ReadonlyMap<string, ApiToken>;
  /** Null: marks of masked values do not tell equal ones from others. */
  maskKey: string | null;
};

export type StoredKeys = {
  bySha256: ReadonlyMap<string, StoredKey>;
  byId: ReadonlyMap<string, StoredKey>;
};

/** An ingest key with what it may do. */
export type StoredKey = {
  id: string;
  source: string;
  /** Lower-case hex. */
  sha256: string;
  /** Names of stored routes; null: all. */
  routes: readonly string[] | null;
  /** What it may name in a URL; null: all that the allowlist has. */
  destinations: readonly DestinationPattern[] | null;
  /** ms since the epoch; null: never. */
  expiresAtMs: number | null;
};

/** Joins the two: allowlists are united, and what is not stored is as the variables say. */
export function edgeConfig(variables: Config, stored: StoredVersion | null): EdgeConfig {
  if (stored === null) {
    return {
      ...variables,
      version: null,
      routes: new Map(),
      destinations: new Map(),
      keys: storedKeys({}),
      redactions: null,
      rowKeys: new Map(),
      retries: builtInRetryPolicy,
      loops: builtInLoopLimits,
      stops: stopsOf([]),
      access: joinRules(variables.access, null),
      apiTokens: new Map(),
      maskKey: null,
    };
  }
  const { version, configuration } = stored;
  const { limits, rotationPersistenceSeconds } = configuration;
  const maxBodyBytes = limits.maxBodyBytes ?? variables.maxBodyBytes;
  return {
    ...variables,
    version,
    allowedDestinations: [
      ...variables.allowedDestinations,
      ...configuration.allowedDestinations.map(parseDestinationPattern),
    ],
    maxBodyBytes,
    // What is read whole may not be refused as too long to be streamed.
    maxStreamedBytes: Math.max(maxBodyBytes, limits.maxStreamedBytes ?? variables.maxStreamedBytes),
    maxHeaderBytes: limits.maxHeaderBytes ?? variables.maxHeaderBytes,
    maxDestinations: limits.maxDestinations ?? variables.maxDestinations,
    rotationPersistenceMs:
      rotationPersistenceSeconds === null
        ? variables.rotationPersistenceMs
        : rotationPersistenceSeconds * 1_000,
    routes: new Map(Object.entries(configuration.routes)),
    destinations: new Map(Object.entries(configuration.destinations)),
    keys: storedKeys(configuration.keys),
    redactions: redactionsOf(configuration),
    rowKeys: rowKeysOf(configuration),
    retries: configuration.retries ?? builtInRetryPolicy,
    loops: configuration.loops ?? builtInLoopLimits,
    stops: stopsOf(stored.stops ?? []),
    access: joinRules(variables.access, configuration.access ?? null),
    apiTokens: new Map((stored.apiTokens ?? []).map((token) => [token.sha256, token])),
    maskKey: stored.maskKey ?? null,
  };
}

const made = new WeakMap<Config, { stored: StoredVersion | null; config: EdgeConfig }>();

/** {@link edgeConfig}, remembered until another version is given. */
export function edgeConfigOf(variables: Config, stored: StoredVersion | null): EdgeConfig {
  const last = made.get(variables);
  if (last?.stored === stored) return last.config;
  const config = edgeConfig(variables, stored);
  made.set(variables, { stored, config });
  return config;
}

function storedKeys(keys: Readonly<Record<string, IngestKey>>): StoredKeys {
  const list = Object.entries(keys).map(([id, key]): StoredKey => ({
    id,
    source: key.source,
    sha256: key.sha256,
    routes: key.routes,
    destinations: key.destinations?.map(parseDestinationPattern) ?? null,
    expiresAtMs: key.expiresAt === null ? null : Date.parse(key.expiresAt),
  }));
  return {
    bySha256: new Map(list.map((key) => [key.sha256, key])),
    byId: new Map(list.map((key) => [key.id, key])),
  };
}
