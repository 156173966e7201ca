// Elasticsearch or OpenSearch through Grafana's query endpoint: a logs query in Lucene's syntax, as Grafana's own
// editor makes it (github.com/grafana/grafana pkg/tsdb/elasticsearch/data_query_processor.go, processLogsQuery).
import { exploreLink } from './explore-link.ts';
import { frameLines } from './frame-lines.ts';
import type { GrafanaAccess } from './grafana-loki.ts';
import { queryGrafana } from './grafana-query.ts';
import type { IdPlace, LogSource } from './log-source.ts';

export type ElasticsearchOptions = GrafanaAccess & {
  /** The field that the data source takes for the time. */
  timeField: string;
  messageField: string;
  place: IdPlace;
};

const type = 'elasticsearch';
/** Half of `index.max_result_window`'s default. */
const maxLines = 5_000;
/** Far below Lucene's 1,024 clauses. */
const maxIds = 200;

export function elasticsearchSource(options: ElasticsearchOptions): LogSource {
  const { timeField, messageField, place } = options;
  const textOf = (ids: readonly string[]): string => {
    const values = ids.map(quoteLucene).join(' OR ');
    // Without a field the text is looked for wherever the index looks by default.
    return place.in === 'line' ? `(${values})` : `${place.name}:(${values})`;
  };
  const queryOf = (ids: readonly string[], limit: number, isForward: boolean) => ({
    query: textOf(ids),
    timeField,
    alias: '',
    bucketAggs: [],
    metrics: [
      {
        id: '1',
        type: 'logs',
        settings: { limit: String(limit), sortDirection: isForward ? 'asc' : 'desc' },
      },
    ],
  });
  return {
    name: 'Elasticsearch',
    maxLines,
    maxIds,
    textOf,
    async fetchPage(query) {
      const limit = Math.min(query.limit, maxLines);
      const frames = await queryGrafana(
        options,
        type,
        queryOf(query.correlationIds, limit, query.direction === 'forward'),
        // Whole milliseconds, and both ends belong to the range.
        { fromMs: query.fromNs / 1_000_000n, toMs: (query.toNs - 1n) / 1_000_000n },
      );
      if ('reason' in frames) return frames;
      const rows = frames.flatMap((frame) => frame.rows);
      const lines = frameLines(rows, query, {
        time: timeField,
        message: [messageField, 'message', 'line', '_source'],
        id: 'id',
        hidden: new Set(['_id', '_type', '_index', '_source', 'id', 'sort', 'highlight']),
        place,
      });
      return { lines, isFull: rows.length >= limit };
    },
    pageFor: ({ correlationIds, fromNs, toNs }) =>
      exploreLink({
        url: options.publicUrl || options.url,
        orgId: options.orgId,
        dataSource: { uid: options.dataSourceUid, type },
        query: queryOf(correlationIds, 500, false),
        fromNs,
        toNs,
      }),
  };
}

/** A phrase, in which only quote and backslash mean anything (elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query). */
export function quoteLucene(text: string): string {
  return `"${text.toWellFormed().replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
