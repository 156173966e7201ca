// HMAC-SHA256 (RFC 2104) over bytes, by WebCrypto, and the two ways to write it. It keeps no secret.

const algorithm = { name: 'HMAC', hash: 'SHA-256' };

/** The MAC of the message's parts, one after the other. */
export async function hmacSha256(
  secret: Uint8Array<ArrayBuffer>,
  parts: readonly Uint8Array[],
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, joined(parts)));
}

/** True where `mac` is the message's; WebCrypto compares in constant time. */
export async function matchesHmac(
  secret: Uint8Array<ArrayBuffer>,
  parts: readonly Uint8Array[],
  mac: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['verify']);
  return crypto.subtle.verify('HMAC', key, mac, joined(parts));
}

/** The 32 bytes that 64 hex digits stand for; null for anything else. */
export function macFromHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[0-9a-f]{64}$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The 32 bytes that 44 base64 characters stand for; null for anything else. */
export function macFromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return null;
  return bytesFromBase64(text);
}

/** @throws DOMException where the text is not base64 */
export function bytesFromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
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
