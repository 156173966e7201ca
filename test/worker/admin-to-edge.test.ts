// From the admin's request to the sender's: what the API stores is what the edge works by, through the real KV.
import { env } from 'cloudflare:workers';
import { inject } from 'vitest';
import { describe, expect, test } from 'vitest';
import { freshAdmin } from './admin.ts';
import { ingestKey, send, type Sent, sha256 } from './edge.ts';

const at = (path: string): string => inject('destinationUrl') + path;

/** What the admin's and the edge's Worker have in common. */
const variables = async (): Promise<Record<string, string>> => ({
  INGEST_SOURCE: 'shop',
  INGEST_KEY_SHA256: await sha256(ingestKey),
  ALLOWED_DESTINATIONS: 'http://127.0.0.1:*',
  ALLOW_PRIVATE_DESTINATIONS: 'true',
});

/** Asks an isolate that has read nothing yet. */
function sendAnew(path: string, headers: Record<string, string> = {}): Promise<Sent> {
  const SNAPSHOT = {
    get: (...given: Parameters<KVNamespace['get']>) => env.SNAPSHOT.get(...given),
  } as unknown as KVNamespace;
  const request = new Request(`https://edge.example${path}`, {
    method: 'POST',
    body: '{}',
    headers,
  });
  return send(request, { SNAPSHOT });
}

// oxlint-disable-next-line typescript/no-explicit-any
type Ask = (method: string, path: string, body?: unknown, headers?: object) => Promise<any>;

async function admin(): Promise<Ask> {
  const { ask } = freshAdmin();
  const shared = await variables();
  return async (method, path, body, headers = {}) => {
    const given = { ...(body === undefined ? {} : { body }), headers: { ...headers } };
    const answer = await ask(method, path, { ...given, variables: shared });
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.body;
  };
}

describe('what an admin stores, the edge works by', () => {
  test('a route, a key of its own, its rotation with overlap and its end', async () => {
    const ask = await admin();
    const route = { destinations: [at('/admin/orders')], job: 'orders' };
    await ask('PUT', '/routes/orders', route, { 'if-none-match': '*' });
    const first = await ask('POST', '/keys', { source: 'stock', routes: ['orders'] });
    const sent = await sendAnew('/r/orders', { 'x-throughline-key': first.key });
    expect(sent.response.status).toBe(200);
    expect(sent.records).toMatchObject([
      { event: { source: 'stock' }, delivery: { route: 'orders' } },
    ]);
    const next = await ask('POST', `/keys/${first.id}/rotate`, { overlapSeconds: 3_600 });
    for (const { key } of [first, next]) {
      const { response } = await sendAnew('/r/orders', { 'x-throughline-key': key });
      expect(response.status).toBe(200);
    }
    await ask('DELETE', `/keys/${first.id}`);
    const revoked = await sendAnew('/r/orders', { 'x-throughline-key': first.key });
    expect([revoked.response.status, revoked.text]).toEqual([
      401,
      expect.stringContaining('key_unknown'),
    ]);
    const successor = await sendAnew('/r/orders', { 'x-throughline-key': next.key });
    expect(successor.response.status).toBe(200);
  });

  test('a signed URL, good for what it says and for as long as its key', async () => {
    const ask = await admin();
    for (const name of ['orders', 'stock']) {
      const route = { destinations: [at(`/admin/${name}`)] };
      await ask('PUT', `/routes/${name}`, route, { 'if-none-match': '*' });
    }
    const { id: keyId } = await ask('POST', '/keys', { source: 'stock' });
    const query = `destinations=${encodeURIComponent(at('/admin/unnamed'))}`;
    const { url: ofRoute } = await ask('POST', '/signed-urls', { keyId, route: 'orders' });
    const { url: unnamed } = await ask('POST', '/signed-urls', { keyId, query });
    const { url: byVariable } = await ask('POST', '/signed-urls', { route: 'orders' });
    for (const url of [ofRoute, unnamed, byVariable]) {
      expect([url, (await sendAnew(url)).response.status]).toEqual([url, 200]);
    }
    const elsewhere = ofRoute.replace('/r/orders', '/r/stock');
    expect((await sendAnew(elsewhere)).response.status).toBe(401);
    expect((await sendAnew(elsewhere)).text).toContain('url_signature_wrong');
    await ask('DELETE', `/keys/${keyId}`);
    const revoked = await sendAnew(ofRoute);
    expect([revoked.response.status, JSON.parse(revoked.text)]).toMatchObject([
      401,
      { type: 'urn:throughline:problem:url_key_unknown', detail: expect.stringContaining(keyId) },
    ]);
    expect((await sendAnew(byVariable)).response.status).toBe(200);
  });
});
