// The two sets of migrations: where their files are and where each database keeps its list.
// Whoever migrates (the command line, the local world, tests) takes these, so that all agree.
import { fileURLToPath } from 'node:url';

/** For example `migrate({ databaseUrl, ...migrationSets.observability })`. */
export const migrationSets = {
  observability: {
    directory: fileURLToPath(new URL('./observability/', import.meta.url)),
    migrationsSchema: 'public',
    migrationsTable: 'migrations',
    urlVariable: 'OBSERVABILITY_DATABASE_URL',
  },
  // The list lies in the schema that is installed, so that dropping the schema leaves nothing.
  application: {
    directory: fileURLToPath(new URL('./application/', import.meta.url)),
    migrationsSchema: 'correlation',
    migrationsTable: 'migrations',
    urlVariable: 'APPLICATION_DATABASE_URL',
  },
} as const;
