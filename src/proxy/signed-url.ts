// Lets a sender in that can set no header: a URL whose query is signed with the ingest key's hash. Whoever
// has the URL can send to the destinations in it, and to no others.
import { macFromHex, matchesHmac } from '../events/signatures/hmac.ts';

/** The last parameter: everything before it is signed, byte for byte as it stands in the URL. */
const signatureAtEnd = /^[^?]*\?(.*)&signature=([^&]*)$/;

/**
 * `signature` is HMAC-SHA256, in hex, over the query before `&signature=`; its key is INGEST_KEY_SHA256 as
 * text, so that neither side needs the ingest key itself.
 *
 * @returns whether the signature is right; null where the URL has none
 */
export async function checkUrlSignature(url: string, keySha256: string): Promise<boolean | null> {
  const match = signatureAtEnd.exec(url);
  if (match === null) return null;
  const [, query = '', signature = ''] = match;
  const mac = macFromHex(signature);
  const encoder = new TextEncoder();
  const secret = new Uint8Array(encoder.encode(keySha256));
  return mac !== null && (await matchesHmac(secret, [encoder.encode(query)], mac));
}
