// Reads algorithm, destinations and fallback from the edge URL. Pure; it knows no allowlist and connects
// to nothing.
import type { EdgeProblem } from './problem.ts';

/** In the order given; none twice. */
export type Destinations = readonly [URL, ...URL[]];

export type RequestTarget = {
  /** Normalised: lower case, `_` as `-`. */
  algorithm: string;
  destinations: Destinations;
  /** What takes over where the destination surely did not process an event. In order, often empty. */
  fallback: readonly URL[];
};

type Parameter = 'destinations' | 'fallback';

export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: EdgeProblem };

/**
 * Parses `?algorithm=pass-through&destinations=url1,url2&fallback=url3`.
 *
 * The raw value is split at literal commas and each item percent-decoded. A single item is decoded and
 * then split before each `,http://` or `,https://`, so that a list encoded as a whole works too. A plus
 * stays a plus. The algorithm is `pass-through` unless it is named.
 * @param search the URL's query as it came, with or without `?`
 */
export function parseRequestTarget(search: string): Parsed<RequestTarget> {
  const parameters = rawParameters(search);
  const [named = 'pass-through', ...others] = parameters.get('algorithm') ?? [];
  if (others.length > 0) return fail({ reason: 'algorithm_repeated' });
  const algorithm = decode(named).toLowerCase().replaceAll('_', '-');
  const seen = new Set<string>();
  const destinations = parseList('destinations', parameters, seen);
  if (!destinations.ok) return destinations;
  const fallback = parseList('fallback', parameters, seen);
  if (!fallback.ok) return fallback;
  const [first, ...further] = destinations.value;
  if (!first) return fail({ reason: 'destinations_missing' });
  return {
    ok: true,
    value: { algorithm, destinations: [first, ...further], fallback: fallback.value },
  };
}

/** The parameter that says where an event goes, if the query has one: a stored route says that itself. */
export function routingParameter(search: string): string | null {
  const parameters = rawParameters(search);
  const names = ['algorithm', 'destinations', 'fallback'];
  return names.find((name) => parameters.has(name)) ?? null;
}

/** @param seen what another list has named already: no destination may be there twice */
function parseList(
  parameter: Parameter,
  parameters: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): Parsed<readonly URL[]> {
  const values = parameters.get(parameter) ?? [];
  if (values.length > 1) return fail({ reason: 'destinations_repeated', parameter });
  const raw = values[0];
  if (raw === undefined || raw === '') return { ok: true, value: [] };

  const items = raw.split(',').map(decode);
  const list = items.length === 1 ? (items[0] ?? '').split(/,(?=https?:\/\/)/i) : items;
  const urls: URL[] = [];
  for (const [index, item] of list.entries()) {
    if (item.trim() === '') {
      return fail({ reason: 'destination_blank', parameter, position: index + 1 });
    }
    const parsed = parseDestination(item);
    if (!parsed.ok) return parsed;
    if (seen.has(parsed.value.href)) {
      return fail({ reason: 'destination_duplicate', destination: parsed.value.href });
    }
    seen.add(parsed.value.href);
    urls.push(parsed.value);
  }
  return { ok: true, value: urls };
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
