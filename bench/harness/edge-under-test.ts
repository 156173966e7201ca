// Runs the bundled Worker in bare workerd, without wrangler's proxy in front, and beside it the baseline: a
// Worker that does nothing but forward. Messages go to a consumer that throws them away, since in production
// the consumer runs on other machines.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from 'wrangler';

export type EdgeUnderTest = {
  edgeUrl: string;
  /** A Worker that forwards to `?destinations=` and does nothing else. */
  bareUrl: string;
  ingestKey: string;
  stop(): Promise<void>;
};

const root = fileURLToPath(new URL('../../', import.meta.url));
const wranglerFile = join(
  dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
  'bin/wrangler.js',
);
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
  const directory = await mkdtemp(join(tmpdir(), 'throughline-bench-'));
  await promisify(execFile)(
    process.execPath,
    [wranglerFile, 'deploy', '--dry-run', '--outdir', directory],
    { cwd: root, env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' } },
  );
  // Left out: how files are bundled, which has been done; and the rate limit, whose stand-in is a Worker in the
  // same process and costs 500 µs a request here, while Cloudflare's own counts outside.
  const {
    modulesRules: _bundled,
    ratelimits: _simulated,
    ...workerOptions
  } = workerOptionsOf(join(root, 'wrangler.toml')).workerOptions;
  const direct = { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] };
  const small = { ...direct, modules: true as const, compatibilityDate };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      workers: [
        {
          ...workerOptions,
          ...direct,
          name: 'throughline',
          modules: true,
          script: await readFile(join(directory, 'index.js'), 'utf8'),
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
    async stop() {
      await miniflare.dispose();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
