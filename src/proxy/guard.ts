// Decides who may send and where to. It never forwards, and it never logs a key.
import type { Config } from '../config/config.ts';
import { forbiddenHost } from '../config/destination-address.ts';
import { matchesDestination } from '../config/destination-pattern.ts';
import type { EdgeConfig, StoredKey } from '../config/edge-config.ts';
import { equalInConstantTime, findBySha256 } from '../config/secret.ts';
import type { FieldReader } from './header-fields.ts';
import type { Parsed } from './parse-request-target.ts';
import type { EdgeProblem } from './problem.ts';
import { checkUrlSignature, parseSignedUrl } from './signed-url.ts';

/** The header that carries the ingest key. It is never passed on. */
export const ingestKeyHeader = 'x-throughline-key';

/** Longer than any key: what is longer is not hashed, so that a flood of wrong keys stays cheap. */
const longestKey = 512;
/** What a URL names beyond this is no id of a key, and is not repeated whole. */
const longestKeyId = 64;

export type Sender = {
  /** The application database that its events come from. */
  source: string;
  /** Tells this key from others without being it: the beginning of its hash. */
  keyId: string;
  /** Null for the key of the Worker's variables, which may do everything. */
  key: StoredKey | null;
};

/**
 * Finds whose key the sender has: in its header, or as what signed the URL. The key of the variables works whether
 * what is stored can be read or not; where it cannot, any other may be right, and its sender has to come again.
 * @param nowMs ms since the epoch
 */
export async function checkSender(
  { headers, url }: { headers: FieldReader; url: string },
  config: EdgeConfig,
  nowMs: number,
): Promise<Parsed<Sender>> {
  if (!config.bootstrapKey && config.keys.byId.size === 0 && config.version !== null) {
    return refuse({ reason: 'edge_closed' });
  }
  const given = headers.get(ingestKeyHeader);
  const signedUrl = given ? null : parseSignedUrl(url);
  if (!given && !signedUrl) return refuse({ reason: 'key_missing' });
  const sender = signedUrl
    ? await senderOfUrl(signedUrl, config)
    : await senderOfKey(given ?? '', config);
  if (sender === null) {
    if (config.version === null) return refuse({ reason: 'configuration_unreadable' });
    return refuse(given ? { reason: 'key_unknown' } : urlProblem(signedUrl?.keyId ?? null, config));
  }
  return letIn(sender, nowMs);
}

/** Nothing secret: whoever has signed knows the id, and it stands in lists and in the audit. */
function urlProblem(keyId: string | null, { keys }: EdgeConfig): EdgeProblem {
  return keyId === null || keyId === '' || keys.byId.has(keyId)
    ? { reason: 'url_signature_wrong' }
    : { reason: 'url_key_unknown', key: keyId.slice(0, longestKeyId) };
}

/**
 * The sender that a key would let in, by its id, which is no proof of anything: for looking ahead only.
 * @param keyId null: the key of the variables
 */
export function senderWithKey(
  keyId: string | null,
  config: EdgeConfig,
  nowMs: number,
): Parsed<Sender> {
  const bootstrap = bootstrapSender(config);
  if (keyId === null) {
    return bootstrap ? letIn(bootstrap.sender, nowMs) : refuse({ reason: 'key_missing' });
  }
  const stored = config.keys.byId.get(keyId);
  return stored ? letIn(senderWith(stored), nowMs) : refuse({ reason: 'key_unknown' });
}

function letIn(sender: Sender, nowMs: number): Parsed<Sender> {
  const { key } = sender;
  if (key !== null && key.expiresAtMs !== null && key.expiresAtMs <= nowMs) {
    return refuse({ reason: 'key_expired', key: key.id });
  }
  return { ok: true, value: sender };
}

