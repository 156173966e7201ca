// The workerd processes that this program started, as Linux tells of them (proc_pid_stat(5), proc_pid_status(5)).
import { readdirSync, readFileSync } from 'node:fs';

export type Runtime = {
  /** Processor time so far, in ticks of 1/100 s. */
  ticks: number;
  residentBytes: number;
};

/** @throws where there is no /proc */
export function ownRuntimes(): Runtime[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => runtimeOf(pid) ?? []);
}

/** Null for any other process. */
function runtimeOf(pid: string): Runtime | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const command = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (command !== 'workerd' || Number(fields[1]) !== process.pid) return null;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    return { ticks: Number(fields[11]) + Number(fields[12]), residentBytes: kilobytes * 1_024 };
  } catch {
    // It has ended meanwhile.
    return null;
  }
}
