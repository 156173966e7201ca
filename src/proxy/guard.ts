// Decides who may send and where to. It never forwards, and it never logs a key.
import type { Config } from '../config/config.ts';
import { forbiddenHost } from '../config/destination-address.ts';
import { matchesDestination } from '../config/destination-pattern.ts';
import { matchesSha256 } from '../config/secret.ts';
import type { FieldReader } from './header-fields.ts';
import type { Parsed } from './parse-request-target.ts';
import type { EdgeProblem } from './problem.ts';
import { checkUrlSignature } from './signed-url.ts';

/** The header that carries the ingest key. It is never passed on. */
export const ingestKeyHeader = 'x-throughline-key';

export type Sender = {
  /** The application database that its events come from. */
  source: string;
  /** Tells this key from others without being it: the beginning of its hash. */
  keyId: string;
};

/** Finds the source that the sender's ingest key names: the key in its header, or a URL signed with its hash. */
export async function checkSender(
  { headers, url }: { headers: FieldReader; url: string },
  config: Config,
): Promise<Parsed<Sender>> {
  if (!config.bootstrapKey) return { ok: false, problem: { reason: 'edge_closed' } };
  const { sha256, source } = config.bootstrapKey;
  const key = headers.get(ingestKeyHeader);
  const isKnown = key ? await matchesSha256(key, sha256) : await checkUrlSignature(url, sha256);
  if (isKnown === null) return { ok: false, problem: { reason: 'key_missing' } };
  if (!isKnown) {
    return { ok: false, problem: { reason: key ? 'key_unknown' : 'url_signature_wrong' } };
  }
  return { ok: true, value: { source, keyId: sha256.slice(0, 16) } };
}

/** Holds every destination against what is never called and against the allowlist. */
export function checkDestinations(
  destinations: readonly URL[],
  config: Config,
): Parsed<readonly URL[]> {
  const { maxDestinations } = config;
  if (destinations.length > maxDestinations) {
    const count = destinations.length;
    return { ok: false, problem: { reason: 'destinations_too_many', count, maxDestinations } };
  }
  for (const url of destinations) {
    const problem = checkDestination(url, config);
    if (problem) return { ok: false, problem };
  }
  return { ok: true, value: destinations };
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
