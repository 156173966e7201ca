// A stored configuration in KV, as the admin object publishes it, for one isolate of the edge.
import { env } from 'cloudflare:workers';

/** Publishes a configuration under a key of its own. Each call is for a fresh isolate. */
export async function stored(configuration: object): Promise<{ SNAPSHOT: KVNamespace }> {
  const key = crypto.randomUUID();
  const publishedAt = new Date().toISOString();
  await env.SNAPSHOT.put(
    key,
    JSON.stringify({
      v: 1,
      version: 1,
      publishedAt,
      configuration: { format: 1, ...configuration },
    }),
  );
  return kv(() => env.SNAPSHOT.get(key, { type: 'text', cacheTtl: 30 }));
}

/** A KV namespace that reads like this. */
export function kv(get: () => Promise<string | null>): { SNAPSHOT: KVNamespace } {
  return { SNAPSHOT: { get } as unknown as KVNamespace };
}

/** The URL of a stored route at the edge. */
export function routeUrl(name: string, query = ''): string {
  return `https://edge.example/r/${name}${query}`;
}
