// Reads what is known of the event logs, and of what only one of them and the edge knows. It judges nothing.
import type { StoreClient } from './client.ts';
import { type RollupSpan, textOf } from './rollup-pieces.ts';
import { utc } from './utc.ts';

export type GapCount = {
  source: string;
  kind: 'never_arrived' | 'not_in_event_log';
  trigger: string;
  tableSchema: string;
  tableName: string;
  events: number;
  latestAt: string;
};

export type StoredEventLog = {
  source: string;
  checkedAt: string;
  state: 'ok' | 'needs_index' | 'unreachable' | 'no_event_log';
  detail: string;
  pending: number | null;
  oldestPendingAt: string | null;
  longLocked: number | null;
  estimatedRows: number | null;
  totalBytes: number | null;
  /** Of the oldest size that is kept. */
  earlier: { at: string; estimatedRows: number; totalBytes: number } | null;
};

/** Gaps that are still open, by when the event was written: no other time is known of those that never arrived. */
export async function countGaps(client: StoreClient, span: RollupSpan): Promise<GapCount[]> {
  const { rows } = await client.query<GapCount>(
    `select source, kind, trigger, table_schema as "tableSchema", table_name as "tableName",
       count(*)::int as events, ${utc('max(created_at)')} as "latestAt"
     from event_gaps
     where resolved_at is null and created_at >= $1::timestamptz and created_at < $2::timestamptz
       and ($3::text is null or source = $3)
     group by 1, 2, 3, 4, 5 order by 6 desc`,
    [textOf(span.fromMs), textOf(span.untilMs), span.source],
  );
  return rows;
}

export async function readEventLogs(client: StoreClient): Promise<StoredEventLog[]> {
  const { rows } = await client.query<StoredEventLog>(
    `select g.source, ${utc('g.checked_at')} as "checkedAt", g.state, g.detail, g.pending::float8 as pending,
       ${utc('g.oldest_pending_at')} as "oldestPendingAt", g.long_locked::float8 as "longLocked",
       g.estimated_rows::float8 as "estimatedRows", g.total_bytes::float8 as "totalBytes",
       (select json_build_object('at', ${utc('s.at')}, 'estimatedRows', s.estimated_rows,
          'totalBytes', s.total_bytes)
        from reconciliation_sizes s where s.source = g.source order by s.at limit 1) as earlier
     from reconciliations g order by g.source`,
  );
  return rows;
}

/** Event triggers as they were last read, in the form that they were stored in. */
export async function readTriggerDefinitions(
  client: StoreClient,
  source: string | null,
): Promise<{ source: string; definition: unknown }[]> {
  const { rows } = await client.query<{ source: string; definition: unknown }>(
    `select source, definition from trigger_definitions where $1::text is null or source = $1
     order by source, name limit 2000`,
    [source],
  );
  return rows;
}
