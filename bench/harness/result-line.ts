// The last line of every benchmark: one JSON object for whoever keeps the figures.
import { cpus, totalmem } from 'node:os';
import { round } from './rounds.ts';

/** `{"bench": "proxy", "figures": {"throughput": 0.84}, "machine": {…}}` */
export function resultLine(bench: string, figures: Record<string, number>): string {
  return JSON.stringify({
    bench,
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, round(value)]),
    ),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 1e9),
      node: process.version,
    },
  });
}
