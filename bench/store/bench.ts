// What the observability database can do as it grows: storing beside COPY, what the dashboard asks while events are
// stored, how both change from a small amount to a large one, and how much room an event takes.
import { withClient } from '../../src/store/client.ts';
import { round, spreadOf } from '../harness/rounds.ts';
import { startIngestion } from './beside-ingestion.ts';
import { filledDatabase } from './fill.ts';
import { compareIngestion, measureSize } from './ingestion.ts';
import { type Measured, quantile, tellLatencies, worstP99 } from './latencies.ts';
import { dashboardRequests } from './requests.ts';
import { startStoreServer } from './store-server.ts';
import { timedApi } from './timed-api.ts';

const amounts = {
  whole: {
    small: 1_000_000,
    large: 10_000_000,
    giants: 5,
    rounds: 9,
    eventsOfRound: 2_000,
    samples: 45,
    sizeOf: 20_000,
  },
  quick: {
    small: 20_000,
    large: 200_000,
    giants: 1,
    rounds: 9,
    eventsOfRound: 300,
    samples: 1,
    sizeOf: 3_000,
  },
};
const storedPerSecond = 500;
const measuringRounds = 9;

/**
 * @returns `copy`: events a second stored, to those that COPY stores; `p99Ms`: the slowest sort of request on the large
 * amount, but for `textP99Ms` and `wholeP99Ms` (10,000 hops); `growth`: the highest median on the large amount to that
 * on the small one; `bytes`: an event with two attempts, without its payload
 * @param keep a folder for its databases, which are filled if they are not yet; null: they go when it ends
 */
export async function benchStore(
  quick: boolean,
  keep: string | null,
): Promise<Record<string, number>> {
  const amount = amounts[quick ? 'quick' : 'whole'];
  const server = await startStoreServer(keep);
  try {
    await server.drop('sized');
    const bytes = await measureSize(await server.create('sized'), amount.sizeOf);
    const few = await filledDatabase(server, { events: amount.small, giants: 0 });
    const many = await filledDatabase(server, { events: amount.large, giants: amount.giants });
    const copied = await server.copy(few.name, 'copied');
    const copy = await compareIngestion(server, { stored: few.url, copied }, amount);
    const urls = { small: few.url, large: many.url };
    const { small, large, perSecond } = await measureBoth(urls, amount.samples);
    console.log(`stored beside the requests: ${round(perSecond)} events a second`);
    tellLatencies(`at ${amount.small} events`, small);
    tellLatencies(`at ${amount.large} events`, large);
    return {
      copy,
      p99Ms: worstP99(large, 'page'),
      textP99Ms: worstP99(large, 'text'),
      wholeP99Ms: worstP99(large, 'whole'),
      growth: worstGrowth(small, large),
      bytes,
      perSecond,
    };
  } finally {
    await server.stop();
  }
}

/** Turn by turn, while events are stored in the one that is asked. @param samples of each sort in each turn */
async function measureBoth(
  urls: { small: string; large: string },
  samples: number,
): Promise<{ small: Measured[]; large: Measured[]; perSecond: number }> {
  const ingestion = startIngestion(storedPerSecond);
  const sides = { small: await sideOf(urls.small), large: await sideOf(urls.large) };
  const perSecond: number[] = [];
  try {
    for (let turn = 0; turn < measuringRounds; turn += 1) {
      for (const size of turn % 2 === 0
        ? (['small', 'large'] as const)
        : (['large', 'small'] as const)) {
        const { api, measured } = sides[size];
        perSecond.push(
          await ingestion.beside(urls[size], async () => {
            for (let sample = 0; sample < samples; sample += 1) {
              for (const { sort, ms } of measured) {
                if (sort.goal === 'whole' && sample > 0) continue;
                ms.push((await api.ask(sort.path())).ms);
              }
            }
          }),
        );
      }
    }
  } finally {
    await ingestion.stop();
    for (const { api } of Object.values(sides)) await api.stop();
  }
  return {
    small: sides.small.measured,
    large: sides.large.measured,
    perSecond: spreadOf(perSecond).median,
  };
}

async function sideOf(
  url: string,
): Promise<{ api: Awaited<ReturnType<typeof timedApi>>; measured: Measured[] }> {
  const sorts = await withClient(url, (client) => dashboardRequests(client, 17));
  const api = await timedApi(url);
  // The first of each meets cold caches.
  for (const sort of sorts) await api.ask(sort.path());
  return { api, measured: sorts.map((sort) => ({ sort, ms: [] })) };
}

function worstGrowth(small: readonly Measured[], large: readonly Measured[]): number {
  const ratios = large.flatMap(({ sort, ms }) => {
    const before = small.find((other) => other.sort.name === sort.name);
    return before ? [{ name: sort.name, ratio: quantile(ms, 0.5) / quantile(before.ms, 0.5) }] : [];
  });
  const [worst] = ratios.toSorted((a, b) => b.ratio - a.ratio);
  console.log(`grows most: ${worst?.name} × ${round(worst?.ratio ?? Number.NaN)}`);
  return worst?.ratio ?? Number.NaN;
}
