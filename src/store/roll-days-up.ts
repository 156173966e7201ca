// Makes days anew from their hours, once they are over and something of them has changed. Only the cron does: nobody waits
// for a day, since its hours are read in its place as long as it is stale.
import { inTransaction, type StoreClient } from './client.ts';
import { sumUp } from './roll-up.ts';
import { listStaleDays, takeNote } from './stale-days.ts';

/**
 * Latest first, each in a transaction of its own. The note is removed by a statement that comes before those that count: what
 * changes an hour later has a note again.
 * @param options.most so many days
 * @param options.timeoutMs the longest a single statement may take
 * @returns how many were made
 */
export async function rollDaysUp(
  client: StoreClient,
  options: { most: number; timeoutMs: number },
): Promise<number> {
  let made = 0;
  for (const day of await listStaleDays(client, options.most)) {
    await inTransaction(client, { access: 'write', timeoutMs: options.timeoutMs }, async () => {
      if (!(await takeNote(client, day))) return;
      await sumUp(client, 'day', day);
      made += 1;
    });
  }
  return made;
}
