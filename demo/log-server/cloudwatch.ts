// Stands in for a CloudWatch data source of Grafana, for Logs Insights: a query is started, is running when it is asked
// for first, and complete when it is asked for again. What it does not know it refuses by name.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { frame } from './data-frame.ts';
import type { QueryOutcome } from './elasticsearch.ts';
import type { Entry } from './entry.ts';

/** github.com/grafana/grafana pkg/tsdb/cloudwatch/log_actions.go, models/logs_query.go */
const actionSchema = z.discriminatedUnion('subtype', [
  z.looseObject({
    subtype: z.literal('StartQuery'),
    refId: z.string(),
    type: z.literal('logAction'),
    region: z.string(),
    logGroupNames: z.array(z.string()).min(1),
    queryString: z.string(),
  }),
  z.looseObject({
    subtype: z.literal('GetQueryResults'),
    refId: z.string(),
    type: z.literal('logAction'),
    queryId: z.string(),
  }),
  z.looseObject({
    subtype: z.literal('StopQuery'),
    refId: z.string(),
    type: z.literal('logAction'),
    queryId: z.string(),
  }),
]);

type Row = { at: number; message: string; logStream: string };
type Started = { query: Insights; fromSeconds: number; toSeconds: number; asked: number };

export type CloudWatch = {
  /** @param range ms since the epoch */
  query(
    entries: readonly Entry[],
    asked: unknown,
    range: { fromMs: number; toMs: number },
  ): QueryOutcome;
};

export function openCloudWatch(): CloudWatch {
  const started = new Map<string, Started>();
  return {
    query(entries, asked, range) {
      const parsed = actionSchema.safeParse(asked);
      if (!parsed.success) return { error: z.prettifyError(parsed.error) };
      const action = parsed.data;
      switch (action.subtype) {
        case 'StartQuery': {
          const query = insights(action.queryString);
          if (typeof query === 'string') return { error: query };
          const queryId = randomUUID();
          started.set(queryId, {
            query,
            // CloudWatch knows whole seconds: Grafana rounds outwards, and both ends belong to the range.
            fromSeconds: Math.floor(range.fromMs / 1_000),
            toSeconds: Math.ceil(range.toMs / 1_000),
            asked: 0,
          });
          return {
            frames: [
              frame({
                name: action.refId,
                refId: action.refId,
                meta: { custom: { Region: action.region } },
                columns: [{ name: 'queryId', type: 'string', values: [queryId] }],
              }),
            ],
          };
        }
        case 'GetQueryResults': {
          const found = started.get(action.queryId);
          if (!found) return { error: 'ResourceNotFoundException: Invalid query' };
          found.asked += 1;
          const isComplete = found.asked > 1;
          const rows = isComplete ? run(found, entries) : [];
          if (isComplete) started.delete(action.queryId);
          return { frames: [resultFrame(action.refId, rows, isComplete ? 'Complete' : 'Running')] };
        }
        case 'StopQuery':
          return {
            frames: [
              frame({
                name: 'StopQueryResponse',
                refId: action.refId,
                meta: {},
                columns: [
                  { name: 'success', type: 'boolean', values: [started.delete(action.queryId)] },
                ],
              }),
            ],
          };
      }
    },
  };
}

type Insights = {
  filters: ((entry: Entry) => boolean)[];
  isAscending: boolean;
  limit: number;
};

function run({ query, fromSeconds, toSeconds }: Started, entries: readonly Entry[]): Row[] {
  const found = entries.filter((entry) => {
    const seconds = Number(entry.at / 1_000_000n) / 1_000;
    return seconds >= fromSeconds && seconds <= toSeconds && query.filters.every((is) => is(entry));
  });
  const ordered = query.isAscending ? found : found.toReversed();
  return ordered.slice(0, query.limit).map((entry) => ({
    at: Number(entry.at / 1_000_000n),
    message: entry.line,
    logStream: entry.stream['service_name'] ?? 'stream',
  }));
}

/** `fields … | filter … | sort @timestamp … | limit …`; a text saying what it does not know otherwise. */
function insights(text: string): Insights | string {
  const query: Insights = { filters: [], isAscending: false, limit: 10_000 };
  for (const command of commandsOf(text)) {
    const sort = /^sort @timestamp (asc|desc)$/.exec(command);
    const limit = /^limit (\d+)$/.exec(command);
    if (/^fields [\w@, ]+$/.test(command)) continue;
    if (sort) query.isAscending = sort[1] === 'asc';
    else if (limit) query.limit = Math.min(10_000, Number(limit[1]));
    else {
      const filter = command.startsWith('filter ') ? filterOf(command.slice(7)) : null;
      if (!filter) return `MalformedQueryException: this stand-in does not know: ${command}`;
      query.filters.push(filter);
    }
  }
  return query;
}

/** Cut at bars that stand in no string. */
function commandsOf(text: string): string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"|[^|"])+/gs) ?? []).map((part) => part.trim());
}

function filterOf(text: string): ((entry: Entry) => boolean) | null {
  const window = /^toMillis\(@timestamp\) >= (\d+) and toMillis\(@timestamp\) < (\d+)$/.exec(text);
  if (window) {
    const [from, to] = [Number(window[1]), Number(window[2])];
    return ({ at }) => Number(at / 1_000_000n) >= from && Number(at / 1_000_000n) < to;
  }
  const member = /^([\w@.]+) in \[(.*)\]$/s.exec(text);
  const values = strings(text);
  if (member) {
    const path = member[1] ?? '';
    return ({ line }) => values.includes(memberOf(line, path) ?? '\0');
  }
  const isLike = /^(?:@message like "(?:[^"\\]|\\.)*"(?: or |$))+$/s.test(text);
  return isLike ? ({ line }) => values.some((value) => line.includes(value)) : null;
}

function strings(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map((found) =>
    (found[1] ?? '').replaceAll(/\\(.)/gs, '$1'),
  );
}

/** CloudWatch finds the members of JSON lines by itself. */
function memberOf(line: string, path: string): string | undefined {
  let at: unknown;
  try {
    at = JSON.parse(line);
  } catch {
    // Plain text has none.
    return undefined;
  }
  for (const part of path.split('.')) {
    at = typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined;
  }
  return typeof at === 'string' ? at : undefined;
}

function resultFrame(refId: string, rows: readonly Row[], status: string): unknown {
  const hidden = { custom: { hidden: true } };
  return frame({
    name: refId,
    refId,
    meta: {
      custom: { Status: status, Statistics: { RecordsMatched: rows.length } },
      preferredVisualisationType: 'logs',
    },
    columns:
      rows.length === 0
        ? []
        : [
            {
              name: '@timestamp',
              type: 'time',
              values: rows.map(({ at }) => at),
              config: { displayName: 'Time' },
            },
            {
              name: '__log__grafana_internal__',
              type: 'string',
              values: rows.map(() => '000000000000:stand-in'),
              config: hidden,
            },
            {
              name: '__logstream__grafana_internal__',
              type: 'string',
              values: rows.map(({ logStream }) => logStream),
              config: hidden,
            },
            { name: '@message', type: 'string', values: rows.map(({ message }) => message) },
            { name: '@logStream', type: 'string', values: rows.map(({ logStream }) => logStream) },
          ],
  });
}
