// What a cron does for the store: weeks are made ahead and dropped by retention, where the database decides what is due and
// this asks it to go on; and what consumers have left is rolled up.
import { messageOf } from '../error-message.ts';
import { type Connect, inTransaction, type StoreClient } from './client.ts';
import { rollDaysUp } from './roll-days-up.ts';
import { rollUp } from './roll-up.ts';
import { noteWorkerVersion, type WorkerVersion } from './worker-versions.ts';

type Report = (message: string, facts: Record<string, unknown>) => void;

/** A cron that comes again in minutes has no need to do everything at once. */
const mostSteps = 20;

/** So many minutes a cron rolls up: after an hour's outage the next one has made them all. */
const mostMinutes = 240;
/** And so many days: a change of days that are over is rare, and each takes some tenths of a second. */
const mostDays = 20;
const rollUpTimeoutMs = 20_000;

/** No further step begins after this time: what else a cron does is to have its turn. */
const mostMs = 120_000;
/** Hyperdrive ends a query after 60 s, and then nobody is told what took so long: the database can say it before. */
const stepTimeoutMs = 50_000;

/**
 * Does what is due, step by step, each in a transaction of its own.
 * @param timeoutMs the longest a step may take
 * @returns what was done, in words
 * @throws StoreUnreachable when a step did not get its locks in time: the next cron tries again
 */
export async function maintainStore(
  client: StoreClient,
  timeoutMs = stepTimeoutMs,
): Promise<string[]> {
  const done: string[] = [];
  const endsAt = Date.now() + mostMs;
  while (done.length < mostSteps && Date.now() < endsAt) {
    const step = await inTransaction(client, { access: 'write', timeoutMs }, async () => {
      const { rows } = await client.query<{ step: string | null }>(
        'select maintain_store() as step',
      );
      return rows[0]?.step ?? null;
    });
    if (step === null) break;
    done.push(step);
  }
  return done;
}

/**
 * Never throws: what cannot be done now is done by a later cron, and nothing else waits for it.
 * @param version that runs now
 */
export async function maintainAtCron(
  connect: Connect,
  version: WorkerVersion,
  report: Report,
): Promise<void> {
  await orLater('The store could not be maintained', report, async () => {
    const done = await connect((client) => maintainStore(client));
    if (done.length > 0) report('The store was maintained.', { done });
  });
  await orLater('What has been recorded could not be rolled up', report, () =>
    connect(async (client) => {
      await rollUp(client, { most: mostMinutes, onlyDue: false, timeoutMs: rollUpTimeoutMs });
      await rollDaysUp(client, { most: mostDays, timeoutMs: rollUpTimeoutMs });
    }),
  );
  await orLater('Which version runs could not be noted', report, () =>
    connect((client) => noteWorkerVersion(client, version, new Date().toISOString())),
  );
}

async function orLater(
  failure: string,
  report: Report,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    report(`${failure}; the next cron tries again.`, { error: messageOf(error) });
  }
}
