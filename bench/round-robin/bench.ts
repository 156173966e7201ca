// Round-robin over seven destinations beside pass-through to one of them: what the rotation costs. Same edge,
// same origin, same load, turn by turn.
import { startEdgeUnderTest } from '../harness/edge-under-test.ts';
import { hasuraEvent } from '../harness/hasura-event.ts';
import { load, type LoadResult } from '../harness/load.ts';
import { interleave, shown, spreadOf } from '../harness/rounds.ts';
import { startOrigin } from '../harness/start-origin.ts';

const connections = 64;
const bodyBytes = 700;
const size = 7;

/** @returns `throughput` as a ratio to pass-through */
export async function benchRoundRobin(quick: boolean): Promise<Record<string, number>> {
  const rounds = quick ? 9 : 15;
  const seconds = quick ? 1 : 4;
  const origin = await startOrigin();
  const edge = await startEdgeUnderTest();
  const jobs = Array.from({ length: size }, (_, index) => `${origin.url}/job-${index}`);
  const burst = (destinations: readonly string[], algorithm: string) => (): Promise<LoadResult> =>
    load({
      url: `${edge.edgeUrl}/?algorithm=${algorithm}&destinations=${destinations.map(encodeURIComponent).join(',')}`,
      headers: { 'content-type': 'application/json', 'x-throughline-key': edge.ingestKey },
      body: hasuraEvent(bodyBytes),
      connections,
      seconds,
    });
  const candidate = burst(jobs, 'round-robin');
  const baseline = burst(jobs.slice(0, 1), 'pass-through');
  try {
    // The first requests compile the code.
    await candidate();
    await baseline();
    const results = await interleave(rounds, { candidate, baseline });
    const throughput = spreadOf(
      results.map((one) => one.candidate.requestsPerSecond / one.baseline.requestsPerSecond),
    );
    const rate = spreadOf(results.map((one) => one.candidate.requestsPerSecond));
    console.log(
      `round-robin: ${shown(rate)} requests/s; ratio to pass-through ${shown(throughput)}`,
    );
    return { throughput: throughput.median };
  } finally {
    await edge.stop();
    await origin.stop();
  }
}
