// One Postgres for a whole test run; every test file makes its own database on it. TEST_POSTGRES_URL names
// another that is there, such as an older version: as a superuser, database `postgres`.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../demo/postgres/server.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_POSTGRES_URL'];
  if (given) {
    project.provide('postgresAdminUrl', given);
    return () => Promise.resolve();
  }
  const directory = await mkdtemp(join(tmpdir(), 'throughline-test-'));
  // Started by root, Postgres runs as another user, who must be able to enter.
  await chmod(directory, 0o755);
  const server = await startPostgres({ directory: join(directory, 'data') });
  project.provide('postgresAdminUrl', server.url('postgres'));
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
