// Draws ingest keys and signs URLs with them. It stores nothing: a key is told once, and then only its hash is known.
import { sha256, toHex } from '../../correlation/sha256.ts';
import { hmacSha256 } from '../../events/signatures/hmac.ts';

const secretBytes = 32;
const idBytes = 4;

export type DrawnKey = {
  /** No secret: names the key in lists, in the audit and in signed URLs. */
  id: string;
  /** What the sender sends as `x-throughline-key`. */
  key: string;
  /** Lower-case hex. */
  sha256: string;
};

/** Draws a key for a source: 32 random bytes, as `tlk_` and base64url. */
export async function drawKey(source: string): Promise<DrawnKey> {
  const key = `tlk_${base64url(crypto.getRandomValues(new Uint8Array(secretBytes)))}`;
  const name = source
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40);
  const id = `${name || 'key'}-${toHex(crypto.getRandomValues(new Uint8Array(idBytes)))}`;
  return { id, key, sha256: toHex(await sha256(key)) };
}

/**
 * Signs a URL for a sender that can set no header: HMAC-SHA256 in hex over the query before `&signature=`, with the
 * path before it where it is not `/`; its key is the ingest key's SHA-256 as text.
 * @param signer.id null for the key of the Worker's variables
 * @returns path and query
 */
export async function signUrl(
  { path, query }: { path: string; query: string },
  signer: { id: string | null; sha256: string },
): Promise<string> {
  const whole = [query, signer.id === null ? '' : `key=${signer.id}`].filter(Boolean).join('&');
  const signed = path === '/' ? whole : whole === '' ? path : `${path}?${whole}`;
  const encoder = new TextEncoder();
  const mac = await hmacSha256(new Uint8Array(encoder.encode(signer.sha256)), [
    encoder.encode(signed),
  ]);
  return `${path}?${[whole, `signature=${toHex(mac)}`].filter(Boolean).join('&')}`;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