async function senderOfKey(key: string, config: EdgeConfig): Promise<Sender | null> {
  if (key.length > longestKey) return null;
  return findBySha256(key, (sha256) => {
    const bootstrap = bootstrapSender(config);
    if (bootstrap && equalInConstantTime(sha256, bootstrap.sha256)) return bootstrap.sender;
    const stored = config.keys.bySha256.get(sha256);
    return stored ? senderWith(stored) : null;
  });
}

async function senderOfUrl(
  signedUrl: NonNullable<ReturnType<typeof parseSignedUrl>>,
  config: EdgeConfig,
): Promise<Sender | null> {
  const { keyId } = signedUrl;
  const stored = keyId === null ? undefined : config.keys.byId.get(keyId);
  const signer =
    keyId === null
      ? bootstrapSender(config)
      : stored && { sha256: stored.sha256, sender: senderWith(stored) };
  if (!signer) return null;
  return (await checkUrlSignature(signedUrl, signer.sha256)) ? signer.sender : null;
}

function bootstrapSender({ bootstrapKey }: Config): { sha256: string; sender: Sender } | null {
  if (!bootstrapKey) return null;
  const { sha256, source } = bootstrapKey;
  return { sha256, sender: { source, keyId: sha256.slice(0, 16), key: null } };
}

function senderWith(key: StoredKey): Sender {
  return { source: key.source, keyId: key.sha256.slice(0, 16), key };
}

/** Why this sender's key may not use a stored route; null where it may. */
export function checkRouteScope({ key }: Sender, route: string): EdgeProblem | null {
  if (key === null || key.routes === null || key.routes.includes(route)) return null;
  return scopeProblem(key, `the route ${route}`);
}

/** Why this sender's key may not name these destinations in a URL; null where it may. */
export function checkDestinationScope(
  { key }: Sender,
  destinations: readonly URL[],
): EdgeProblem | null {
  const patterns = key?.destinations ?? null;
  if (key === null || patterns === null) return null;
  const outside = destinations.find(
    (url) => !patterns.some((pattern) => matchesDestination(pattern, url)),
  );
  return outside ? scopeProblem(key, outside.origin + outside.pathname) : null;
}

function scopeProblem({ id, routes, destinations }: StoredKey, asked: string): EdgeProblem {
  const patterns = destinations?.map(({ text }) => text) ?? null;
  return { reason: 'key_scope', key: id, asked, routes, destinations: patterns };
}

/** Holds every destination of a URL against what is never called and against the allowlist. */
export function checkDestinations(
  destinations: readonly URL[],
  config: EdgeConfig,
): Parsed<readonly URL[]> {
  const { maxDestinations } = config;
  if (destinations.length > maxDestinations) {
    const count = destinations.length;
    return refuse({ reason: 'destinations_too_many', count, maxDestinations });
  }
  for (const url of destinations) {
    const problem = checkKnownDestination(url, config);
    if (problem) return refuse(problem);
  }
  return { ok: true, value: destinations };
}

/** As {@link checkDestination}; while what is stored cannot be read, the allowlist is not known whole. */
export function checkKnownDestination(url: URL, config: EdgeConfig): EdgeProblem | null {
  const problem = checkDestination(url, config);
  return problem?.reason === 'destination_not_allowed' && config.version === null
    ? { reason: 'configuration_unreadable' }
    : problem;
}

/** Why this destination may not be called; null where it may. */
export function checkDestination(url: URL, config: Config): EdgeProblem | null {
  const why = config.allowPrivateDestinations ? null : forbiddenHost(url);
  if (why !== null) return { reason: 'destination_forbidden', destination: shown(url), why };
  return config.allowedDestinations.some((pattern) => matchesDestination(pattern, url))
    ? null
    : { reason: 'destination_not_allowed', destination: shown(url) };
}

/** The query may hold a secret of the destination's; the sender knows it, logs need not. */
function shown(url: URL): string {
  return url.origin + url.pathname;
}

function refuse(problem: EdgeProblem): { ok: false; problem: EdgeProblem } {
  return { ok: false, problem };
}
