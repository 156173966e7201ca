// What the dashboard waits for: every sort of its requests through the real Worker in workerd with a real Postgres behind it,
// while another process stores 500 events a second, beside the statements of the same requests by themselves, and beside a
// Worker that answers a constant; turn by turn.
import { loadavg } from 'node:os';
import { brotliCompressSync, constants } from 'node:zlib';
import { withClient } from '../../src/store/client.ts';
import { round, shown, spreadOf } from '../harness/rounds.ts';
import { startIngestion } from '../store/beside-ingestion.ts';
import { filledDatabase } from '../store/fill.ts';
import { type Measured, quantile, worstP99 } from '../store/latencies.ts';
import { dashboardRequests, type Sort } from '../store/requests.ts';
import { startStoreServer } from '../store/store-server.ts';
import { timedApi } from '../store/timed-api.ts';
import { asking } from './ask.ts';
import { startWorkerUnderTest } from './worker-under-test.ts';

const amounts = {
  whole: { events: 1_000_000, giants: 5, samples: 45, wholeSamples: 5 },
  quick: { events: 100_000, giants: 1, samples: 1, wholeSamples: 1 },
};
const storedPerSecond = 500;
const rounds = 9;
/** As a cache in front compresses what it passes on at once. */
const brotliQuality = 4;

type Sides = { sort: Sort; api: number[]; statements: number[]; roundTrips: number };

/**
 * @returns `p99Ms`: the slowest sort of request through the API, but for `textP99Ms` and `wholeP99Ms` (10,000 hops, of
 * `wholeMb` compressed); `constantP99Ms`: of a Worker that answers a constant; `overStatements`: the median time through the
 * API to that of its statements, of the median sort; `perSecond`: events that were stored beside it
 * @param keep a folder for its database, which is filled if it is not yet; null: it goes when it ends
 */
export async function benchApi(
  quick: boolean,
  keep: string | null,
): Promise<Record<string, number>> {
  const amount = amounts[quick ? 'quick' : 'whole'];
  console.log(`load of the machine: ${round(loadavg()[0] ?? Number.NaN)}`);
  const server = await startStoreServer(keep);
  try {
    const { url } = await filledDatabase(server, amount);
    const measured = await measure(url, amount);
    tell(measured.sides, measured.constant);
    const api = measured.sides.map(({ sort, api: ms }): Measured => ({ sort, ms }));
    console.log(
      `stored beside the requests: ${shown(spreadOf(measured.perSecond))} events a second`,
    );
    return {
      p99Ms: worstP99(api, 'page'),
      textP99Ms: worstP99(api, 'text'),
      wholeP99Ms: worstP99(api, 'whole'),
      wholeMb: measured.wholeMb,
      constantP99Ms: quantile(measured.constant, 0.99),
      overStatements: spreadOf(
        measured.sides.map((side) => quantile(side.api, 0.5) / quantile(side.statements, 0.5)),
      ).median,
      perSecond: spreadOf(measured.perSecond).median,
    };
  } finally {
    await server.stop();
  }
}

async function measure(
  url: string,
  { samples, wholeSamples }: { samples: number; wholeSamples: number },
): Promise<{ sides: Sides[]; constant: number[]; perSecond: number[]; wholeMb: number }> {
  const sorts = await withClient(url, (client) => dashboardRequests(client, 17));
  const sides = sorts.map((sort): Sides => ({ sort, api: [], statements: [], roundTrips: 0 }));
  const constant: number[] = [];
  const perSecond: number[] = [];
  let wholeMb = 0;
  const ingestion = startIngestion(storedPerSecond);
  const statements = await timedApi(url);
  const worker = await startWorkerUnderTest(url);
  const client = asking({ authorization: `Bearer ${worker.token}` });
  const throughApi = async (path: string): Promise<number> =>
    (await client.ask(`${worker.apiUrl}${path}`)).ms;
  try {
    // The first of each meets cold caches and code that has not run.
    for (const side of sides) {
      const { sort } = side;
      side.roundTrips = (await statements.ask(sort.path())).roundTrips;
      const { body } = await client.ask(`${worker.apiUrl}${sort.path()}`);
      if (sort.goal === 'whole') wholeMb = compressed(body);
    }
    for (let turn = 0; turn < rounds; turn += 1) {
      const stored = await ingestion.beside(url, async () => {
        for (let sample = 0; sample < samples; sample += 1) {
          for (const side of sides) {
            if (side.sort.goal === 'whole' && sample >= wholeSamples) continue;
            const path = side.sort.path();
            // Whoever comes second finds what the first has read in memory.
            if ((turn + sample) % 2 === 0) side.api.push(await throughApi(path));
            side.statements.push((await statements.ask(path)).ms);
            if ((turn + sample) % 2 === 1) side.api.push(await throughApi(path));
            constant.push((await client.ask(worker.constantUrl)).ms);
          }
        }
      });
      perSecond.push(stored);
    }
  } finally {
    client.stop();
    await ingestion.stop();
    await worker.stop();
    await statements.stop();
  }
  return { sides, constant, perSecond, wholeMb };
}

/** MB of 1,000,000 bytes. */
function compressed(body: Buffer): number {
  const params = { [constants.BROTLI_PARAM_QUALITY]: brotliQuality };
  return brotliCompressSync(body, { params }).length / 1e6;
}

const both = (ms: readonly number[]): string =>
  `${round(quantile(ms, 0.5))} / ${round(quantile(ms, 0.99))}`;

/** The sort with the highest p99 first. */
function tell(sides: readonly Sides[], constant: readonly number[]): void {
  console.log(`a constant, ms: p50 / p99: ${both(constant)}`);
  console.log('through the API, ms: p50 / p99 (its statements alone; round trips to Postgres)');
  for (const { sort, api, statements, roundTrips } of sides.toSorted(
    (a, b) => quantile(b.api, 0.99) - quantile(a.api, 0.99),
  )) {
    console.log(`  ${sort.name}: ${both(api)} (${both(statements)}; ${roundTrips})`);
  }
}
