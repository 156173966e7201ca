// `node migrations/cli.ts observability|application|hasura <folder>`: brings the named database up to date, or
// writes a Hasura migration. It only reads the environment and prints; what happens is in the files beside it.
import { writeHasuraMigration } from './hasura-migration.ts';
import { installCorrelation } from './install.ts';
import { migrate } from './run.ts';
import { migrationSets } from './sets.ts';

const [name = '', folder] = process.argv.slice(2);

const commands: ReadonlyMap<string, () => Promise<string>> = new Map([
  [
    'observability',
    async () => {
      const applied = await migrate({
        databaseUrl: databaseUrl('OBSERVABILITY_DATABASE_URL'),
        ...migrationSets.observability,
        onStep: (step) => process.stdout.write(`  ${step}\n`),
      });
      return applied.length > 0 ? `${applied.length} applied` : 'up to date';
    },
  ],
  [
    'application',
    async () =>
      `version ${await installCorrelation(databaseUrl('APPLICATION_DATABASE_URL'))} is installed`,
  ],
  [
    'hasura',
    async () => {
      if (!folder) throw new Error('Say where: npm run migrate -- hasura migrations/<source>');
      const made = await writeHasuraMigration(folder, { version: Date.now() });
      return made ? `wrote ${made}` : `${folder} has this version already`;
    },
  ],
]);

const command = commands.get(name);
try {
  if (!command) {
    throw new Error(`Say what: node migrations/cli.ts ${[...commands.keys()].join('|')}`);
  }
  process.stdout.write(`${name}: ${await command()}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function databaseUrl(variable: string): string {
  const url = process.env[variable];
  if (!url) throw new Error(`${variable} is not set. Give the connection string of that database.`);
  return url;
}
