// CloudWatch Logs Insights through Grafana's query endpoint: a query is started, asked for until it is complete, and
// stopped where that takes too long (github.com/grafana/grafana pkg/tsdb/cloudwatch/log_actions.go).
import { exploreLink } from './explore-link.ts';
import { frameLines } from './frame-lines.ts';
import type { GrafanaAccess } from './grafana-loki.ts';
import { queryGrafana } from './grafana-query.ts';
import type { IdPlace, LogQuery, LogSource, SourceAnswer, SourceFailure } from './log-source.ts';

export type CloudWatchOptions = GrafanaAccess & {
  /** `default` is the data source's own. */
  region: string;
  logGroups: readonly string[];
  place: IdPlace;
  wait(ms: number): Promise<void>;
  now(): number;
  /** Until a query is complete. */
  completeWithinMs?: number;
};

const type = 'cloudwatch';
/** Logs Insights gives up to 10,000. */
const maxLines = 5_000;
const maxIds = 100;
const pollMs = 400;

type Window = Pick<LogQuery, 'correlationIds' | 'fromNs' | 'toNs' | 'direction' | 'limit'>;

export function cloudWatchSource(options: CloudWatchOptions): LogSource {
  const { region, logGroups, place } = options;
  const action = (subtype: string, members: Record<string, unknown>) => ({
    type: 'logAction',
    subtype,
    region,
    ...members,
  });

  const run = async (query: Window): Promise<SourceAnswer> => {
    const limit = Math.min(query.limit, maxLines);
    // Logs Insights knows whole seconds only; the exact window is part of the query.
    const range = {
      fromMs: query.fromNs / 1_000_000n,
      toMs: (query.toNs + 999_999n) / 1_000_000n,
    };
    const started = await queryGrafana(
      options,
      type,
      action('StartQuery', {
        logGroupNames: logGroups,
        queryString: insightsFor(query, { ...range, limit }, place),
      }),
      range,
    );
    if ('reason' in started) return started;
    const queryId = started[0]?.rows[0]?.['queryId'];
    if (queryId === undefined) {
      return { reason: 'not_logs', detail: 'Grafana answered StartQuery without a queryId.' };
    }
    const giveUpAtMs = options.now() + (options.completeWithinMs ?? 12_000);
    for (;;) {
      const frames = await queryGrafana(
        options,
        type,
        action('GetQueryResults', { queryId }),
        range,
      );
      if ('reason' in frames) return frames;
      const [frame] = frames;
      const said = frame?.custom['Status'];
      const status = typeof said === 'string' ? said : 'Unknown';
      if (status === 'Complete') {
        const rows = frame?.rows ?? [];
        const lines = frameLines(rows, query, {
          time: '@timestamp',
          message: ['@message'],
          id: null,
          hidden: new Set(['@ptr', '__log__grafana_internal__']),
          place,
        });
        return { lines, isFull: rows.length >= limit };
      }
      const failure = failureOfStatus(status);
      if (failure) return failure;
      if (options.now() >= giveUpAtMs) {
        // CloudWatch would go on with it, and only so many may run at once.
        await queryGrafana(options, type, action('StopQuery', { queryId }), range);
        return {
          reason: 'timed_out',
          detail: `CloudWatch did not complete the query within ${options.completeWithinMs ?? 12_000} ms.`,
        };
      }
      await options.wait(pollMs);
    }
  };

  return {
    name: 'CloudWatch',
    maxLines,
    maxIds,
    fetchPage: run,
    textOf: (ids) => insightsFilter(ids, place),
    pageFor: ({ correlationIds, fromNs, toNs }) =>
      exploreLink({
        url: options.publicUrl || options.url,
        orgId: options.orgId,
        dataSource: { uid: options.dataSourceUid, type },
        query: {
          queryMode: 'Logs',
          region,
          logGroupNames: logGroups,
          expression: `fields @timestamp, @message | ${insightsFilter(correlationIds, place)} | sort @timestamp asc`,
        },
        fromNs,
        toNs,
      }),
  };
}

function failureOfStatus(status: string): SourceFailure | null {
  if (status === 'Running' || status === 'Scheduled') return null;
  return {
    reason: status === 'Timeout' ? 'timed_out' : 'failed',
    detail: `CloudWatch ended the query with the status ${status}.`,
  };
}

function insightsFor(
  query: Window,
  bounds: { fromMs: bigint; toMs: bigint; limit: number },
  place: IdPlace,
): string {
  const order = query.direction === 'forward' ? 'asc' : 'desc';
  return [
    'fields @timestamp, @message, @logStream',
    insightsFilter(query.correlationIds, place),
    `filter toMillis(@timestamp) >= ${bounds.fromMs} and toMillis(@timestamp) < ${bounds.toMs}`,
    `sort @timestamp ${order}`,
    `limit ${bounds.limit}`,
  ].join(' | ');
}

/** docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Filter.html */
function insightsFilter(ids: readonly string[], place: IdPlace): string {
  return place.in === 'line'
    ? `filter ${ids.map((id) => `@message like ${quoteInsights(id)}`).join(' or ')}`
    : `filter ${place.name} in [${ids.map(quoteInsights).join(', ')}]`;
}

/** A string of Logs Insights, in which backslash and quote are escaped; control characters become spaces. */
export function quoteInsights(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll(/\p{Cc}/gu, ' ');
  return `"${escaped}"`;
}
