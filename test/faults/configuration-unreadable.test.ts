// The row of the fault matrix (matrix.ts) in which a fresh edge cannot read the stored configuration.
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import type { BundledWorker } from '../support/bundled-worker.ts';
import { createDatabase } from '../support/database.ts';
import { Edge } from './edge.ts';
import { columns, matrix } from './matrix.ts';
import { type Observability, openObservability } from './observability.ts';
import { type Played, playCell } from './play-cell.ts';

const played: Played[] = [];
let database: Awaited<ReturnType<typeof createDatabase>>;
let observability: Observability;
let edge: Edge;

beforeAll(async () => {
  database = await createDatabase('faults_unreadable');
  const worker = JSON.parse(inject('bundledWorker')) as BundledWorker;
  edge = new Edge(worker, database.url, { isConfigurationUnreadable: true });
  [observability] = await Promise.all([openObservability(database.url), edge.start()]);
});
afterAll(async () => {
  await Promise.all(played.map((cell) => cell.stop()));
  await edge.stop();
  await observability.close();
  await database.drop();
});

const rows = matrix.filter((row) => row.edge === 'configuration unreadable');
describe.each(rows)('$fault', (row) => {
  test.for(columns)('%s', async (column, { expect }) => {
    const cell = await playCell(row, column, { ...observability, edge });
    played.push(cell);
    expect(await cell.outcome()).toEqual(cell.expected);
    expect(edge.reported('The stored configuration could not be read')).toBeGreaterThan(0);
  });
});
