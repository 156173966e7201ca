// Creates and drops databases on any Postgres, embedded or given.
import pg from 'pg';

/** Creates the database that `url` names if it is missing. Returns true when it was made now. */
export async function ensureDatabase(url: string): Promise<boolean> {
  return onServer(url, async (client, name) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount) return false;
    await client.query(`create database ${pg.escapeIdentifier(name)}`);
    return true;
  });
}

/** Drops the database that `url` names, ending the sessions that use it. */
export async function dropDatabase(url: string): Promise<void> {
  await onServer(url, async (client, name) => {
    await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  });
}

async function onServer<T>(
  url: string,
  work: (client: pg.Client, name: string) => Promise<T>,
): Promise<T> {
  const target = new URL(url);
  const name = decodeURIComponent(target.pathname.slice(1));
  if (!name) throw new Error(`${target.host}: the connection string names no database`);
  target.pathname = '/postgres';
  const client = new pg.Client({ connectionString: target.href });
  await client.connect();
  try {
    return await work(client, name);
  } finally {
    await client.end();
  }
}
