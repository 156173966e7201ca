// What Loki is asked whichever way one gets there: a range query by URL, and its answer as a page of lines.
import { askJson, type JsonRequest } from './ask-json.ts';
import type { IdPlace, LogQuery, SourceAnswer } from './log-source.ts';
import { logqlFor } from './logql.ts';
import { readLokiAnswer } from './loki-answer.ts';

/** `max_entries_limit_per_query` of a Loki that nobody has configured. */
export const lokiMaxLines = 5_000;
/** With some 75 characters an ID, quoted and in a URL, such a query stays below the 8 KB that proxies on the way take. */
export const lokiMaxIds = 50;

/** @param base where Loki's own paths begin, with a slash at its end */
export async function queryLoki(
  query: LogQuery,
  asking: {
    base: URL;
    selector: string;
    place: IdPlace;
    request: Omit<JsonRequest, 'url'>;
  },
): Promise<SourceAnswer> {
  const url = new URL('loki/api/v1/query_range', asking.base);
  const limit = Math.min(query.limit, lokiMaxLines);
  url.searchParams.set('query', logqlFor(asking.selector, query.correlationIds, asking.place));
  url.searchParams.set('start', String(query.fromNs));
  url.searchParams.set('end', String(query.toNs));
  url.searchParams.set('limit', String(limit));
  url.searchParams.set('direction', query.direction);
  const answer = await askJson({ ...asking.request, url: url.href });
  if ('reason' in answer) return answer;
  const read = readLokiAnswer(answer.json, asking.place, new Set(query.correlationIds));
  if ('problem' in read) {
    return {
      reason: 'not_logs',
      detail: `${url.host} answered JSON, but not as Loki does. ${read.problem}`,
    };
  }
  return { lines: read.lines, isFull: read.entries >= limit };
}
