// Decides whether a URL matches one entry of the allowlist. Pure; never resolves a name.

export type DestinationPattern = {
  /** As it was written, for messages. */
  text: string;
  scheme: 'http:' | 'https:';
  /** Lower-case host; a leading `*.` stands for one or more labels, `*` alone for any host. */
  host: string;
  /** `*` is any port. */
  port: string;
  /** The path must equal this, or begin with it where it ended in `*`. */
  path: string;
  pathIsPrefix: boolean;
};

const form =
  /^(https?):\/\/(\*|(?:\*\.)?[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}|\*))?(\/[^?#]*)?$/i;

/**
 * Parses `https://*.netlify.app`, `https://jobs.example.com/hooks/*`, `http://127.0.0.1:*`.
 * Without a path every path is meant; without a port the scheme's own. `*` alone is `https://*`: any public
 * host by https. http is allowed only where an entry names it.
 * @throws Error saying what is wrong with the entry
 */
export function parseDestinationPattern(text: string): DestinationPattern {
  const match = form.exec(text === '*' ? 'https://*' : text);
  if (!match) {
    throw new Error(
      `"${text}" is not a pattern. Write scheme://host[:port][/path], ` +
        'with * as the host or *. before it, * as the port, or * at the end of the path; or * alone.',
    );
  }
  const scheme = `${(match[1] ?? '').toLowerCase()}:` === 'http:' ? 'http:' : 'https:';
  const path = match[4] ?? '/*';
  const pathIsPrefix = path.endsWith('*');
  return {
    text,
    scheme,
    host: (match[2] ?? '').toLowerCase(),
    port: match[3] ?? (scheme === 'https:' ? '443' : '80'),
    path: pathIsPrefix ? path.slice(0, -1) : path,
    pathIsPrefix,
  };
}

/** True when the pattern allows this URL. */
export function matchesDestination(pattern: DestinationPattern, url: URL): boolean {
  if (url.protocol !== pattern.scheme) return false;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (pattern.port !== '*' && pattern.port !== port) return false;
  if (!matchesHost(pattern.host, url.hostname)) return false;
  return pattern.pathIsPrefix
    ? url.pathname.startsWith(pattern.path)
    : url.pathname === pattern.path;
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.startsWith('*.')) return host === pattern;
  return host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1;
}
