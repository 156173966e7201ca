// The API in this process over a database, told how long its statements took: what a page costs the database, without
// the Worker and the network.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { createApi } from '../../src/api/create-api.ts';
import type { StoreClient } from '../../src/store/client.ts';
import { idleDeps } from '../../test/support/idle-deps.ts';

const token = 'tl_bench_token';

export type TimedApi = {
  /**
   * @returns `ms` of its statements, from sending to the last row, and how many round trips these are, transaction included
   * @throws where the answer is not 200
   */
  ask(path: string): Promise<{ ms: number; roundTrips: number }>;
  stop(): Promise<void>;
};

/** On one connection that stays, as a pool's does. */
export async function timedApi(url: string): Promise<TimedApi> {
  const client = new pg.Client({ connectionString: url });
  // One that ends with the server, after something else has failed: the next statement tells.
  client.on('error', () => {});
  await client.connect();
  const connected: StoreClient = client;
  let spentMs = 0;
  let roundTrips = 0;
  let trouble = '';
  const timed: StoreClient = {
    async query<Row>(text: string, values?: unknown[]): Promise<{ rows: Row[] }> {
      const began = performance.now();
      roundTrips += 1;
      try {
        return await connected.query<Row>(text, values);
      } finally {
        spentMs += performance.now() - began;
      }
    },
  };
  const api = createApi({
    connect: (work) => work(timed),
    now: () => Date.now(),
    // What fails is answered as a problem, and told by `ask`.
    report: (_message, { error }) => {
      trouble = String(error);
    },
    ...idleDeps,
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
  });
  return {
    async ask(path) {
      spentMs = 0;
      roundTrips = 0;
      const answer = await api.request(path, { headers: { authorization: `Bearer ${token}` } });
      const text = await answer.text();
      if (answer.status !== 200)
        throw new Error(`${path}: ${answer.status} ${trouble} ${text.slice(0, 500)}`);
      return { ms: spentMs, roundTrips };
    },
    stop: () => client.end(),
  };
}
