// Installs the schema `correlation` in an application's database, or brings it up to date: one file of
// functions that is run whole each time. It never touches the application's own tables.
import { readFile } from 'node:fs/promises';
import pg from 'pg';

/** The file that every way of installing runs: this one, `psql -1 -f`, Hasura's `run_sql`, a Hasura migration. */
export const correlationFile = new URL('./application/correlation.sql', import.meta.url);

/**
 * Runs `application/correlation.sql` in one transaction. Safe at any time and by two at once: the second waits.
 * @param databaseUrl as the role that owns the tables to be tracked
 * @returns the version that is installed now
 * @throws where a newer version is installed, and where Postgres refuses; nothing is changed then
 */
export async function installCorrelation(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'install' });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(await readFile(correlationFile, 'utf8'));
    const installed = await client.query<{ version: number }>('select correlation.version()');
    await client.query('commit');
    return installed.rows[0]?.version ?? 0;
  } catch (error) {
    const hint = error instanceof pg.DatabaseError && error.hint ? `\n${error.hint}` : '';
    throw new Error(
      `The schema correlation was not installed: ${error instanceof Error ? error.message : String(error)}${hint}`,
      { cause: error },
    );
  } finally {
    // An open transaction ends with its connection.
    await client.end();
  }
}
