// What admins ask the API for: one function for each. A change says what it replaces, so that none is overwritten.
import type {
  AuditPage,
  Changed,
  ConfigurationView,
  DryRunView,
  KeyCreatedView,
  KeyListView,
  RotationView,
  SettingsView,
  VersionChangesView,
  VersionPage,
} from '../../../src/api/admin/views.ts';
import type { TokenCreatedView, TokenListView } from '../../../src/api/access/views.ts';
import type { TestSendReport } from '../../../src/deliveries/test-send-report.ts';
import type { KnownDestination, StoredRoute } from '../../../src/config/configuration.ts';
import { answerOf, api, taggedAnswerOf } from '../api/http.ts';
import { actorName } from './actor.ts';

const admin = api.admin;

type Init = { init: RequestInit };

/** What was read, or null: it must not be there yet. */
export type Precondition = string | null;

/** A change that was made, and what the next one has to name. */
type Stored = { body: Changed; etag: string };

/** The headers of a change: what it replaces, and in whose name it is made. */
function change(options: Init, replaces?: Precondition) {
  const actor = actorName();
  return {
    ...options,
    headers: {
      ...(replaces === undefined
        ? {}
        : replaces === null
          ? { 'if-none-match': '*' }
          : { 'if-match': replaces }),
      ...(actor === '' ? {} : { 'x-throughline-actor': actor }),
    },
  };
}

export function readConfiguration(signal?: AbortSignal): Promise<ConfigurationView> {
  return answerOf((options) => admin.configuration.$get({}, options), signal);
}

export function readRoute(
  name: string,
  signal?: AbortSignal,
): Promise<{ body: StoredRoute; etag: string }> {
  const param = { name: encodeURIComponent(name) };
  return taggedAnswerOf((options) => admin.routes[':name'].$get({ param }, options), signal);
}

export function putRoute(of: {
  name: string;
  route: StoredRoute;
  note: string;
  replaces: Precondition;
}): Promise<Stored> {
  const param = { name: encodeURIComponent(of.name) };
  return taggedAnswerOf((options) =>
    admin.routes[':name'].$put(
      { param, query: { note: of.note }, json: of.route },
      change(options, of.replaces),
    ),
  );
}

export function deleteRoute(of: {
  name: string;
  note: string;
  replaces: string;
}): Promise<Changed> {
  const param = { name: encodeURIComponent(of.name) };
  return answerOf((options) =>
    admin.routes[':name'].$delete(
      { param, query: { note: of.note } },
      change(options, of.replaces),
    ),
  );
}

export function readRotations(route: string, signal?: AbortSignal): Promise<RotationView[]> {
  const param = { rotation: encodeURIComponent(route) };
  return answerOf((options) => admin.rotations[':rotation'].$get({ param }, options), signal).then(
    ({ rotations }) => rotations,
  );
}

/** Begins anew. @param rotation its own name, as `readRotations` tells it */
export function resetRotation(rotation: string): Promise<RotationView[]> {
  const param = { rotation: encodeURIComponent(rotation) };
  return answerOf((options) =>
    admin.rotations[':rotation'].reset.$post({ param }, change(options)),
  ).then(({ rotations }) => rotations);
}

export function readDestination(
  url: string,
  signal?: AbortSignal,
): Promise<{ body: KnownDestination; etag: string }> {
  const param = { url: encodeURIComponent(url) };
  return taggedAnswerOf((options) => admin.destinations[':url'].$get({ param }, options), signal);
}

export function putDestination(of: {
  url: string;
  known: KnownDestination;
  note: string;
  replaces: Precondition;
}): Promise<Stored> {
  const param = { url: encodeURIComponent(of.url) };
  return taggedAnswerOf((options) =>
    admin.destinations[':url'].$put(
      { param, query: { note: of.note }, json: of.known },
      change(options, of.replaces),
    ),
  );
}

export function deleteDestination(of: { url: string; replaces: string }): Promise<Changed> {
  const param = { url: encodeURIComponent(of.url) };
  return answerOf((options) =>
    admin.destinations[':url'].$delete({ param, query: {} }, change(options, of.replaces)),
  );
}

export function readAllowlist(
  signal?: AbortSignal,
): Promise<{ body: { allowedDestinations: string[]; byVariable: string[] }; etag: string }> {
  return taggedAnswerOf((options) => admin.allowlist.$get({}, options), signal);
}

