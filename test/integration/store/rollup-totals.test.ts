// Totals stay the sums of their lines, whoever changes which of them.
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { createDatabase } from '../../support/database.ts';
import { createRolledStore, type RolledStore } from './rolled-store.ts';
import { randomOf } from './sample-day.ts';
import { expectTotals } from './summed-lines.ts';

let store: RolledStore;

beforeAll(async () => {
  store = await createRolledStore('rollup_totals');
});
afterAll(() => store.drop());
beforeEach(() => store.empty());

const grains = ['minute', 'hour', 'day'] as const;

/** A line of each of some jobs at each of some times, of two sources, with latencies or without. */
async function write(
  client: pg.Client,
  grain: string,
  { hours, jobs }: { hours: number[]; jobs: number[] },
): Promise<void> {
  const random = randomOf(hours.length * 7 + jobs.length);
  const count = (): number => Math.floor(random() * 9);
  const lines = hours.flatMap((hour) =>
    jobs.flatMap((job) =>
      [1, 2].map((source) => ({
        hour,
        job,
        source,
        counts: Array.from({ length: 14 }, count),
        buckets: random() < 0.3 ? [] : [count(), 10 + count()],
      })),
    ),
  );
  await client.query(
    `insert into ${grain}_rollups (at, source, trigger, job, destination, named_by, events, cascades, writes, covered,
       deliveries, delivered_first, attempts, delivered, failed, unreachable, timed_out, cancelled, answered_429, dead,
       latency_buckets, latency_counts)
     select date_trunc('hour', now(), 'UTC') - make_interval(hours => hour), source, 0, job, 0, '-', c[1], c[2], c[3], c[4],
       c[5], c[6], c[7], c[8], c[9], c[10], c[11], c[12], c[13], c[14], b, array_fill(3, array[cardinality(b)])
     from json_to_recordset($1::json) as l (hour int, job int, source int, counts int[], buckets smallint[]),
       lateral (select counts, buckets) x (c, b)`,
    [JSON.stringify(lines)],
  );
}

test('lines of one time that are added or removed one after the other are all in its total', async () => {
  for (const grain of grains) {
    await write(store.client, grain, { hours: [1, 2, 3], jobs: [1, 2, 3, -1] });
    await write(store.client, grain, { hours: [2, 3, 4], jobs: [4] });
    await expectTotals(store.client);
    // As retention takes them: some, whatever hours they are of.
    await store.client.query(
      `delete from ${grain}_rollups where source = 1 and job <> 4 or job = 2`,
    );
    await expectTotals(store.client);
  }
  for (const grain of grains) await store.client.query(`delete from ${grain}_rollups`);
  expect((await store.client.query('select from rollup_totals')).rows).toEqual([]);
});

test('a change that is taken back changes no total', async () => {
  await write(store.client, 'hour', { hours: [1], jobs: [1] });
  await store.client.query('begin');
  await store.client.query('delete from hour_rollups');
  await write(store.client, 'hour', { hours: [1, 2], jobs: [1, 2] });
  await store.client.query('rollback');
  await expectTotals(store.client);
  expect((await store.client.query('select from rollup_totals')).rows).toHaveLength(2);
});

test('what was counted before there were totals has them as soon as there are', async () => {
  const database = await createDatabase('rollup_totals_before');
  const directory = await mkdtemp(join(tmpdir(), 'throughline-totals-'));
  const client = new pg.Client(database.url);
  try {
    const { directory: all, ...list } = migrationSets.observability;
    for (const name of await readdir(all)) {
      if (name < '044') await copyFile(join(all, name), join(directory, name));
    }
    await migrate({ databaseUrl: database.url, ...list, directory });
    await client.connect();
    for (const grain of grains) {
      await write(client, grain, { hours: [1, 2, 30], jobs: [1, 2, -1] });
    }
    await migrate({ databaseUrl: database.url, ...migrationSets.observability });
    const { rows } = await client.query('select count(*)::int as n from rollup_totals');
    expect(rows).toEqual([{ n: 3 * 3 * 2 }]);
    await expectTotals(client);
  } finally {
    await client.end();
    await database.drop();
    await rm(directory, { recursive: true });
  }
});
