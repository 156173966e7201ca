// Writes the schema `correlation` as a migration of a Hasura project: `{version}_throughline/up.sql` and
// `down.sql` (hasura.io/docs/2.0/migrations-metadata-seeds). It applies nothing.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { correlationFile } from './install.ts';

const uninstall = `-- Takes every table off tracking; the rows keep what was written.
drop schema if exists correlation cascade;
`;
// Going back from an upgrade must not uninstall what an earlier migration installed.
const keep = `-- The functions of "correlation" are replaced forward only; the first migration's down.sql removes them.
select 1;
`;

/**
 * Adds a migration to `directory`, which is `migrations/{source}` of a Hasura project (config v3).
 * @param options.version a time in ms, as Hasura's own tool numbers migrations
 * @returns the folder that was made; null where the newest Throughline migration there already holds this file
 */
export async function writeHasuraMigration(
  directory: string,
  options: { version: number },
): Promise<string | null> {
  const up = await readFile(correlationFile, 'utf8');
  await mkdir(directory, { recursive: true });
  const earlier = (await readdir(directory))
    .filter((name) => /^\d+_throughline$/.test(name))
    .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  const newest = earlier.at(-1);
  if (newest && (await readFile(join(directory, newest, 'up.sql'), 'utf8')) === up) return null;
  const folder = join(directory, `${options.version}_throughline`);
  await mkdir(folder);
  await writeFile(join(folder, 'up.sql'), up);
  await writeFile(join(folder, 'down.sql'), newest ? keep : uninstall);
  return folder;
}
