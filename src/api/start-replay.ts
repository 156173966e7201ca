// Begins a replay run, for whoever wants letters replayed. Which ones is the caller's to say.
import type { Who } from '../config/admin-store.ts';
import { inTransaction, type StoreClient } from '../store/client.ts';
import { insertAction, insertRun, type LetterSelection } from '../store/replay-runs.ts';
import type { ApiDeps } from './deps.ts';
import { unreachable } from './problem.ts';

/** Choosing 100,000 letters takes some seconds. */
const statementTimeoutMs = 30_000;

type ReplayDeps = Pick<ApiDeps, 'connect' | 'replays' | 'now' | 'report'>;

export function writing<T>(
  deps: Pick<ApiDeps, 'connect'>,
  work: (client: StoreClient) => Promise<T>,
): Promise<T> {
  return deps.connect((client) =>
    inTransaction(client, { access: 'write', timeoutMs: statementTimeoutMs }, () => work(client)),
  );
}

/**
 * @param choose which letters, in the transaction that stores the run; null: none, and there is no run then
 * @param read what to answer, in the same transaction
 * @throws ApiProblem 503 where what drives runs is out of reach: nothing has been changed then
 */
export async function startReplay<T>(
  deps: ReplayDeps,
  who: Who,
  pace: { ratePerSecond: number; canary: number },
  choose: (client: StoreClient) => Promise<LetterSelection | null>,
  read: (client: StoreClient, runId: string) => Promise<T>,
): Promise<T | null> {
  const id = crypto.randomUUID();
  const createdAt = new Date(deps.now()).toISOString();
  // Woken first: it looks for the run until it is there, so that a crash leaves no run without a driver.
  await wakeRun(deps, id);
  return writing(deps, async (client) => {
    const selection = await choose(client);
    if (!selection) return null;
    await insertRun(client, { id, createdAt, selection, ...pace });
    const action = { at: createdAt, who: who.name, onBehalfOf: who.onBehalfOf };
    await insertAction(client, id, { ...action, action: 'created', because: null });
    return read(client, id);
  });
}

/** @throws ApiProblem 503: nothing has been changed then */
export async function wakeRun(
  deps: Pick<ApiDeps, 'replays' | 'report'>,
  id: string,
): Promise<void> {
  try {
    await deps.replays.wake(id);
  } catch (error) {
    deps.report('What drives a replay run is out of reach.', { runId: id, error: String(error) });
    const detail = 'What drives replay runs is out of reach. Nothing has been changed: try again.';
    throw unreachable('driver_unreachable', detail);
  }
}
