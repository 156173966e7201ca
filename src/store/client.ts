// One Postgres connection for one request or one batch, and transactions on it. It holds no pool:
// Hyperdrive is the pool (developers.cloudflare.com/hyperdrive/concepts/connection-pooling).
import { messageOf } from '../error-message.ts';
import pg from 'pg';
import { socketOptions } from './worker-socket.ts';

/** What the store needs of a driver: `pg`'s own client fits, and so does Neon's. */
export type StoreClient = {
  query<Row>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>;
};

/** Opens a connection, lends it to `work` and closes it. */
export type Connect = <T>(work: (client: StoreClient) => Promise<T>) => Promise<T>;

/** The database cannot be reached or refuses to work now: trying again later can help. */
export class StoreUnreachable extends Error {
  override readonly name = 'StoreUnreachable';
}

/** The longest to wait for a connection. */
export const connectTimeoutMs = 5_000;

/** A driver's client before it is connected: `pg` and `@neondatabase/serverless` have the same one. */
export type DriverClient = StoreClient & {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  end(): Promise<void>;
};

/**
 * Lends a fresh connection of `pg` to `work` and closes it afterwards.
 * @param connectionString Hyperdrive's, or a direct one
 * @throws StoreUnreachable when there is no connection to be had or it breaks; what `work` throws otherwise
 */
export function withClient<T>(
  connectionString: string,
  work: (client: StoreClient) => Promise<T>,
): Promise<T> {
  const options = { connectionString, connectionTimeoutMillis: connectTimeoutMs };
  return lend(new pg.Client({ ...options, ...socketOptions() }), work);
}

/** Connects `client`, lends it to `work` and closes it. Throws as {@link withClient} does. */
export async function lend<T>(
  client: DriverClient,
  work: (client: StoreClient) => Promise<T>,
): Promise<T> {
  // A connection that breaks while idle emits this; the next query then rejects, and that is handled.
  let isBroken = false;
  client.on('error', () => {
    isBroken = true;
  });
  try {
    await client.connect();
  } catch (error) {
    throw new StoreUnreachable(`No connection to Postgres: ${messageOf(error)}`, { cause: error });
  }
  try {
    return await work(client);
  } catch (error) {
    throw isPassing(error)
      ? new StoreUnreachable(`Postgres gave up: ${messageOf(error)}`, { cause: error })
      : error;
  } finally {
    // The answer is known by now; a connection that cannot say goodbye changes nothing about it. Neon's driver
    // (1.2.0) waits for ever for the goodbye of a connection that is already gone.
    const ended = client.end().catch(() => undefined);
    if (!isBroken) await ended;
  }
}

/**
 * Runs `work` in a transaction, so that a pooled connection keeps no setting of it.
 * @param options.access `read` sees one snapshot throughout and cannot write
 * @param options.timeoutMs the longest a single statement may take
 */
export async function inTransaction<T>(
  client: StoreClient,
  options: { access: 'read' | 'write'; timeoutMs: number },
  work: () => Promise<T>,
): Promise<T> {
  const mode = options.access === 'read' ? 'isolation level repeatable read, read only' : '';
  await client.query(
    `begin ${mode}; set local statement_timeout = ${Math.trunc(options.timeoutMs)}`,
  );
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    // A broken connection cannot roll back, and Postgres has done so by itself; the cause matters more.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** True when the rows themselves are at fault, so that the same rows will fail again. */
export function isDataError(error: unknown): boolean {
  const code = sqlStateOf(error);
  // Classes: 21 cardinality, 22 data exception, 23 integrity constraint, 54 program limit.
  return code !== null && ['21', '22', '23', '54'].includes(code.slice(0, 2));
}

/** Connection trouble, too few resources, shutdown, deadlock: postgresql.org/docs/current/errcodes-appendix.html */
function isPassing(error: unknown): boolean {
  const code = sqlStateOf(error);
  if (code !== null) return ['08', '40', '53', '55', '57', '58'].includes(code.slice(0, 2));
  // What a WebSocket says when it breaks, which Neon's driver rejects with as it is.
  if (!(error instanceof Error)) return error instanceof Event && error.type === 'error';
  const reason = 'code' in error ? String(error.code) : '';
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENET)/.test(reason) ||
    /Connection terminated|connection error|not queryable|socket/i.test(error.message)
  );
}

function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return null;
  // Node's own codes can have five letters too (EPIPE); SQLSTATE classes used here begin with a digit.
  return /^\d[0-9A-Z]{4}$/.test(error.code) ? error.code : null;
}
