// Writes LogQL (grafana.com/docs/loki/latest/query/log_queries/). The correlation ID is structured
// metadata named `correlation_id`, so it is filtered after the stream selector.

/**
 * A query for the lines that carry any of the IDs.
 * @param selector a stream selector such as `{service_name=~".+"}`
 */
export function logqlFor(selector: string, correlationIds: readonly string[]): string {
  const filters = correlationIds.map((id) => `correlation_id=${quoteLogql(id)}`);
  return `${selector} | ${filters.join(' or ')}`;
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
