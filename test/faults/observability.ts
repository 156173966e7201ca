// The observability database of a file of cells, and questions to it.
import pg from 'pg';
import { migrate } from '../../migrations/run.ts';
import { migrationSets } from '../../migrations/sets.ts';
import type { World } from './play-cell.ts';

/** Two connections for all cells, which ask again and again. */
export async function openObservability(databaseUrl: string): Promise<Observability> {
  await migrate({ databaseUrl, ...migrationSets.observability });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  // A connection that ends because Postgres does; the next question gets another.
  pool.on('error', () => undefined);
  return {
    ask: async (text, values) => (await pool.query(text, values)).rows,
    close: () => pool.end(),
  };
}

export type Observability = Pick<World, 'ask'> & { close(): Promise<void> };
