// Deliveries that are signed, as a receiver sees them.
import { inject } from 'vitest';
import { expect, test } from 'vitest';
import { edgeUrl, event, send } from './edge.ts';

type Received = { headers: Record<string, string> };

const secretBytes = new Uint8Array(32).fill(7);
const secret = `whsec_${btoa(String.fromCharCode(...secretBytes))}`;

async function headersAt(path: string): Promise<Record<string, string>> {
  const url = `${inject('destinationUrl')}/received?path=${encodeURIComponent(path)}`;
  const [got]: Received[] = await (await fetch(url)).json();
  return got?.headers ?? {};
}

/** Verifies as the specification tells a receiver to, with nothing of the code under test. */
async function verifies(headers: Record<string, string>, body: string): Promise<boolean> {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', secretBytes, hmac, false, ['verify']);
  const [, signature = ''] = (headers['webhook-signature'] ?? '').split(',');
  const bytes = Uint8Array.from(atob(signature), (byte) => byte.charCodeAt(0));
  return crypto.subtle.verify('HMAC', key, bytes, new TextEncoder().encode(signed));
}

test('a receiver can verify a delivery, which carries its idempotency key as its id', async () => {
  const body = '{ "text": "žluťoučký" }';
  await send(event(edgeUrl('/signed'), body), { OUTBOUND_SIGNING_SECRET: secret });
  const headers = await headersAt('/signed');
  expect(await verifies(headers, body)).toBe(true);
  expect(headers['webhook-id']).toBe(headers['idempotency-key']);
});

test('a delivery without a body is signed too', async () => {
  const request = new Request(edgeUrl('/signed-get'), {
    headers: { 'x-throughline-key': 'tl_test_key' },
  });
  await send(request, { OUTBOUND_SIGNING_SECRET: secret });
  expect(await verifies(await headersAt('/signed-get'), '')).toBe(true);
});

test('without a secret a sender’s own signature goes on as it came', async () => {
  const own = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,own' };
  await send(event(edgeUrl('/own-signature'), '{}', own));
  expect(await headersAt('/own-signature')).toMatchObject(own);
});
