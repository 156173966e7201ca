// Runs a parsed query over entries: which match, and with what parsed labels. Pure.
import type { Entry, Labels } from './entry.ts';
import type { LabelFilter, LogQuery, Matcher } from './logql.ts';

export type Match = Entry & { parsed: Labels };

/** @returns matching entries in the order they were given */
export function* runQuery(query: LogQuery, entries: Iterable<Entry>): Generator<Match> {
  for (const entry of entries) {
    const parsed = matches(query, entry);
    if (parsed) yield { ...entry, parsed };
  }
}

function matches(query: LogQuery, entry: Entry): Labels | null {
  // The selector sees stream labels only: structured metadata is for the pipeline.
  if (!query.selector.every((matcher) => holds(matcher, entry.stream))) return null;
  const parsed: Record<string, string> = {};
  for (const stage of query.stages) {
    switch (stage.kind) {
      case 'line':
        if (!stage.test(entry.line)) return null;
        break;
      case 'json':
        parseJson(entry, parsed, stage.extract);
        break;
      case 'labels': {
        const labels = { ...entry.stream, ...entry.metadata, ...parsed };
        if (!filterHolds(stage.filter, labels)) return null;
        break;
      }
    }
  }
  return parsed;
}

function filterHolds(filter: LabelFilter, labels: Labels): boolean {
  switch (filter.kind) {
    case 'matcher':
      return holds(filter.matcher, labels);
    case 'and':
      return filterHolds(filter.left, labels) && filterHolds(filter.right, labels);
    case 'or':
      return filterHolds(filter.left, labels) || filterHolds(filter.right, labels);
  }
}

/** A label that is not there counts as empty. */
function holds({ label, test }: Matcher, labels: Labels): boolean {
  return test(labels[label] ?? '');
}

/**
 * Loki's json stage: nested objects are flattened with `_`, arrays are skipped, a name that the stream or its
 * metadata has already gets the suffix `_extracted`; a line that is no JSON object gets `__error__`
 * (grafana.com/docs/loki, LogQL log queries, JSON).
 */
function parseJson(
  entry: Entry,
  parsed: Record<string, string>,
  extract: ReadonlyMap<string, string> | null,
): void {
  let json: unknown;
  try {
    json = JSON.parse(entry.line);
  } catch (error) {
    parsed['__error__'] = 'JSONParserErr';
    parsed['__error_details__'] = String(error);
    return;
  }
  if (!isObject(json)) {
    parsed['__error__'] = 'JSONParserErr';
    parsed['__error_details__'] = "Value looks like object, but can't find closing '}' symbol";
    return;
  }
  if (extract) {
    // Objects and arrays are extracted as JSON text, what is not there as an empty text.
    for (const [label, path] of extract) {
      const value = memberAt(json, path);
      parsed[label] = typeof value === 'string' ? value : (JSON.stringify(value ?? '') ?? '');
    }
    return;
  }
  flatten(json, '', (name, value) => {
    const taken = name in entry.stream || name in entry.metadata;
    parsed[taken ? `${name}_extracted` : name] = value;
  });
}

function flatten(
  object: Record<string, unknown>,
  prefix: string,
  add: (name: string, value: string) => void,
): void {
  for (const [key, value] of Object.entries(object)) {
    const name = prefix + key.replaceAll(/[^a-zA-Z0-9_]/g, '_');
    if (isObject(value)) flatten(value, `${name}_`, add);
    else if (value === null) add(name, '');
    else if (!Array.isArray(value))
      add(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
}

function memberAt(object: Record<string, unknown>, path: string): unknown {
  let at: unknown = object;
  for (const part of path.split('.')) at = isObject(at) ? at[part] : undefined;
  return at;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
