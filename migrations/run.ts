// Brings one database up to date with a folder of plain SQL files (`001_name.sql`, …), forward only.
// It never goes back, never edits what has run, and knows nothing of what the files contain.
import { readdir } from 'node:fs/promises';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

const fileNamePattern = /^\d{3,}_[a-z0-9_]+\.sql$/;

/**
 * Runs every migration of `directory` that the database has not seen, all in one transaction.
 * Two runs at once are safe: the second waits for the first (an advisory lock) and finds nothing to do.
 * @param options.databaseUrl a direct connection; a transaction pooler cannot hold the lock
 * @param options.directory holds the SQL files and nothing else but files that start with a dot
 * @param options.migrationsSchema where the list of what has run is kept; created when missing
 * @param options.migrationsTable that list's name
 * @param options.onStep is told each file's name before it runs
 * @returns the names, without `.sql`, of what was run now, in order
 * @throws when a file has another kind of name, when a file that has run is missing, when a new one
 *   stands before one that has run, and when SQL fails (nothing of this run is kept then)
 */
export async function migrate(options: {
  databaseUrl: string;
  directory: string;
  migrationsSchema?: string;
  migrationsTable?: string;
  onStep?: (step: string) => void;
}): Promise<string[]> {
  const { databaseUrl, directory, migrationsSchema = 'public', migrationsTable } = options;
  const table = migrationsTable ?? 'migrations';
  const names = await migrationNames(directory);
  const problems: string[] = [];
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await refuseMissing(client, { schema: migrationsSchema, table, names, directory });
    const applied = await runner({
      dbClient: client,
      dir: directory,
      direction: 'up',
      migrationsSchema,
      createMigrationsSchema: migrationsSchema !== 'public',
      migrationsTable: table,
      checkOrder: true,
      singleTransaction: true,
      advisoryLockMode: 'wait',
      logger: {
        info: (message) => {
          const step = /^### MIGRATION (.+) \(UP\) ###$/.exec(message)?.[1];
          if (step) options.onStep?.(step);
        },
        warn: (message) => problems.push(message),
        error: (message) => problems.push(message),
      },
    });
    return applied.map((migration) => migration.name);
  } catch (error) {
    throw new Error(
      `Migrations of ${directory} were not applied: ${error instanceof Error ? error.message : String(error)}` +
        (problems.length > 0 ? `\n${problems.join('\n')}` : ''),
      { cause: error },
    );
  } finally {
    await client.end();
  }
}

/** The names of a folder's migrations without `.sql`, in the order they run. */
async function migrationNames(directory: string): Promise<string[]> {
  const files = (await readdir(directory)).filter((name) => !name.startsWith('.')).toSorted();
  for (const file of files) {
    if (!fileNamePattern.test(file)) {
      throw new Error(
        `${directory}/${file}: a migration is named like 001_what_it_adds.sql. Rename or move it.`,
      );
    }
  }
  const numbers = files.map((file) => Number.parseInt(file, 10));
  const twice = files.find((_, index) => numbers.indexOf(numbers[index] ?? 0) !== index);
  if (twice) throw new Error(`${directory}/${twice}: its number is taken. Give it the next one.`);
  return files.map((file) => file.slice(0, -'.sql'.length));
}

/** The library compares order only as far as both lists reach; a file deleted at the end is found here. */
async function refuseMissing(
  client: pg.Client,
  run: { schema: string; table: string; names: string[]; directory: string },
): Promise<void> {
  const qualified = `${pg.escapeIdentifier(run.schema)}.${pg.escapeIdentifier(run.table)}`;
  const exists = await client.query('select to_regclass($1) is not null as there', [qualified]);
  if (exists.rows[0]?.there !== true) return;
  const seen = await client.query<{ name: string }>(`select name from ${qualified} order by id`);
  const missing = seen.rows.map((row) => row.name).filter((name) => !run.names.includes(name));
  if (missing.length > 0) {
    throw new Error(
      `this database has run ${missing.join(', ')}, which is missing from ${run.directory}. ` +
        'It was migrated by a newer or another version: use that one, or bring the files back.',
    );
  }
}
