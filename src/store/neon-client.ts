// Postgres by WebSocket, for a Neon database without Hyperdrive in front. The driver has the same client as
// `pg`, so that nothing else of the store knows the difference.
import { connectTimeoutMs, lend, type StoreClient } from './client.ts';

/**
 * Lends a fresh connection of Neon's driver to `work` and closes it afterwards.
 * @param connectionString the database's own, `postgres://…@ep-….neon.tech/…`
 * @param proxyUrl a WebSocket proxy of one's own in front of any Postgres (`ws://` or `wss://`), which gets
 *   `?address=host:port`; null: Neon's, at the database's host
 *   (github.com/neondatabase/serverless, CONFIG.md and DEPLOY.md)
 * @throws as `withClient` does
 */
export async function withNeonClient<T>(
  connectionString: string,
  proxyUrl: string | null,
  work: (client: StoreClient) => Promise<T>,
): Promise<T> {
  // Only where it is used: the driver brings a Postgres client of its own, which others need not evaluate.
  const { Client } = await import('@neondatabase/serverless');
  const client = new Client({ connectionString, connectionTimeoutMillis: connectTimeoutMs });
  if (proxyUrl !== null) {
    const { protocol, host, pathname } = new URL(proxyUrl);
    client.neonConfig.wsProxy = `${host}${pathname}`;
    client.neonConfig.useSecureWebSocket = protocol === 'wss:';
    // Neon takes the password unasked; another Postgres asks, and by SCRAM.
    client.neonConfig.pipelineConnect = false;
  }
  return lend(client, work);
}
