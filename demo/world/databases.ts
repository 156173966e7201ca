// Finds or starts Postgres, and brings both databases up to date.
import { installApplication } from '../application/application.ts';
import { ensureDatabase } from '../postgres/database.ts';
import { migrate } from '../../migrations/run.ts';
import { migrationSets } from '../../migrations/sets.ts';

/** Makes both databases if they are missing and migrates them. */
export async function prepareDatabases(
  urls: { application: string; observability: string },
  onStep: (line: string) => void,
): Promise<void> {
  for (const url of Object.values(urls)) {
    if (await ensureDatabase(url)) onStep(`made the database ${new URL(url).pathname.slice(1)}`);
  }
  await migrate({ databaseUrl: urls.observability, ...migrationSets.observability, onStep });
  await installApplication(urls.application, {
    migrate: (url) => migrate({ databaseUrl: url, ...migrationSets.application, onStep }),
  });
}
