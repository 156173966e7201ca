// Decides who may send and where to. It never forwards, and it never logs a key.
import type { Config } from '../config/config.ts';
import { matchesDestination } from '../config/destination-pattern.ts';
import type { Parsed } from './parse-request-target.ts';

/** The header that carries the ingest key. It is never passed on. */
export const ingestKeyHeader = 'x-throughline-key';

/** Finds the source that the sender's ingest key names. */
export async function checkSender(headers: Headers, config: Config): Promise<Parsed<string>> {
  if (!config.bootstrapKey) return { ok: false, problem: { reason: 'edge_closed' } };
  const key = headers.get(ingestKeyHeader);
  if (!key) return { ok: false, problem: { reason: 'key_missing' } };
  // Hashes are compared, not keys: how long a comparison takes tells nothing about the key.
  if ((await sha256Hex(key)) !== config.bootstrapKey.sha256) {
    return { ok: false, problem: { reason: 'key_unknown' } };
  }
  return { ok: true, value: config.bootstrapKey.source };
}

/** Holds every destination against the allowlist. */
export function checkDestinations(
  destinations: readonly URL[],
  config: Config,
): Parsed<readonly URL[]> {
  const refused = destinations.find(
    (url) => !config.allowedDestinations.some((pattern) => matchesDestination(pattern, url)),
  );
  return refused
    ? { ok: false, problem: { reason: 'destination_not_allowed', destination: refused.href } }
    : { ok: true, value: destinations };
}

async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
