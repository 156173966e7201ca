// Runs the bundled Worker in bare workerd, without wrangler's proxy in front, and beside it the baseline: a
// Worker that does nothing but forward. Messages go to a consumer that throws them away, since in production
// the consumer runs on other machines.
import { createHash } from 'node:crypto';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { bundledWorker } from '../../test/support/bundled-worker.ts';

export type EdgeUnderTest = {
  edgeUrl: string;
  /** A Worker that forwards to `?destinations=` and does nothing else. */
  bareUrl: string;
  ingestKey: string;
  /** A Worker that takes a turn of one rotation for each request, a call each, and does nothing else. */
  turnsUrl: string;
  /** Evicts every rotation from memory; tells how many. */
  evictRotations(): Promise<number>;
  stop(): Promise<void>;
};

const ingestKey = 'tl_bench_key';
const edgeName = 'throughline';
const compatibilityDate = '2026-11-01';

const bareProxy = `export default {
  async fetch(request) {
    const { search } = new URL(request.url);
    const destination = decodeURIComponent(search.slice(search.indexOf('=') + 1));
    return fetch(destination, { method: request.method, headers: request.headers, body: request.body });
  },
};`;
const oneTurn = `export default {
  async fetch(request, env) {
    await env.ROUND_ROBIN.getByName('bench').take(1, 3_600_000);
    return new Response();
  },
};`;
const sink = `export default { fetch: () => new Response(), queue: (batch) => batch.ackAll() };`;

/** Bundles the Worker as it would be deployed and starts both. */
export async function startEdgeUnderTest(): Promise<EdgeUnderTest> {
  // Left out: the rate limit, whose stand-in is a Worker in the same process and costs 500 µs a request here, while
  // Cloudflare's own counts outside.
  const { ratelimits: _simulated, ...worker } = await bundledWorker();
  const direct = { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] };
  const small = { ...direct, modules: true as const, compatibilityDate };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      workers: [
        {
          ...worker,
          ...direct,
          // Variables that are not here have their defaults.
          bindings: {
            INGEST_SOURCE: 'bench',
            INGEST_KEY_SHA256: createHash('sha256').update(ingestKey).digest('hex'),
            ALLOWED_DESTINATIONS: 'http://127.0.0.1:*',
            ALLOW_PRIVATE_DESTINATIONS: 'true',
          },
          queueConsumers: {},
        },
        { ...small, name: 'bare', script: bareProxy },
        {
          ...small,
          name: 'turns',
          script: oneTurn,
          durableObjects: { ROUND_ROBIN: { className: 'RoundRobin', scriptName: edgeName } },
        },
        {
          ...small,
          name: 'sink',
          script: sink,
          queueConsumers: {
            'throughline-records': { maxBatchSize: 100, maxBatchTimeout: 1 },
            'throughline-retries': { maxBatchSize: 100, maxBatchTimeout: 1 },
          },
        },
      ],
    }),
  );
  await miniflare.ready;
  const edge = await miniflare.unsafeGetDirectURL(edgeName);
  const bare = await miniflare.unsafeGetDirectURL('bare');
  const turns = await miniflare.unsafeGetDirectURL('turns');
  return {
    edgeUrl: edge.origin,
    bareUrl: bare.origin,
    turnsUrl: turns.origin,
    ingestKey,
    async evictRotations() {
      const ids = await miniflare.listDurableObjectIds('ROUND_ROBIN', edgeName);
      let evicted = 0;
      for (const id of ids) {
        try {
          await miniflare.unsafeEvictDurableObject(edgeName, 'RoundRobin', { id });
          evicted += 1;
        } catch (error) {
          if (!String(error).includes('not currently running')) throw error;
        }
      }
      return evicted;
    },
    stop: () => miniflare.dispose(),
  };
}
