// The rows of the fault matrix (matrix.ts) in which the Worker is killed: each cell has an edge of its own.
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import type { BundledWorker } from '../support/bundled-worker.ts';
import { createDatabase } from '../support/database.ts';
import { Edge } from './edge.ts';
import { columns, matrix } from './matrix.ts';
import { type Observability, openObservability } from './observability.ts';
import { type Played, playCell } from './play-cell.ts';

/** The answer goes out while an attempt still runs. */
const variables = { BROADCAST_BUDGET_MS: '4000', ATTEMPT_TIMEOUT_MS: '5000' };
const played: Played[] = [];
const edges: Edge[] = [];
let database: Awaited<ReturnType<typeof createDatabase>>;
let observability: Observability;

beforeAll(async () => {
  database = await createDatabase('faults_killed');
  observability = await openObservability(database.url);
});
afterAll(async () => {
  await Promise.all(played.map((cell) => cell.stop()));
  await Promise.all(edges.map((edge) => edge.stop()));
  await observability.close();
  await database.drop();
});

describe.each(matrix.filter(({ killed }) => killed))('$fault', (row) => {
  test.concurrent.for(columns)('%s', async (column, { expect }) => {
    const worker = JSON.parse(inject('bundledWorker')) as BundledWorker;
    const edge = new Edge(worker, database.url, { variables, isKilled: true });
    edges.push(edge);
    await edge.start();
    const cell = await playCell(row, column, { ...observability, edge });
    played.push(cell);
    expect(await cell.outcome()).toEqual(cell.expected);
  });
});

test('and nobody was called once more after that', async ({ expect }) => {
  for (const cell of played) expect(await cell.outcome()).toEqual(cell.expected);
});
