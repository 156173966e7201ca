// One burst of load with autocannon; any answer but 2xx makes the measurement worthless, and an error.
import autocannon from 'autocannon';
import { runtimeCpuMicros } from './runtime-cpu.ts';

export type LoadResult = {
  requestsPerSecond: number;
  p99Ms: number;
  /** Processor time of the runtime for each request; NaN where it cannot be told. */
  cpuMicros: number;
};

/** @throws when a request failed or was answered by anything but 2xx */
export async function load(options: {
  url: string;
  headers: Record<string, string>;
  body: string;
  connections: number;
  seconds: number;
  /** Ends after so many instead. */
  requests?: number;
}): Promise<LoadResult> {
  const { seconds, requests, ...rest } = options;
  const before = runtimeCpuMicros() ?? Number.NaN;
  const result = await autocannon({
    ...rest,
    method: 'POST',
    ...(requests === undefined ? { duration: seconds } : { amount: requests }),
    timeout: 30,
  });
  if (result.errors > 0 || result.non2xx > 0) {
    throw new Error(
      `${options.url}: ${result.errors} errors, ${result.non2xx} answers that were not 2xx`,
    );
  }
  return {
    requestsPerSecond: result.requests.total / result.duration,
    p99Ms: result.latency.p99,
    cpuMicros: ((runtimeCpuMicros() ?? Number.NaN) - before) / result.requests.total,
  };
}
