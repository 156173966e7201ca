// Rolls a few of the minutes up that a batch has changed, after everything of it is committed. Whatever goes wrong here is
// reported and changes nothing about the batch: the minutes stay stale.
import { messageOf } from '../error-message.ts';
import type { StoreClient } from '../store/client.ts';
import { rollUp } from '../store/roll-up.ts';

/**
 * The one that goes on and the one before it: so that no batch waits for long, least of all when there are many to catch
 * up with. What it leaves, later batches, the cron and whoever asks make.
 */
const mostMinutes = 2;
const statementTimeoutMs = 20_000;

/** Never rejects. */
export async function rollUpAfter(
  client: StoreClient,
  deps: { report(message: string, facts: Record<string, unknown>): void },
): Promise<void> {
  try {
    await rollUp(client, { most: mostMinutes, onlyDue: true, timeoutMs: statementTimeoutMs });
  } catch (error) {
    deps.report('A stored batch could not be rolled up yet; the cron does it.', {
      error: messageOf(error),
    });
  }
}
