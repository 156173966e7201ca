// Finds or starts Postgres, and brings both databases up to date.
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
