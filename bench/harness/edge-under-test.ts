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
  stop(): Promise<void>;
};

const ingestKey = 'tl_bench_key';
const compatibilityDate = '2026-11-01';

const bareProxy = `export default {
  async fetch(request) {
    const { search } = new URL(request.url);
    const destination = decodeURIComponent(search.slice(search.indexOf('=') + 1));
    return fetch(destination, { method: request.method, headers: request.headers, body: request.body });
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
  const edge = await miniflare.unsafeGetDirectURL('throughline');
  const bare = await miniflare.unsafeGetDirectURL('bare');
  return {
    edgeUrl: edge.origin,
    bareUrl: bare.origin,
    ingestKey,
    stop: () => miniflare.dispose(),
  };
}
