// HMAC-SHA256 (RFC 2104) over bytes, by WebCrypto. It keeps no secret.

/** The MAC of the message's parts, one after the other. */
export async function hmacSha256(
  secret: Uint8Array<ArrayBuffer>,
  parts: readonly Uint8Array[],
): Promise<Uint8Array> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, joined(parts)));
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
