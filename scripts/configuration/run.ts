// `npm run config`: the stored configuration as a file, so that it can live in git.
import { readFile, writeFile } from 'node:fs/promises';
import { messageOf } from '../../src/error-message.ts';
import {
  type AdminClient,
  ConfigFailure,
  type ConfigurationChange,
  createAdminClient,
} from './admin-client.ts';
import { parseConfigArguments, usage, type Wanted } from './arguments.ts';

/** As of diff(1): trouble is told apart from differences. */
const exitCode = { same: 0, differs: 1, trouble: 2 } as const;

type Print = (text: string, to: 'stdout' | 'stderr') => void;

/** @returns the process's exit code: 0; 1 where `diff` finds differences; 2 where something failed */
export async function runConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  print: Print,
): Promise<number> {
  const wanted = parseConfigArguments(args, environment);
  if (wanted === null) {
    print(usage, 'stdout');
    return exitCode.same;
  }
  if (typeof wanted === 'string') {
    print(`${wanted}\n\n${usage}`, 'stderr');
    return exitCode.trouble;
  }
  try {
    return await run(wanted, createAdminClient(wanted), print);
  } catch (error) {
    // A fault of our own shows where it is; it must not look like a difference either.
    const isExpected = error instanceof ConfigFailure || !(error instanceof Error);
    print(isExpected ? messageOf(error) : (error.stack ?? error.message), 'stderr');
    return exitCode.trouble;
  }
}

async function run(wanted: Wanted, client: AdminClient, print: Print): Promise<number> {
  if (wanted.command === 'export') {
    const text = await client.exported();
    if (wanted.file === null) print(text.trimEnd(), 'stdout');
    else await writeFile(wanted.file, text);
    return exitCode.same;
  }
  const document = await read(wanted.file ?? '');
  const { version, changes } = await client.compare(document);
  for (const change of changes) print(changeText(change), 'stdout');
  if (wanted.command === 'diff') return changes.length > 0 ? exitCode.differs : exitCode.same;
  if (changes.length === 0) {
    print(`Nothing to change: version ${version} says the same.`, 'stdout');
    return exitCode.same;
  }
  const stored = await client.apply(document, version);
  print(`Stored as version ${stored.version}.`, 'stdout');
  if (stored.published.version < stored.version) {
    const why = stored.published.error ?? 'it is under way';
    print(`Not published yet (${why}); Throughline goes on trying.`, 'stderr');
  }
  return exitCode.same;
}

async function read(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigFailure(`${file} cannot be read: ${String(error)}`);
  }
  try {
    JSON.parse(text);
  } catch (error) {
    throw new ConfigFailure(`${file} is no JSON: ${String(error)}`);
  }
  return text;
}

function changeText(change: ConfigurationChange): string {
  const { path, kind, before, after } = change;
  switch (kind) {
    case 'added':
      return `+ ${path} ${JSON.stringify(after)}`;
    case 'removed':
      return `- ${path} ${JSON.stringify(before)}`;
    case 'changed':
      return `~ ${path} ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
  }
}
