// Totals as they are stored, and the same added up here, line by line.
import type pg from 'pg';
import { expect } from 'vitest';
import { countOf, mergeHistograms } from '../../../src/store/latency-histogram.ts';
import { rollupCounts } from '../../../src/store/rollup-line.ts';

const grains = ['minute', 'hour', 'day'] as const;
const columns = `at::text, source, ${rollupCounts.join(', ')}, latency_buckets, latency_counts, latency::text`;

type Sum = { counts: number[]; latency: Record<number, number> };

async function sums(client: pg.Client, from: string): Promise<Record<string, Sum>> {
  const { rows } = await client.query(`select ${columns} from ${from}`);
  const found: Record<string, Sum> = {};
  for (const row of rows) {
    const sum = (found[`${row.at} ${row.source}`] ??= {
      counts: rollupCounts.map(() => 0),
      latency: {},
    });
    rollupCounts.forEach((name, index) => {
      sum.counts[index] = (sum.counts[index] ?? 0) + row[name];
    });
    row.latency_buckets.forEach((bucket: number, index: number) => {
      sum.latency[bucket] = (sum.latency[bucket] ?? 0) + row.latency_counts[index];
    });
    const told = mergeHistograms([row.latency]);
    expect(row.latency_buckets.map((bucket: number) => told[bucket])).toEqual(row.latency_counts);
    expect(countOf(told)).toBe(row.latency_counts.reduce((n: number, one: number) => n + one, 0));
  }
  return found;
}

/** Of minutes, hours and days: there is a total where there are lines, and it is their sum; their numbers say what their arrays do. */
export async function expectTotals(client: pg.Client): Promise<void> {
  for (const grain of grains) {
    const totals = await sums(client, `rollup_totals where grain = '${grain}'`);
    expect(totals).toEqual(await sums(client, `${grain}_rollups`));
  }
}
