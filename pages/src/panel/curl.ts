// A request as a command for a POSIX shell, quoted so that the shell and curl pass every text on as it is. Secrets are
// never part of it: they stand as variables. Pure.

/** `variable`: the shell puts it in when the command runs. */
export type CurlText = string | { variable: string };

export interface CurlRequest {
  method: string;
  /** The parts of the URL, one behind the other. */
  url: readonly CurlText[];
  headers: readonly (readonly [name: string, value: CurlText])[];
  body: string | null;
}

/** Within single quotes a shell reads nothing: POSIX.1-2024, Shell Command Language, §2.2.2. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function quoted(text: CurlText): string {
  return typeof text === 'string' ? shellQuote(text) : `"$${text.variable}"`;
}

/** `--globoff`: brackets and braces of a URL are its own. `--data-raw`: an `@` at the body's beginning names no file. */
export function curlOf({ method, url, headers, body }: CurlRequest): string {
  const lines = [
    `curl --globoff -X ${shellQuote(method)} ${url.map(quoted).join('')}`,
    ...headers.map(([name, value]) =>
      typeof value === 'string'
        ? `-H ${shellQuote(value === '' ? `${name};` : `${name}: ${value}`)}`
        : `-H ${shellQuote(`${name}: `)}${quoted(value)}`,
    ),
    ...(body === null ? [] : [`--data-raw ${shellQuote(body)}`]),
  ];
  return lines.join(' \\\n  ');
}
