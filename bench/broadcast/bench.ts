// How long a broadcast to ten destinations takes, beside one of them called through a bare proxy: with the
// destinations called at once it is hardly longer. One broadcast at a time, turn by turn.
import { startEdgeUnderTest } from '../harness/edge-under-test.ts';
import { hasuraEvent } from '../harness/hasura-event.ts';
import { load } from '../harness/load.ts';
import { interleave, shown, spreadOf } from '../harness/rounds.ts';
import { startOrigin } from '../harness/start-origin.ts';

const destinationMs = 50;
const bodyBytes = 700;
const size = 10;

/** @returns `slowest`: the time until all ten have answered, as a ratio to what each of them takes */
export async function benchBroadcast(quick: boolean): Promise<Record<string, number>> {
  const rounds = quick ? 9 : 15;
  const seconds = quick ? 1 : 3;
  const origin = await startOrigin(destinationMs);
  const edge = await startEdgeUnderTest();
  const jobs = Array.from({ length: size }, (_, index) => `${origin.url}/job-${index}`);
  const milliseconds = (base: string, query: string) => async (): Promise<number> => {
    const { requestsPerSecond } = await load({
      url: `${base}/?${query}`,
      headers: { 'content-type': 'application/json', 'x-throughline-key': edge.ingestKey },
      body: hasuraEvent(bodyBytes),
      connections: 1,
      seconds,
    });
    return 1_000 / requestsPerSecond;
  };
  const list = jobs.map(encodeURIComponent).join(',');
  const candidate = milliseconds(edge.edgeUrl, `destinations=${list}&algorithm=broadcast`);
  const baseline = milliseconds(edge.bareUrl, `destinations=${encodeURIComponent(jobs[0] ?? '')}`);
  try {
    // The first requests compile the code.
    await candidate();
    await baseline();
    const results = await interleave(rounds, { candidate, baseline });
    const slowest = spreadOf(results.map((one) => one.candidate / destinationMs));
    const bare = spreadOf(results.map((one) => one.baseline / destinationMs));
    console.log(
      `broadcast: ${shown(slowest)} of what a destination takes; bare proxy ${shown(bare)}`,
    );
    return { slowest: slowest.median };
  } finally {
    await edge.stop();
    await origin.stop();
  }
}
