// `node migrations/cli.ts observability|application`: brings the named database up to date.
// It only reads the environment and prints; what happens is in run.ts.
import { migrate } from './run.ts';
import { migrationSets } from './sets.ts';

const name = process.argv[2];
const set = name === 'observability' || name === 'application' ? migrationSets[name] : undefined;
const databaseUrl = set && process.env[set.urlVariable];

if (!set) {
  fail('Say which database to migrate: node migrations/cli.ts observability|application');
} else if (!databaseUrl) {
  fail(`${set.urlVariable} is not set. Give the connection string of the ${name} database.`);
} else {
  try {
    const applied = await migrate({
      databaseUrl,
      ...set,
      onStep: (step) => process.stdout.write(`  ${step}\n`),
    });
    process.stdout.write(
      applied.length > 0 ? `${name}: ${applied.length} applied\n` : `${name}: up to date\n`,
    );
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
