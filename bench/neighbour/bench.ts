// What storing costs whoever writes to the same Postgres: the application's own transactions, at a rate of their own, with
// ingestion at five times their events beside them and without, round by round.
import pg from 'pg';
import { ensureDatabase } from '../../demo/postgres/database.ts';
import { migrate } from '../../migrations/run.ts';
import { migrationSets } from '../../migrations/sets.ts';
import { interleave, round, shown, spreadOf } from '../harness/rounds.ts';
import { startIngestion } from '../store/beside-ingestion.ts';
import { quantile } from '../store/latencies.ts';
import { startBenchDatabase, tableOf } from '../trigger/database.ts';
import { mixes } from '../trigger/mixes.ts';

const rounds = 9;
const clients = 4;
/** Of all clients together: each transaction makes one event. */
const eventsPerSecond = 40;
const storedTimes = 5;
const written = mixes.filter(({ name }) => ['email', 'insert', 'job'].includes(name));

/** @returns `p95`: that of the application's transactions with ingestion, to that without; the median of the rounds */
export async function benchNeighbour(quick: boolean): Promise<Record<string, number>> {
  const seconds = quick ? 4 : 20;
  const database = await startBenchDatabase();
  const ingestion = startIngestion(eventsPerSecond * storedTimes);
  const opened: pg.Client[] = [];
  try {
    const observability = await createObservability(database.url);
    for (let index = 0; index < clients; index += 1) {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      opened.push(client);
    }
    const stored: number[] = [];
    // The first of each meets cold caches and tables without statistics.
    await load(opened, 1);
    await ingestion.beside(observability, async () => {
      await load(opened, 1);
    });
    const results = await interleave(rounds, {
      baseline: () => load(opened, seconds),
      candidate: async () => {
        let ms: number[] = [];
        const perSecond = await ingestion.beside(observability, async () => {
          ms = await load(opened, seconds);
        });
        stored.push(perSecond);
        return ms;
      },
    });
    const ratios = spreadOf(
      results.map(({ candidate, baseline }) => p95(candidate) / p95(baseline)),
    );
    const perSecond = spreadOf(stored).median;
    console.log(
      `p95 of the application: ${shown(ratios)}; without ${shown(spreadOf(results.map(({ baseline }) => p95(baseline))))} ms, ` +
        `with ${shown(spreadOf(results.map(({ candidate }) => p95(candidate))))} ms; ` +
        `${round(perSecond)} of ${eventsPerSecond * storedTimes} events a second stored`,
    );
    return { p95: ratios.median, perSecond };
  } finally {
    await ingestion.stop();
    for (const client of opened) await client.end();
    await database.stop();
  }
}

const p95 = (ms: readonly number[]): number => quantile(ms, 0.95);

async function createObservability(applicationUrl: string): Promise<string> {
  const url = new URL(applicationUrl);
  url.pathname = '/observability';
  await ensureDatabase(url.href);
  await migrate({ databaseUrl: url.href, ...migrationSets.observability });
  return url.href;
}

/**
 * Transactions that are due at fixed times, whatever the last one took: one that comes late counts from when it was due.
 * @returns the ms of each
 */
async function load(opened: readonly pg.Client[], seconds: number): Promise<number[]> {
  const all: number[] = [];
  const beganMs = performance.now();
  const betweenMs = (1_000 * opened.length) / eventsPerSecond;
  await Promise.all(
    opened.map(async (client, index) => {
      const work = {
        table: tableOf('tracked'),
        isTracked: true,
        copyFile: '',
        client: index,
        takeRow,
      };
      for (let turn = 0; ; turn += 1) {
        const dueMs = beganMs + (turn + index / opened.length) * betweenMs;
        if (dueMs > beganMs + seconds * 1_000) return;
        const leftMs = dueMs - performance.now();
        if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
        // A timer that fires late is this process's own; a transaction that waits for the one before it is not.
        const fromMs = leftMs > 0 ? performance.now() : dueMs;
        await written[(turn + index) % written.length]?.run(client, work);
        all.push(performance.now() - fromMs);
      }
    }),
  );
  return all;
}

function takeRow(): never {
  throw new Error('None of these transactions takes a row away.');
}
