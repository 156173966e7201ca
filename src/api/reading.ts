// A snapshot of the store for one request.
import { inTransaction, type StoreClient } from '../store/client.ts';
import type { ApiDeps } from './deps.ts';

const statementTimeoutMs = 5_000;

/** Runs `work` on a connection of its own; everything it reads is of one moment. */
export function reading<T>(
  deps: Pick<ApiDeps, 'connect'>,
  work: (client: StoreClient) => Promise<T>,
): Promise<T> {
  return deps.connect((client) =>
    inTransaction(client, { access: 'read', timeoutMs: statementTimeoutMs }, () => work(client)),
  );
}
