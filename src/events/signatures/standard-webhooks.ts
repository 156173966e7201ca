// Signs what is delivered per Standard Webhooks (github.com/standard-webhooks/standard-webhooks,
// spec/standard-webhooks.md): HMAC-SHA256 over id, timestamp and body. Pure but for WebCrypto.
import { bytesFromBase64, hmacSha256 } from './hmac.ts';

/**
 * The three headers of one attempt.
 * @param message.id stays the same over all attempts of a delivery
 * @param message.atMs when the attempt is made, ms since the epoch: receivers refuse old ones
 * @param secrets `whsec_` and base64, or base64 alone. While one replaces another both sign.
 * @throws DOMException where a secret is not base64
 */
export async function signatureHeaders(
  message: { id: string; atMs: number; body: Uint8Array },
  secrets: readonly string[],
): Promise<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(message.atMs / 1_000));
  const signed = [new TextEncoder().encode(`${message.id}.${timestamp}.`), message.body];
  const signatures = await Promise.all(
    secrets.map(async (secret) => `v1,${toBase64(await hmacSha256(bytesOf(secret), signed))}`),
  );
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> {
  return bytesFromBase64(secret.replace(/^whsec_/, ''));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
