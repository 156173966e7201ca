// A Postgres for the benchmarks of the store, set as a small managed one is, and observability databases on it.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { dropDatabase, ensureDatabase } from '../../demo/postgres/database.ts';
import { startPostgres } from '../../demo/postgres/server.ts';
import { migrate } from '../../migrations/run.ts';
import { migrationSets } from '../../migrations/sets.ts';

export type StoreServer = {
  url(database: string): string;
  /** Where the server may write files. */
  directory: string;
  /** A migrated observability database; one of before is brought up to date. @returns its connection string */
  create(database: string): Promise<string>;
  /** The same again, as files, in place of one of that name. */
  copy(from: string, to: string): Promise<string>;
  drop(database: string): Promise<void>;
  stop(): Promise<void>;
};

/** A quarter of a memory of 8 GB, as managed ones have it; commits are durable. */
const settings = [
  `shared_buffers = '2GB'`,
  `effective_cache_size = '6GB'`,
  `max_wal_size = '8GB'`,
  `checkpoint_timeout = '15min'`,
  'random_page_cost = 1.1',
  'track_io_timing = on',
];

/** @param keep where the server's files stay, and may be from before; null: they go with it */
export async function startStoreServer(keep: string | null): Promise<StoreServer> {
  const directory = keep ?? (await mkdtemp(join(tmpdir(), 'throughline-bench-')));
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
  const data = join(directory, 'data');
  const first = await startPostgres({ directory: data });
  await onServer(first.url('postgres'), async (client) => {
    for (const setting of settings) await client.query(`alter system set ${setting}`);
  });
  await first.stop();
  const server = await startPostgres({ directory: data });
  return {
    url: (database) => server.url(database),
    directory: data,
    async create(database) {
      const url = server.url(database);
      await ensureDatabase(url);
      await migrate({ databaseUrl: url, ...migrationSets.observability });
      return url;
    },
    async copy(from, to) {
      await dropDatabase(server.url(to));
      await onServer(server.url('postgres'), (client) =>
        client.query(`create database ${to} template ${from} strategy file_copy`),
      );
      return server.url(to);
    },
    drop: (database) => dropDatabase(server.url(database)),
    async stop() {
      await server.stop();
      if (keep === null) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Lends a connection. */
export async function onServer<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
