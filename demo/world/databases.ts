// Brings both databases up to date, and lets the Worker in with the rights it needs.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { installApplication } from '../application/application.ts';
import { ensureDatabase } from '../postgres/database.ts';
import { installCorrelation } from '../../migrations/install.ts';
import { migrate } from '../../migrations/run.ts';
import { migrationSets } from '../../migrations/sets.ts';

/**
 * Makes both databases if they are missing and migrates them.
 * @throws saying which database, what went wrong and what to do
 */
export async function prepareDatabases(
  urls: { application: string; observability: string },
  onStep: (line: string) => void,
): Promise<void> {
  await prepare('observability', urls.observability, onStep, async () => {
    await migrate({ databaseUrl: urls.observability, ...migrationSets.observability, onStep });
  });
  await prepare('application', urls.application, onStep, async () => {
    await installApplication(urls.application, { migrate: installCorrelation });
  });
}

/**
 * A login for the Worker with the rights of the writer, as a deployment makes one (docs/deploying.md). Only on a server
 * of this world's own: roles belong to a whole server.
 * @returns its connection string
 */
export async function workerLogin(observabilityUrl: string): Promise<string> {
  const password = randomBytes(16).toString('hex');
  const client = new pg.Client({ connectionString: observabilityUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `select from pg_roles where rolname = 'throughline_worker'`,
    );
    if (rowCount === 0) await client.query('create role throughline_worker login');
    await client.query(`
      grant throughline_writer to throughline_worker;
      alter role throughline_worker password '${password}';
      alter role throughline_worker set statement_timeout = '30s';
      alter role throughline_worker set lock_timeout = '10s';
      alter role throughline_worker set idle_in_transaction_session_timeout = '30s'`);
  } finally {
    await client.end();
  }
  const url = new URL(observabilityUrl);
  url.username = 'throughline_worker';
  url.password = password;
  return url.href;
}

async function prepare(
  name: 'observability' | 'application',
  url: string,
  onStep: (line: string) => void,
  migrateIt: () => Promise<void>,
): Promise<void> {
  const variable = `${name.toUpperCase()}_DATABASE_URL`;
  try {
    if (await ensureDatabase(url)) onStep(`made the database ${new URL(url).pathname.slice(1)}`);
    await migrateIt();
  } catch (error) {
    const { host, pathname } = new URL(url);
    throw new Error(
      `The ${name} database at ${host}${pathname} could not be prepared: ${messageOf(error)}\n` +
        `If you gave ${variable}, check that Postgres runs there and that its user may make databases and ` +
        'schemas; without it, npm start brings its own Postgres. npm start -- --fresh begins anew.',
      { cause: error },
    );
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
