// A database of its own for each test file.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { dropDatabase, ensureDatabase } from '../../demo/postgres/database.ts';

/** Makes an empty database named `{prefix}_{random}`. */
export async function createDatabase(
  prefix: string,
): Promise<{ url: string; drop(): Promise<void> }> {
  const url = new URL(inject('postgresAdminUrl'));
  url.pathname = `/${prefix}_${randomBytes(4).toString('hex')}`;
  await ensureDatabase(url.href);
  return { url: url.href, drop: () => dropDatabase(url.href) };
}

/**
 * A login for a migrated observability database, with the rights of one of its two roles.
 * @returns its connection string; `drop` goes before the database's own
 */
export async function loginAs(
  role: 'throughline_writer' | 'throughline_reader',
  databaseUrl: string,
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `login_${randomBytes(4).toString('hex')}`;
  const run = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  };
  await run(`create role ${name} login password '${name}' in role ${role}`);
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = name;
  return { url: url.href, drop: () => run(`drop role ${name}`) };
}
