// The bundled Worker in bare workerd, without wrangler's proxy in front, with a pool of connections to Postgres behind it as
// Hyperdrive is one, and beside it the baseline: a Worker that answers a constant.
import { createHash } from 'node:crypto';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { bundledWorker } from '../../test/support/bundled-worker.ts';
import { startPooling } from './start-pooling.ts';

export type WorkerUnderTest = {
  apiUrl: string;
  /** A Worker that answers what it answered before. */
  constantUrl: string;
  /** Opens the API as an admin. */
  token: string;
  stop(): Promise<void>;
};

const token = 'tl_bench_token';
const constant = `export default { fetch: () => Response.json({ state: 'ok' }) };`;

/** @param databaseUrl of the observability database */
export async function startWorkerUnderTest(databaseUrl: string): Promise<WorkerUnderTest> {
  const { ratelimits: _simulated, ...worker } = await bundledWorker();
  const pooling = await startPooling(databaseUrl);
  const direct = { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      workers: [
        {
          ...worker,
          ...direct,
          // Variables that are not here have their defaults.
          bindings: {
            INGEST_SOURCE: 'shop',
            API_TOKEN_SHA256: createHash('sha256').update(token).digest('hex'),
          },
          hyperdrives: { OBSERVABILITY: pooling.url },
          // What is stored meanwhile is stored on other machines, as in production.
          queueConsumers: {},
        },
        {
          ...direct,
          name: 'constant',
          modules: true,
          compatibilityDate: '2026-11-01',
          script: constant,
        },
      ],
    }),
  );
  await miniflare.ready;
  return {
    apiUrl: (await miniflare.unsafeGetDirectURL('throughline')).origin,
    constantUrl: (await miniflare.unsafeGetDirectURL('constant')).origin,
    token,
    async stop() {
      await miniflare.dispose();
      await pooling.stop();
    },
  };
}
