// How much processor time workerd has used: a figure that a busy machine disturbs less than throughput. Linux only.
import { ownRuntimes } from './own-runtimes.ts';

const ticksPerSecond = 100;

/** Microseconds of all workerd processes that this program started; null where it cannot be told. */
export function runtimeCpuMicros(): number | null {
  try {
    return ownRuntimes().reduce((sum, { ticks }) => sum + (ticks / ticksPerSecond) * 1e6, 0);
  } catch {
    // Not Linux: the benchmark goes without this figure.
    return null;
  }
}
