// Reads algorithm and destinations from the edge URL. Pure; it knows no allowlist and connects to nothing.
import type { EdgeProblem } from './problem.ts';

export type RequestTarget = {
  /** Normalised: lower case, `_` as `-`. */
  algorithm: string;
  /** In the order given; at least one, none twice. */
  destinations: readonly URL[];
};

export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: EdgeProblem };

/**
 * Parses `?algorithm=pass-through&destinations=url1,url2`.
 *
 * The raw value is split at literal commas and each item percent-decoded. A single item is decoded and
 * then split before each `,http://` or `,https://`, so that a list encoded as a whole works too. A plus
 * stays a plus. The algorithm is `pass-through` unless it is named.
 * @param search the URL's query as it came, with or without `?`
 */
export function parseRequestTarget(search: string): Parsed<RequestTarget> {
  const parameters = rawParameters(search);
  const algorithm = (parameters.get('algorithm')?.[0] ?? 'pass-through')
    .toLowerCase()
    .replaceAll('_', '-');
  const values = parameters.get('destinations') ?? [];
  if (values.length > 1) return fail({ reason: 'destinations_repeated' });
  const raw = values[0];
  if (raw === undefined || raw === '') return fail({ reason: 'destinations_missing' });

  const items = raw.split(',').map(decode);
  const list = items.length === 1 ? (items[0] ?? '').split(/,(?=https?:\/\/)/i) : items;
  const destinations: URL[] = [];
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    if (item.trim() === '') return fail({ reason: 'destination_blank', position: index + 1 });
    const parsed = parseDestination(item);
    if (!parsed.ok) return parsed;
    if (seen.has(parsed.value.href)) {
      return fail({ reason: 'destination_duplicate', destination: parsed.value.href });
    }
    seen.add(parsed.value.href);
    destinations.push(parsed.value);
  }
  return { ok: true, value: { algorithm, destinations } };
}

function parseDestination(text: string): Parsed<URL> {
  const malformed = (why: string): Parsed<URL> =>
    fail({ reason: 'destination_malformed', destination: withoutUserinfo(text), why });
  if (!/^https?:\/\//i.test(text)) return malformed('it must begin with https:// (or http://)');
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return malformed('it is not a URL');
  }
  if (url.username || url.password) {
    return malformed('credentials in a URL end up in logs; send them in a header instead');
  }
  url.hash = '';
  return { ok: true, value: url };
}

/** `key=value` pairs by decoded key, the values as they came: URLSearchParams would turn `+` into a blank. */
function rawParameters(search: string): Map<string, string[]> {
  const parameters = new Map<string, string[]>();
  for (const pair of search.replace(/^\?/, '').split('&')) {
    if (!pair) continue;
    const equals = pair.indexOf('=');
    const key = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    const values = parameters.get(key);
    if (values) values.push(value);
    else parameters.set(key, [value]);
  }
  return parameters;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % is the sender's own text; the URL parser judges it.
    return text;
  }
}

function withoutUserinfo(text: string): string {
  return text.replace(/^(\w+:\/\/)[^/?#]*@/, '$1…@').slice(0, 200);
}

function fail(problem: EdgeProblem): { ok: false; problem: EdgeProblem } {
  return { ok: false, problem };
}
