// Tells one URL of what needs a person, signed per Standard Webhooks as deliveries are. It decides nothing about when.
import { forbiddenHost } from '../src/config/destination-address.ts';
import { signatureHeaders } from '../src/events/signatures/standard-webhooks.ts';

export type Announcement = {
  /** The same for all tries: whoever gets it twice knows. */
  id: string;
  url: string;
  /** JSON. */
  body: string;
};

const timeoutMs = 10_000;

/**
 * Sends it once. Redirects are not followed.
 * @throws Error saying why it was not taken: no 2xx, no answer in time, a host that is never called
 */
export async function sendAnnouncement(
  { id, url, body }: Announcement,
  sender: { secrets: readonly string[]; allowPrivateDestinations: boolean; nowMs: number },
): Promise<void> {
  const destination = new URL(url);
  const why = sender.allowPrivateDestinations ? null : forbiddenHost(destination);
  if (why !== null) throw new Error(`${destination.host} is never called: ${why}`);
  const bytes = new TextEncoder().encode(body);
  const headers = new Headers({ 'content-type': 'application/json' });
  if (sender.secrets.length > 0) {
    const message = { id, atMs: sender.nowMs, body: bytes };
    for (const [name, value] of Object.entries(await signatureHeaders(message, sender.secrets))) {
      headers.set(name, value);
    }
  } else {
    headers.set('webhook-id', id);
  }
  const response = await fetch(destination, {
    method: 'POST',
    headers,
    body: bytes,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`It answered ${response.status}.`);
}
