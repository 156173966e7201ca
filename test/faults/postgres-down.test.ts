// The row of the fault matrix (matrix.ts) in which Postgres is down: it has one of its own to stop.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { ensureDatabase } from '../../demo/postgres/database.ts';
import { type PostgresServer, startPostgres } from '../../demo/postgres/server.ts';
import type { BundledWorker } from '../support/bundled-worker.ts';
import { Edge } from './edge.ts';
import { columns, matrix } from './matrix.ts';
import { type Observability, openObservability } from './observability.ts';
import { type Played, playCell, type World } from './play-cell.ts';

const played: Played[] = [];
let directory: string;
let server: PostgresServer;
let world: World;
let observability: Observability;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'throughline-faults-'));
  // Started by root, Postgres runs as another user, who must be able to enter.
  await chmod(directory, 0o755);
  const data = join(directory, 'data');
  server = await startPostgres({ directory: data });
  const { port } = server;
  const url = server.url('observability');
  await ensureDatabase(url);
  const edge = new Edge(JSON.parse(inject('bundledWorker')) as BundledWorker, url);
  [observability] = await Promise.all([openObservability(url), edge.start()]);
  const postgres = {
    stop: () => server.stop(),
    start: async () => {
      server = await startPostgres({ directory: data, port });
    },
  };
  world = { ...observability, edge, postgres };
});
afterAll(async () => {
  await Promise.all(played.map((cell) => cell.stop()));
  await world.edge.stop();
  await observability.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

// One after the other: each stops it and starts it again.
describe.each(matrix.filter(({ edge }) => edge === 'postgres down'))('$fault', (row) => {
  test.for(columns)('%s', async (column, { expect }) => {
    const cell = await playCell(row, column, world);
    played.push(cell);
    expect(await cell.outcome()).toEqual(cell.expected);
  });
});

test('and nobody was called once more after that', async ({ expect }) => {
  for (const cell of played) expect(await cell.outcome()).toEqual(cell.expected);
});
