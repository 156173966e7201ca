// What announcing costs the consumer: the same batches through the real consumer and a real Postgres, announced and
// not, in turns. The call to the feed's object is made after a batch is acknowledged and is no part of this.
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase } from '../../demo/postgres/database.ts';
import { startPostgres } from '../../demo/postgres/server.ts';
import { migrate } from '../../migrations/run.ts';
import { migrationSets } from '../../migrations/sets.ts';
import { type ConsumeDeps, consumeRecords } from '../../src/recorder/consume.ts';
import { withClient } from '../../src/store/client.ts';
import type { AttemptRecord } from '../../src/store/record.ts';
import { sampleAttempt, sampleEvent } from '../../test/integration/store/sample-records.ts';
import { interleave, shown, spreadOf } from '../harness/rounds.ts';

const rounds = { whole: 30, quick: 8 };
const batchesOfRound = 5;
const eventsOfBatch = 100;

/** Each event starts a cascade and is told twice, as its attempt begins and ends. */
async function newBatch(): Promise<AttemptRecord[]> {
  const records: AttemptRecord[] = [];
  for (let index = 0; index < eventsOfBatch; index += 1) {
    const id = randomUUID();
    const event = await sampleEvent({ id, atMs: index, actor: `${id}@example.com`, rowKey: id });
    const { running, ended } = await sampleAttempt(event, {
      job: 'charge-card',
      startMs: index + 1,
      endMs: index + 20,
    });
    records.push(running, ended);
  }
  return records;
}

/** @returns the time with announcing over the time without, and the time of a batch without, ms */
export async function benchAnnouncing(quick: boolean): Promise<Record<string, number>> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-announcing-'));
  // Started by root, Postgres runs as another user, who must be able to enter.
  await chmod(directory, 0o755);
  const postgres = await startPostgres({ directory: join(directory, 'data') });
  try {
    const url = postgres.url('observability');
    await ensureDatabase(url);
    await migrate({ databaseUrl: url, ...migrationSets.observability });
    let announced = 0;
    const deps: ConsumeDeps = {
      connect: (work) => withClient(url, work),
      now: () => Date.now(),
      report: (message, facts) => {
        throw new Error(`${message} ${JSON.stringify(facts)}`);
      },
    };
    const measure = async (given: ConsumeDeps): Promise<number> => {
      let ms = 0;
      for (let batch = 0; batch < batchesOfRound; batch += 1) {
        const body = await newBatch();
        const message = { id: randomUUID(), body, attempts: 1, ack: () => {}, retry: () => {} };
        const startedAt = performance.now();
        await consumeRecords({ queue: 'records', messages: [message] }, given);
        ms += performance.now() - startedAt;
      }
      return ms / batchesOfRound;
    };
    const announcing: ConsumeDeps = {
      ...deps,
      announce: ({ entries }) => {
        announced += entries.length;
      },
    };
    await measure(deps);
    const results = await interleave(rounds[quick ? 'quick' : 'whole'], {
      candidate: () => measure(announcing),
      baseline: () => measure(deps),
    });
    const ratio = spreadOf(results.map(({ candidate, baseline }) => candidate / baseline));
    const withoutMs = spreadOf(results.map(({ baseline }) => baseline));
    console.log(`time of a batch announced / not: ${shown(ratio)}; not: ${shown(withoutMs)} ms`);
    if (announced === 0) throw new Error('Nothing was announced.');
    return { announcedOverNot: ratio.median, batchMs: withoutMs.median };
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
