// What tracking costs the main database: writes with it and without, turn by turn, with durable commits and
// Hasura's own trigger text on both sides.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { round, shown, spreadOf } from '../harness/rounds.ts';
import type { Done, Order, Written } from './clients.ts';
import { keptRows, startBenchDatabase, tableOf } from './database.ts';
import type { BenchDatabase } from './database.ts';
import { mixes } from './mixes.ts';
import type { Mix } from './mixes.ts';

const rounds = 9;
/** More than any machine with durable commits deletes one by one. */
const usedRowsPerSecond = 10_000;

/** @returns the ratios of writes a second, tracked to untracked: the median over all rounds, the worst mix */
export async function benchTrigger(quick: boolean): Promise<Record<string, number>> {
  const database = await startBenchDatabase();
  const child = fork(fileURLToPath(new URL('clients.ts', import.meta.url)), [database.url]);
  const medians = new Map<Mix, number>();
  try {
    for (const mix of mixes) {
      const ratios: number[] = [];
      for (const clients of clientsFor(mix, quick)) {
        ratios.push(...(await compare(database, child, { mix, clients, quick })));
      }
      const all = spreadOf(ratios);
      medians.set(mix, all.median);
      console.log(`${mix.name}: ${shown(all)}`);
    }
  } finally {
    child.disconnect();
    await once(child, 'exit');
    await database.stop();
  }
  const worst = (wanted: (mix: Mix) => boolean): number =>
    Math.min(...mixes.filter(wanted).map((mix) => medians.get(mix) ?? Number.NaN));
  return {
    emailThroughput: worst(({ name }) => name === 'email'),
    throughput: worst(({ kind }) => kind === 'single'),
    bulkThroughput: worst(({ kind }) => kind === 'bulk'),
  };
}

function clientsFor(mix: Mix, quick: boolean): readonly number[] {
  if (mix.kind === 'bulk') return quick ? [1] : [1, 8];
  return quick && mix.name !== 'email' ? [8] : [1, 8, 32];
}

/** The ratio of each round. */
async function compare(
  database: BenchDatabase,
  child: ChildProcess,
  run: { mix: Mix; clients: number; quick: boolean },
): Promise<number[]> {
  const { mix, clients, quick } = run;
  const slices = quick ? (mix.kind === 'bulk' ? 2 : 4) : 10;
  const sliceMs = quick ? 25 : 100;
  const seconds = (rounds * slices * sliceMs) / 1_000;
  const rows = { next: keptRows + 1, to: keptRows + 1 };
  if (mix.usesRows) rows.to += Math.ceil(usedRowsPerSecond * seconds);
  for (const side of ['plain', 'tracked'] as const) {
    await prepareRows(database, tableOf(side), rows);
  }
  const order = {
    mix: mix.name,
    copyFile: database.copyFile,
    clients,
    slices,
    sliceMs,
    rows: { next: rows.next, to: rows.next },
  };
  const results: Exclude<Done, { error: string }>[] = [];
  for (let turn = 0; turn < rounds; turn += 1) {
    order.rows.next = order.rows.to;
    order.rows.to += Math.floor((rows.to - rows.next) / rounds);
    const first = turn % 2 === 0 ? 'tracked' : 'plain';
    results.push(await carryOut(child, { ...order, first }));
  }
  const ratios = results.map(({ plain, tracked }) => perSecond(tracked) / perSecond(plain));
  const cpu = (side: 'plain' | 'tracked'): number =>
    results.reduce((sum, result) => sum + result[side].cpuMicros, 0) /
    results.reduce((sum, result) => sum + result[side].transactions, 0);
  console.log(
    `  ${mix.name}, ${clients} client${clients === 1 ? '' : 's'}: ${shown(spreadOf(ratios))}, ` +
      `untracked ${shown(spreadOf(results.map(({ plain }) => perSecond(plain))))}/s; server's CPU a transaction ` +
      `${round(cpu('tracked'))} µs, untracked ${round(cpu('plain'))} µs`,
  );
  return ratios;
}

const perSecond = (written: Written): number => written.transactions / written.seconds;

async function carryOut(
  child: ChildProcess,
  order: Order,
): Promise<Exclude<Done, { error: string }>> {
  child.send(order);
  const done = await new Promise<Done>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`The clients ended with ${code}.`)));
  });
  child.removeAllListeners('exit');
  if ('error' in done) throw new Error(`${order.mix}: ${done.error}`);
  return done;
}

/** Every comparison begins with the same rows on both sides, no dead ones of the last, and an empty event log. */
async function prepareRows(
  { client }: BenchDatabase,
  table: string,
  rows: { next: number; to: number },
): Promise<void> {
  await client.query('truncate hdb_catalog.event_log');
  await client.query('set session_replication_role = replica');
  await client.query(`delete from ${table} where id > ${keptRows}`);
  await client.query(
    `insert into ${table} (id, customer_id, amount, updated_by)
    select n, n % 100, 1, 'jane@example.com' from generate_series($1::int, $2::int - 1) as n`,
    [rows.next, rows.to],
  );
  await client.query(`select setval(pg_get_serial_sequence($1, 'id'), $2)`, [table, rows.to]);
  await client.query('set session_replication_role = origin');
  await client.query(`vacuum ${table}`);
}
