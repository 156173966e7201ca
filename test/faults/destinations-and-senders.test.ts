// The fault matrix (matrix.ts), but for the rows that need an edge or a Postgres of their own. All cells at once.
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import type { BundledWorker } from '../support/bundled-worker.ts';
import { createDatabase } from '../support/database.ts';
import { Edge } from './edge.ts';
import { columns, matrix, type Row } from './matrix.ts';
import { type Observability, openObservability } from './observability.ts';
import { type Played, playCell, type World } from './play-cell.ts';

const ofTheirOwn = new Set(['postgres down', 'configuration unreadable']);
const rows = matrix.filter(({ killed, edge = '' }) => !killed && !ofTheirOwn.has(edge));
const played: Played[] = [];
let database: Awaited<ReturnType<typeof createDatabase>>;
let world: World;
let observability: Observability;

beforeAll(async () => {
  database = await createDatabase('faults');
  const worker = JSON.parse(inject('bundledWorker')) as BundledWorker;
  const edge = new Edge(worker, database.url);
  [observability] = await Promise.all([openObservability(database.url), edge.start()]);
  world = { ...observability, edge };
});
afterAll(async () => {
  await Promise.all(played.map((cell) => cell.stop()));
  await world.edge.stop();
  await observability.close();
  await database.drop();
});

// What comes first waits until everything has started, which is no fault of any row: it comes alone.
describe.each(rows.slice(0, 1))('$fault', (row) => {
  playRow(row);
});
describe.concurrent.each(rows.slice(1))('$fault', (row) => {
  playRow(row);
});

function playRow(row: Row): void {
  test.for(columns)('%s', async (column, { expect }) => {
    const cell = await playCell(row, column, world);
    played.push(cell);
    expect(await cell.outcome()).toEqual(cell.expected);
  });
}

test('and nobody was called once more after that', async ({ expect }) => {
  for (const cell of played) expect(await cell.outcome()).toEqual(cell.expected);
});
