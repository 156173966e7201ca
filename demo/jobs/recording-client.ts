// The `pg` client a job works with: it notes which rows the job wrote, from what Postgres returned to it.
import type pg from 'pg';
import type { TruthWrite } from './truth.ts';

type Row = Record<string, unknown>;

export type JobDatabase = {
  /** Reads; writes nothing. */
  read<T extends Row>(sql: string, values?: unknown[]): Promise<T[]>;
  /**
   * Writes rows of one table.
   * @param sql a single statement that ends in `returning` with at least `id`
   */
  write<T extends Row & { id: number }>(
    op: TruthWrite['op'],
    table: string,
    sql: string,
    values?: unknown[],
  ): Promise<T[]>;
};

/** Wraps a client within its transaction; `writes` fills as the job works. */
export function recordWrites(client: pg.PoolClient): { db: JobDatabase; writes: TruthWrite[] } {
  const writes: TruthWrite[] = [];
  return {
    writes,
    db: {
      read: async (sql, values) => (await client.query(sql, values)).rows,
      write: async (op, table, sql, values) => {
        const { rows } = await client.query(sql, values);
        for (const { id } of rows) {
          if (id === undefined) throw new Error(`a write to ${table} must return the row's id`);
          writes.push({ table, id: String(id), op });
        }
        return rows;
      },
    },
  };
}
