// Signatures on both sides: of what is delivered, as a receiver sees them, and of what senders send.
import { inject } from 'vitest';
import { describe, expect, test } from 'vitest';
import githubContract from '../contracts/signatures/github.json' with { type: 'json' };
import { edgeUrl, event, ingestKey, send, sha256 } from './edge.ts';

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

describe('a source that must sign', () => {
  const github = {
    INBOUND_SIGNATURE: 'github',
    INBOUND_SIGNATURE_SECRET: githubContract.vector.secret,
  };
  const { body, signature } = githubContract.vector;

  test('is let through with a right signature', async () => {
    const request = event(edgeUrl('/verified'), body, { 'x-hub-signature-256': signature });
    const { response } = await send(request, github);
    expect(response.status).toBe(200);
  });

  test.each([
    ['without one', {}, body],
    ['with one of another body', { 'x-hub-signature-256': signature }, `${body}!`],
  ])('is refused %s', async (name, headers, sent) => {
    const path = `/unverified?${encodeURIComponent(name)}`;
    const { response, text, records } = await send(event(edgeUrl(path), sent, headers), github);
    expect(response.status).toBe(401);
    expect(text).toContain('signature_refused');
    expect(records).toMatchObject([{ type: 'refusal', source: 'shop' }]);
    expect(await headersAt(path)).toEqual({});
  });

  test('is refused with a body that is too large to be read first', async () => {
    const large = 'x'.repeat(5_000);
    const { response } = await send(
      event(edgeUrl('/unverified-large'), large, { 'x-hub-signature-256': signature }),
      { ...github, MAX_BODY_BYTES: '2000' },
    );
    expect(response.status).toBe(413);
    expect(await headersAt('/unverified-large')).toEqual({});
  });
});

describe('a sender that can set no header', () => {
  test('is let in by a signed URL', async () => {
    const url = await signedUrl(edgeUrl('/by-url'));
    const { response, records } = await send(new Request(url, { method: 'POST', body: '{}' }));
    expect(response.status).toBe(200);
    expect(records).toMatchObject([{ event: { source: 'shop' } }]);
  });

  test.each([
    ['other destinations', (url: string) => url.replace('by-url', 'elsewhere')],
    ['a parameter after the signature', (url: string) => `${url}&algorithm=round-robin`],
    ['a parameter before it', (url: string) => url.replace('?', '?algorithm=round-robin&')],
    ['half a signature', (url: string) => url.slice(0, -32)],
  ])('is refused with %s', async (_name, change) => {
    const url = change(await signedUrl(edgeUrl('/by-url')));
    const { response } = await send(new Request(url, { method: 'POST', body: '{}' }));
    expect(response.status).toBe(401);
  });
});

async function signedUrl(url: string): Promise<string> {
  const query = url.slice(url.indexOf('?') + 1);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const encoder = new TextEncoder();
  const keyText = encoder.encode(await sha256(ingestKey));
  const key = await crypto.subtle.importKey('raw', keyText, hmac, false, ['sign']);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(query)));
  return `${url}&signature=${Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
