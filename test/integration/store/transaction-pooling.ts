// What Hyperdrive's transaction pooling does to a client: each statement outside a transaction may run on
// another connection, a transaction stays on one, and what a session would keep is gone or somebody else's.
// Source: developers.cloudflare.com/hyperdrive/concepts/how-hyperdrive-works (pooling mode), read in
// November 2026. Settings, LISTEN, temporary tables and session locks are refused here.
import pg from 'pg';
import type { Connect, StoreClient } from '../../../src/store/client.ts';

const sessionState =
  /^\s*(listen|unlisten|set\s+(?!local|transaction)|prepare|declare|discard|create\s+temp)|pg_(try_)?advisory_lock\b/i;

/** A `Connect` over two server connections that take turns. */
export async function poolingConnect(
  url: string,
): Promise<{ connect: Connect; stop(): Promise<void> }> {
  const servers = [new pg.Client(url), new pg.Client(url)];
  for (const server of servers) await server.connect();
  let turn = 0;
  return {
    connect: (work) => work(pooled(() => servers[(turn += 1) % 2])),
    stop: async () => {
      for (const server of servers) await server.end();
    },
  };
}

function pooled(next: () => pg.Client | undefined): StoreClient {
  let pinned: pg.Client | undefined;
  return {
    async query<Row>(text: string, values?: unknown[]) {
      if (sessionState.test(text)) throw new Error(`Not through a transaction pooler: ${text}`);
      if (/^\s*begin/i.test(text)) pinned = next();
      const server = pinned ?? next();
      if (!server) throw new Error('The pool has no connection');
      if (/^\s*(commit|rollback)\s*$/i.test(text)) pinned = undefined;
      const { rows } = await server.query(text, values);
      return { rows: rows as Row[] };
    },
  };
}
