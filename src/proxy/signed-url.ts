// Lets a sender in that can set no header: a URL that is signed with an ingest key's hash. Whoever has the URL can
// send what it says, and nothing else.
import { macFromHex, matchesHmac } from '../events/signatures/hmac.ts';

export type SignedUrl = {
  /**
   * What is signed, byte for byte as it stands in the URL: the query before `&signature=`, and on `/r/…` the path and
   * `?` before it, so that the signature for one route opens no other.
   */
  signed: string;
  /** Which key has signed; null: the Worker's own. */
  keyId: string | null;
  signature: string;
};

/** The last parameter: everything before it is signed. */
const signatureAtEnd = /^\w+:\/\/[^/?]*([^?]*)\?(?:(.*)&)?signature=([^&]*)$/;

/** Takes a signed URL apart; null where it is not signed. A URL that names two keys names none. */
export function parseSignedUrl(url: string): SignedUrl | null {
  const match = signatureAtEnd.exec(url);
  if (match === null) return null;
  const [, path = '', query = '', signature = ''] = match;
  const ids = query.split('&').filter((pair) => pair.startsWith('key='));
  const keyId = ids.length === 0 ? null : ids.length === 1 ? (ids[0] ?? '').slice(4) : '';
  const signed = path === '/' || path === '' ? query : query === '' ? path : `${path}?${query}`;
  return { signed, keyId, signature };
}

/**
 * Whether the signature is right: HMAC-SHA256, in hex; its key is the ingest key's SHA-256 (lower-case hex) as text,
 * so that neither side needs the ingest key itself.
 */
export async function checkUrlSignature(
  { signed, signature }: SignedUrl,
  keySha256: string,
): Promise<boolean> {
  const mac = macFromHex(signature);
  const encoder = new TextEncoder();
  const secret = new Uint8Array(encoder.encode(keySha256));
  return mac !== null && (await matchesHmac(secret, [encoder.encode(signed)], mac));
}
