// How much processor time workerd has used: a figure that a busy machine disturbs less than throughput.
// Linux only (/proc/<pid>/stat, proc_pid_stat(5)).
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** Microseconds of all workerd processes that this program started; null where /proc is not there. */
export function runtimeCpuMicros(): number | null {
  try {
    const own = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => statOf(pid))
      .filter((stat) => stat?.command === 'workerd' && stat.parent === process.pid);
    return own.reduce((sum, stat) => sum + ((stat?.ticks ?? 0) / ticksPerSecond) * 1e6, 0);
  } catch {
    // Not Linux: the benchmark goes without this figure.
    return null;
  }
}

function statOf(pid: string): { command: string; parent: number; ticks: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      command: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
      parent: Number(fields[1]),
      ticks: Number(fields[11]) + Number(fields[12]),
    };
  } catch {
    // It has ended meanwhile.
    return null;
  }
}
