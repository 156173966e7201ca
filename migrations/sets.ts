// The set of migrations: where its files are and where the database keeps its list.
// Whoever migrates (the command line, the local world, tests) takes it, so that all agree.
import { fileURLToPath } from 'node:url';

/** For example `migrate({ databaseUrl, ...migrationSets.observability })`. */
export const migrationSets = {
  observability: {
    directory: fileURLToPath(new URL('./observability/', import.meta.url)),
    migrationsSchema: 'public',
    migrationsTable: 'migrations',
  },
} as const;