export function putAllowlist(of: {
  allowedDestinations: readonly string[];
  replaces: Precondition;
}): Promise<Stored> {
  const allowedDestinations = [...of.allowedDestinations];
  return taggedAnswerOf((options) =>
    admin.allowlist.$put(
      { query: {}, json: { allowedDestinations } },
      change(options, of.replaces),
    ),
  );
}

export function readSettings(signal?: AbortSignal): Promise<{ body: SettingsView; etag: string }> {
  return taggedAnswerOf((options) => admin.settings.$get({}, options), signal);
}

export function putSettings(of: {
  settings: SettingsView['settings'];
  note: string;
  replaces: Precondition;
}): Promise<Stored> {
  return taggedAnswerOf((options) =>
    admin.settings.$put(
      { query: { note: of.note }, json: of.settings },
      change(options, of.replaces),
    ),
  );
}

export function listKeys(signal?: AbortSignal): Promise<KeyListView> {
  return answerOf((options) => admin.keys.$get({}, options), signal);
}

export function createKey(key: {
  source: string;
  note: string;
  routes: string[] | null;
  destinations: string[] | null;
  expiresAt: string | null;
}): Promise<KeyCreatedView> {
  return answerOf((options) => admin.keys.$post({ json: key }, change(options)));
}

export function rotateKey(of: { id: string; overlapSeconds: number }): Promise<KeyCreatedView> {
  const { id, overlapSeconds } = of;
  return answerOf((options) =>
    admin.keys[':id'].rotate.$post(
      { param: { id: encodeURIComponent(id) }, json: { overlapSeconds } },
      change(options),
    ),
  );
}

export function revokeKey(id: string): Promise<Changed> {
  return answerOf((options) =>
    admin.keys[':id'].$delete(
      { param: { id: encodeURIComponent(id) }, query: {} },
      change(options),
    ),
  );
}

export function listTokens(signal?: AbortSignal): Promise<TokenListView> {
  return answerOf((options) => admin.tokens.$get({}, options), signal);
}

export function createToken(token: {
  role: TokenCreatedView['role'];
  note: string;
  expiresAt: string | null;
}): Promise<TokenCreatedView> {
  return answerOf((options) => admin.tokens.$post({ json: token }, change(options)));
}

export function revokeToken(id: string): Promise<{ id: string }> {
  return answerOf((options) =>
    admin.tokens[':id'].$delete(
      { param: { id: encodeURIComponent(id) }, query: {} },
      change(options),
    ),
  );
}

export function listVersions(cursor: string | null, signal?: AbortSignal): Promise<VersionPage> {
  const query = { limit: '30', ...(cursor === null ? {} : { cursor }) };
  return answerOf((options) => admin.versions.$get({ query }, options), signal);
}

/** What turned version `from` into `to`. */
export function readChanges(
  of: { from: number; to: number },
  signal?: AbortSignal,
): Promise<VersionChangesView> {
  const param = { version: String(of.to) };
  return answerOf(
    (options) =>
      admin.versions[':version'].diff.$get({ param, query: { from: String(of.from) } }, options),
    signal,
  );
}

/**
 * Goes back to a version, by a new one.
 * @param of.from the version that it replaces: refused where there is a newer one
 * @param of.keys `keep`: no revoked key comes back. `restore`: keys as they were
 */
export function rollBack(of: {
  to: number;
  from: number;
  note: string;
  keys: 'keep' | 'restore';
}): Promise<Changed> {
  return answerOf((options) =>
    admin.versions[':version'].rollback.$post(
      { param: { version: String(of.to) }, json: { note: of.note, keys: of.keys } },
      change(options, `"${of.from}"`),
    ),
  );
}

export function listAudit(cursor: string | null, signal?: AbortSignal): Promise<AuditPage> {
  const query = { limit: '50', ...(cursor === null ? {} : { cursor }) };
  return answerOf((options) => admin.audit.$get({ query }, options), signal);
}

export interface AskedRequest {
  url: string | null;
  route: string | null;
  method: string;
  headers: Record<string, string>;
  body: string | null;
  keyId: string | null;
}

/** Longer than the edge waits for a job. */
const testTimeoutMs = 120_000;

/** Sends it, marked as a test. */
export function testSend(of: AskedRequest): Promise<TestSendReport> {
  return answerOf(
    (options) => admin['test-sends'].$post({ json: of }, change(options)),
    undefined,
    testTimeoutMs,
  );
}

export function dryRun(of: AskedRequest): Promise<DryRunView> {
  return answerOf((options) => admin['dry-runs'].$post({ json: of }, options));
}
