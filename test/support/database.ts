// A database of its own for each test file.
import { randomBytes } from 'node:crypto';
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
