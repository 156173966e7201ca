// Shortens the hashes of ingest keys for whoever reads a configuration. A key's hash opens the edge to signed URLs
// (it is their HMAC key), so it stands in full only where it is stored, published or asked for by name. Pure.
import type { Configuration } from './configuration.ts';

const shownDigits = 12;
const shortened = /^([0-9a-f]{12})…$/;

/** The document with `sha256` of every key as its first 12 digits and `…`. Takes any version's JSON. */
export function shortenHashes<Document>(document: Document): Document {
  return mapHashes(document, (sha256) => `${sha256.slice(0, shownDigits)}…`);
}

/**
 * What an incoming document says of keys and access, made whole: without any `keys`, or without `access`, it leaves the
 * stored ones alone, and hashes that {@link shortenHashes} has shortened are put back where the stored key of the same
 * id has them. What fits no stored key stays as it is, and the schema refuses it.
 */
export function withStoredKeys(
  incoming: unknown,
  { keys, access }: Readonly<Pick<Configuration, 'keys' | 'access'>>,
): unknown {
  const document =
    isObject(incoming) && !Object.hasOwn(incoming, 'access') && access
      ? { ...incoming, access }
      : incoming;
  if (isObject(document) && !Object.hasOwn(document, 'keys')) return { ...document, keys };
  return mapHashes(document, (sha256, id) => {
    const digits = shortened.exec(sha256)?.[1];
    const stored = Object.hasOwn(keys, id) ? keys[id]?.sha256 : undefined;
    return digits !== undefined && stored?.startsWith(digits) ? stored : sha256;
  });
}

function mapHashes<Document>(
  document: Document,
  change: (sha256: string, id: string) => string,
): Document {
  if (!isObject(document) || !isObject(document['keys'])) return document;
  const keys = Object.entries(document['keys']).map(([id, key]) => [
    id,
    isObject(key) && typeof key['sha256'] === 'string'
      ? { ...key, sha256: change(key['sha256'], id) }
      : key,
  ]);
  return { ...document, keys: Object.fromEntries(keys) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
