// Writes LogQL (grafana.com/docs/loki/latest/query/log_queries/): the lines that carry one of some correlation IDs,
// wherever the deployment keeps them. Every value is quoted here and nowhere else.
import type { IdPlace } from './log-source.ts';

/** What an ID is extracted as, so that no label of the stream is in its way. */
const extracted = 'throughline_id';

/**
 * A query for the lines that carry any of the IDs.
 * @param selector a stream selector such as `{service_name=~".+"}`
 * @param correlationIds at least one
 */
export function logqlFor(
  selector: string,
  correlationIds: readonly string[],
  place: IdPlace,
): string {
  const wanted = matchOf(correlationIds);
  switch (place.in) {
    case 'structured_metadata':
      return `${selector} | ${place.name}${wanted}`;
    case 'label':
      return `${selector.replace(/[\s,]*\}$/, '')}, ${place.name}${wanted}}`;
    case 'json':
      // The line filter spares Loki the parsing of all other lines. In the line the ID stands as JSON writes it.
      return `${selector} ${lineFilter(correlationIds.map(inJson))} | json ${extracted}=${quoteLogql(place.name)} | ${extracted}${wanted}`;
    case 'line':
      return `${selector} ${lineFilter(correlationIds)}`;
  }
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function matchOf(ids: readonly string[]): string {
  const [only] = ids;
  return ids.length === 1 && only !== undefined
    ? `=${quoteLogql(only)}`
    : `=~${quoteLogql(alternation(ids))}`;
}

function lineFilter(ids: readonly string[]): string {
  const [only] = ids;
  return ids.length === 1 && only !== undefined
    ? `|= ${quoteLogql(only)}`
    : `|~ ${quoteLogql(alternation(ids))}`;
}

function alternation(ids: readonly string[]): string {
  return ids.map(escapeRe2).join('|');
}

/** Every character that means something to RE2 (github.com/google/re2/wiki/Syntax) stands for itself. */
export function escapeRe2(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);
}

/**
 * A LogQL string literal in double quotes, which Loki reads as Go does (go.dev/ref/spec#String_literals):
 * quote, backslash and everything that is not printable are escaped.
 */
export function quoteLogql(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll(/[\p{Cc}\u2028\u2029\uFEFF]/gu, (char) => {
      const code = char.codePointAt(0) ?? 0;
      return String.raw`\u` + code.toString(16).padStart(4, '0');
    });
  return `"${escaped}"`;
}
