// The clients, in a process of their own: `node clients.ts <url>`. Each order lets the two sides write turn by turn,
// in slices so short that whatever else the machine does falls on both; each side has connections of its own, so
// that what they cost the server can be told apart. It ends with the program that started it.
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { tableOf } from './database.ts';
import type { Side } from './database.ts';
import { mixes } from './mixes.ts';
import type { Mix, Work } from './mixes.ts';

export type Order = {
  mix: string;
  copyFile: string;
  clients: number;
  /** Which side begins. */
  first: Side;
  slices: number;
  sliceMs: number;
  /** Ids that may be used up on either side: from `next` up to and without `to`. */
  rows: { next: number; to: number };
};
export type Written = {
  transactions: number;
  seconds: number;
  /** Processor time of the side's connections on the server; NaN where /proc is not there. */
  cpuMicros: number;
};
export type Done = Record<Side, Written> | { error: string };

type Connection = { client: pg.Client; pid: number };

const connections: Record<Side, Promise<Connection>[]> = { plain: [], tracked: [] };

function connection(side: Side, index: number): Promise<Connection> {
  return (connections[side][index] ??= (async () => {
    const client = new pg.Client({ connectionString: process.argv[2], application_name: 'bench' });
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return { client, pid: rows[0]?.pid ?? 0 };
  })());
}

/** What processes have run since they began: the first figure of /proc/<pid>/schedstat, in nanoseconds. */
function cpuMicros(pids: readonly number[]): number {
  try {
    return pids.reduce(
      (sum, pid) =>
        sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1_000,
      0,
    );
  } catch {
    // Not Linux: the benchmark goes without this figure.
    return Number.NaN;
  }
}

async function carryOut(order: Order): Promise<Done> {
  const mix = mixes.find(({ name }) => name === order.mix);
  if (!mix) throw new Error(`There is no mix "${order.mix}".`);
  const other: Side = order.first === 'plain' ? 'tracked' : 'plain';
  const sides = { plain: await sideOf('plain', order), tracked: await sideOf('tracked', order) };
  for (let slice = 0; slice < order.slices; slice += 1) {
    const turns = slice % 2 === 0 ? [order.first, other] : [other, order.first];
    for (const side of turns) await writeFor(sides[side], mix, order.sliceMs);
  }
  return { plain: result(sides.plain), tracked: result(sides.tracked) };
}

type SideState = {
  clients: pg.Client[];
  pids: number[];
  cpuBefore: number;
  work: Omit<Work, 'client'>;
  written: { transactions: number; seconds: number };
};

const result = ({ written, pids, cpuBefore }: SideState): Written => ({
  ...written,
  cpuMicros: cpuMicros(pids) - cpuBefore,
});

async function sideOf(side: Side, order: Order): Promise<SideState> {
  const opened = await Promise.all(
    Array.from({ length: order.clients }, (_, index) => connection(side, index)),
  );
  const pids = opened.map(({ pid }) => pid);
  let { next } = order.rows;
  return {
    clients: opened.map(({ client }) => client),
    pids,
    cpuBefore: cpuMicros(pids),
    work: {
      table: tableOf(side),
      isTracked: side === 'tracked',
      copyFile: order.copyFile,
      takeRow() {
        if (next >= order.rows.to) throw new Error('The rows to delete have been used up.');
        return next++;
      },
    },
    written: { transactions: 0, seconds: 0 },
  };
}

async function writeFor(side: SideState, mix: Mix, sliceMs: number): Promise<void> {
  const began = performance.now();
  await Promise.all(
    side.clients.map(async (client, index) => {
      while (performance.now() - began < sliceMs) {
        await mix.run(client, { ...side.work, client: index });
        side.written.transactions += 1;
      }
    }),
  );
  side.written.seconds += (performance.now() - began) / 1_000;
}

async function answer(order: Order): Promise<void> {
  try {
    process.send?.(await carryOut(order));
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', (order: Order) => void answer(order));
process.on('disconnect', () => process.exit(0));
