// What the arguments of `npm run config` ask for. It reads no file and calls nobody.
import { parseArgs } from 'node:util';

export const usage = `Usage: npm run config -- <export|diff|apply> --url <edge> --file <file> [--note <why>] [--as <who>]

  export   writes the stored configuration to the file, or prints it without one
  diff     says what applying the file would change; exit code 1 where it would change something
  apply    stores the file as a new version, unless somebody has changed something meanwhile

  --url    where the edge is, such as https://edge.example.com; or THROUGHLINE_URL
  --file   the configuration as JSON, such as throughline.json
  --note   why, for the list of versions
  --as     in whose name, for the audit

The API token comes from THROUGHLINE_API_TOKEN.`;

export type Wanted = {
  command: 'export' | 'diff' | 'apply';
  /** Without a slash at the end. */
  url: string;
  token: string;
  file: string | null;
  note: string;
  onBehalfOf: string | null;
};

/** @returns what is wrong, as a text, where something is; null where only help is asked for */
export function parseConfigArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Wanted | string | null {
  let values: Partial<Record<'url' | 'file' | 'note' | 'as', string>> & { help?: boolean };
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        file: { type: 'string' },
        note: { type: 'string' },
        as: { type: 'string' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    // parseArgs throws on an unknown or incomplete option.
    return error instanceof Error ? error.message : String(error);
  }
  if (values.help) return null;
  const [command, ...others] = positionals;
  if (command !== 'export' && command !== 'diff' && command !== 'apply') {
    return command === undefined ? 'Say export, diff or apply.' : `Unknown command: ${command}`;
  }
  if (others.length > 0) return `Too much: ${others.join(' ')}`;
  const url = values.url ?? environment['THROUGHLINE_URL'] ?? '';
  if (!/^https?:\/\/[^/?#]+\/?$/.test(url)) {
    return 'Say where the edge is: --url https://edge.example.com, without a path.';
  }
  const token = environment['THROUGHLINE_API_TOKEN'] ?? '';
  if (token === '') return 'Set THROUGHLINE_API_TOKEN to the API token.';
  if (command !== 'export' && values.file === undefined) return `${command} needs --file.`;
  return {
    command,
    url: url.replace(/\/$/, ''),
    token,
    file: values.file ?? null,
    note: values.note ?? '',
    onBehalfOf: values.as ?? null,
  };
}
