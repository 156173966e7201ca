// Which driver reaches the observability database: decided by the environment, once for each connection.
import { type Connect, withClient } from './client.ts';
import { withNeonClient } from './neon-client.ts';

/** Where the database is: behind Hyperdrive, or at an address of its own. */
export type StoreAddress = {
  /** Hyperdrive's connection string; null where there is no such binding. */
  hyperdrive: string | null;
  /** `pg` for any Postgres, `neon` for a Neon database (or another behind a WebSocket proxy). */
  direct: { url: string; driver: 'pg' | 'neon'; proxyUrl: string | null } | null;
};

/**
 * Hyperdrive where it is bound, else the address of its own.
 * @throws Error at the first connection when there is neither
 */
export function connectTo(address: StoreAddress): Connect {
  const { hyperdrive, direct } = address;
  if (hyperdrive !== null) return (work) => withClient(hyperdrive, work);
  if (direct?.driver === 'neon') {
    return (work) => withNeonClient(direct.url, direct.proxyUrl, work);
  }
  if (direct) return (work) => withClient(direct.url, work);
  return () =>
    Promise.reject(
      new Error(
        'No observability database: bind OBSERVABILITY to a Hyperdrive configuration, or set OBSERVABILITY_DATABASE_URL',
      ),
    );
}
