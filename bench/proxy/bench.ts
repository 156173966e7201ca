// Pass-through with everything recorded, beside a Worker that does nothing but forward: same runtime, same
// destination, same load, turn by turn.
import { startEdgeUnderTest } from '../harness/edge-under-test.ts';
import { hasuraEvent } from '../harness/hasura-event.ts';
import { load, type LoadResult } from '../harness/load.ts';
import { interleave, shown, spreadOf } from '../harness/rounds.ts';
import { startOrigin } from '../harness/start-origin.ts';

const connections = 64;
const smallBytes = 700;
const payloadBytes = 2_048;

/** @returns `throughput`, `throughputWithPayload` and `p99`, each as a ratio to the bare proxy */
export async function benchProxy(quick: boolean): Promise<Record<string, number>> {
  const rounds = quick ? 9 : 15;
  const seconds = quick ? 1 : 4;
  const origin = await startOrigin();
  const edge = await startEdgeUnderTest();
  const measure = async (name: string, body: string): Promise<Ratio> => {
    const burst = (base: string, key: Record<string, string>) => (): Promise<LoadResult> =>
      load({
        url: `${base}/?destinations=${encodeURIComponent(`${origin.url}/job`)}`,
        headers: { 'content-type': 'application/json', ...key },
        body,
        connections,
        seconds,
      });
    const candidate = burst(edge.edgeUrl, { 'x-throughline-key': edge.ingestKey });
    const baseline = burst(edge.bareUrl, {});
    // The first requests compile the code.
    await candidate();
    await baseline();
    const results = await interleave(rounds, { candidate, baseline });
    const throughput = spreadOf(
      results.map((one) => one.candidate.requestsPerSecond / one.baseline.requestsPerSecond),
    );
    const p99 = spreadOf(results.map((one) => one.candidate.p99Ms / one.baseline.p99Ms));
    const rate = spreadOf(results.map((one) => one.candidate.requestsPerSecond));
    const bare = spreadOf(results.map((one) => one.baseline.requestsPerSecond));
    console.log(
      `${name}: ${shown(rate)} requests/s, bare ${shown(bare)}; ratio ${shown(throughput)}; p99 ratio ${shown(p99)}`,
    );
    const cpu = spreadOf(results.map((one) => one.candidate.cpuMicros));
    const bareCpu = spreadOf(results.map((one) => one.baseline.cpuMicros));
    console.log(`  runtime's CPU: ${shown(cpu)} µs a request, bare ${shown(bareCpu)}`);
    return { throughput: throughput.median, p99: p99.median };
  };
  try {
    const small = await measure(`${smallBytes} bytes`, hasuraEvent(smallBytes));
    const large = await measure(`${payloadBytes} bytes kept`, hasuraEvent(payloadBytes));
    return {
      throughput: small.throughput,
      throughputWithPayload: large.throughput,
      p99: small.p99,
    };
  } finally {
    await edge.stop();
    await origin.stop();
  }
}

type Ratio = { throughput: number; p99: number };
