// Stands in for an Elasticsearch data source of Grafana, for logs queries: the same entries as documents, a small part of
// Lucene's syntax, and the frame that Grafana makes of the hits. What it does not know it refuses by name. Pure.
import { z } from 'zod';
import { type Column, frame } from './data-frame.ts';
import type { Entry } from './entry.ts';

/** github.com/grafana/grafana pkg/tsdb/elasticsearch/testdata_request/logs.queries.json, data_query_processor.go */
const querySchema = z.looseObject({
  refId: z.string(),
  query: z.string(),
  metrics: z
    .array(
      z.looseObject({
        id: z.string(),
        type: z.literal('logs'),
        settings: z
          .looseObject({
            // Grafana reads it as a string, and takes 500 for anything else.
            limit: z.string().optional(),
            sortDirection: z.enum(['asc', 'desc']).optional(),
          })
          .optional(),
      }),
    )
    .length(1),
});

type Document = Record<string, string> & { '@timestamp': string };
export type QueryOutcome = { frames: unknown[] } | { error: string };

/** @param range ms since the epoch; both ends belong to it */
export function queryElasticsearch(
  entries: readonly Entry[],
  asked: unknown,
  range: { fromMs: number; toMs: number },
): QueryOutcome {
  const parsed = querySchema.safeParse(asked);
  if (!parsed.success) return { error: `received invalid query. ${z.prettifyError(parsed.error)}` };
  const { query, refId, metrics } = parsed.data;
  const matches = lucene(query);
  if (typeof matches === 'string') return { error: matches };
  const settings = metrics[0]?.settings;
  const limit = Number.parseInt(settings?.limit ?? '500', 10) || 500;
  const found = entries
    .map((entry, index) => ({ at: Number(entry.at / 1_000_000n), id: `doc-${index}`, entry }))
    .filter(({ at }) => at >= range.fromMs && at <= range.toMs)
    .map(({ at, id, entry }) => ({ at, id, document: documentOf(entry) }))
    .filter(({ document }) => matches(document));
  const ordered = settings?.sortDirection === 'asc' ? found : found.toReversed();
  return { frames: [logsFrame(refId, ordered.slice(0, limit), limit, found.length)] };
}

/** What a shipper would have made of the entry: its labels and metadata, and the members of a JSON line. */
function documentOf(entry: Entry): Document {
  return {
    ...entry.stream,
    ...entry.metadata,
    ...members(entry.line),
    message: entry.line,
    '@timestamp': new Date(Number(entry.at / 1_000_000n)).toISOString(),
  };
}

function members(line: string): Record<string, string> {
  try {
    const json: unknown = JSON.parse(line);
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return {};
    return Object.fromEntries(
      Object.entries(json).flatMap(([key, value]) =>
        typeof value === 'object' ? [] : [[key, String(value)]],
      ),
    );
  } catch {
    // Plain text has none.
    return {};
  }
}

/** `field:("a" OR "b")` or `("a" OR "b")`; a text saying what it does not know otherwise. */
function lucene(query: string): ((document: Document) => boolean) | string {
  const whole = /^(?:([\w@.-]+):)?\((.*)\)$/s.exec(query);
  if (!whole) return `this stand-in for Elasticsearch does not know the query ${query}`;
  const values: string[] = [];
  let rest = whole[2] ?? '';
  for (;;) {
    const phrase = /^"((?:[^"\\]|\\.)*)"(?:\s+OR\s+|$)/s.exec(rest);
    if (!phrase) return `this stand-in for Elasticsearch does not know the query ${query}`;
    values.push((phrase[1] ?? '').replaceAll(/\\(.)/gs, '$1'));
    rest = rest.slice(phrase[0].length);
    if (rest === '') break;
  }
  const field = whole[1];
  return (document) =>
    field === undefined
      ? values.some((value) => document['message']?.includes(value))
      : values.includes(document[field] ?? '');
}

function logsFrame(
  refId: string,
  hits: readonly { at: number; id: string; document: Document }[],
  limit: number,
  total: number,
): unknown {
  const index = 'logs-stand-in';
  const names = [...new Set(hits.flatMap(({ document }) => Object.keys(document)))]
    .filter((name) => name !== '@timestamp' && name !== 'message')
    .toSorted();
  const config = { filterable: true };
  const text = (name: string, values: unknown[]): Column => ({
    name,
    type: 'string',
    values,
    config,
  });
  return frame({
    refId,
    meta: {
      custom: { limit, searchWords: [], total },
      preferredVisualisationType: 'logs',
    },
    columns: [
      { name: '@timestamp', type: 'time', values: hits.map(({ at }) => at), config },
      text(
        'message',
        hits.map(({ document }) => document['message']),
      ),
      text(
        '_id',
        hits.map(({ id }) => id),
      ),
      text(
        '_index',
        hits.map(() => index),
      ),
      text(
        '_source',
        hits.map(({ document }) => JSON.stringify(document)),
      ),
      ...names.map((name) =>
        text(
          name,
          hits.map(({ document }) => document[name] ?? null),
        ),
      ),
      text(
        'id',
        hits.map(({ id }) => `${index}#${id}`),
      ),
      {
        name: 'sort',
        type: 'other',
        values: hits.map(({ at }, position) => [at, position]),
        config,
      },
    ],
  });
}
