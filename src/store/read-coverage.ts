// Reads how well the writes of a span of time are attributed, and what is known of the event logs. It judges nothing.
import type { NamedBy } from '../correlation/named-by.ts';
import type { StoreClient } from './client.ts';
import type { StoredLink } from './read-rows.ts';
import { evidenceCodes, namedByCodes, ruleCodes, wordOf } from './codes.ts';
import { isDelivery, nameOf, numberOf } from './sql.ts';
import { utc } from './utc.ts';

/** Writes that are alike in all of these. */
export type WriteCount = {
  source: string;
  tableSchema: string;
  tableName: string;
  trigger: string;
  namedBy: NamedBy;
  evidence: StoredLink['evidence'] | null;
  rule: StoredLink['rule'] | null;
  /** The cause's; null where none is known. */
  job: string | null;
  /** The payload has no column of the actor. */
  withoutActor: boolean;
  events: number;
};

export type TimeCount = { from: string; events: number; covered: number };

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

/** RFC 3339; `from` is in, `until` is not. */
export type Span = { source: string | null; from: string; until: string };

const inSpan = `e.named_by is not null and e.created_at >= $1::timestamptz and e.created_at < $2::timestamptz
  and ($3::text is null or e.source = (${numberOf('$3')}))`;

/** A write whose cause is known: a person, a declared system action, or a certain link. */
const isCovered = `(e.named_by in ('p', 's') or l.evidence is not distinct from 'c')`;

/** Events that report a write, counted by what they are alike in. The column of the actor is `updated_by`. */
export async function countWrites(client: StoreClient, span: Span): Promise<WriteCount[]> {
  const { rows } = await client.query<WriteCount>(
    // Counted by numbers first: a name is looked up once for each line, not once for each event.
    `select ${nameOf('c.source')} as source, coalesce(${nameOf('c.table_schema')}, '') as "tableSchema",
       coalesce(${nameOf('c.table_name')}, '') as "tableName", coalesce(${nameOf('c.trigger')}, '') as trigger,
       ${wordOf('c.named_by', namedByCodes)} as "namedBy", ${wordOf('c.evidence', evidenceCodes)} as evidence,
       ${wordOf('c.rule', ruleCodes)} as rule, ${nameOf('c.job')} as job, c.lacks_actor as "withoutActor", c.events
     from (
       select e.source, e.table_schema, e.table_name, e.trigger, e.named_by, l.evidence, l.rule, d.job,
         e.lacks_actor, count(*)::int as events
       from events e left join links l on l.trace_id = e.trace_id and l.event_ref = e.ref
       left join deliveries d on ${isDelivery('d', 'coalesce(l.cause_trace_id, l.trace_id)', 'l.cause_ref')}
       where ${inSpan} group by 1, 2, 3, 4, 5, 6, 7, 8, 9) c`,
    [span.from, span.until, span.source],
  );
  return rows;
}

export async function countOverTime(
  client: StoreClient,
  span: Span,
  bucket: 'hour' | 'day',
): Promise<TimeCount[]> {
  const { rows } = await client.query<TimeCount>(
    `select ${utc(`date_trunc('${bucket}', e.created_at, 'UTC')`)} as "from", count(*)::int as events,
       (count(*) filter (where ${isCovered}))::int as covered
     from events e left join links l on l.trace_id = e.trace_id and l.event_ref = e.ref
     where ${inSpan} group by 1 order by 1`,
    [span.from, span.until, span.source],
  );
  return rows;
}

/** Gaps that are still open. */
export async function countGaps(client: StoreClient, span: Span): Promise<GapCount[]> {
  const { rows } = await client.query<GapCount>(
    `select source, kind, trigger, table_schema as "tableSchema", table_name as "tableName",
       count(*)::int as events, ${utc('max(created_at)')} as "latestAt"
     from event_gaps
     where resolved_at is null and created_at >= $1::timestamptz and created_at < $2::timestamptz
       and ($3::text is null or source = $3)
     group by 1, 2, 3, 4, 5 order by 6 desc`,
    [span.from, span.until, span.source],
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

/** How far events were written after they had arrived: that much at least a database's clock is ahead of the edge's. */
export async function readClocksAhead(
  client: StoreClient,
  span: Span,
): Promise<{ source: string; aheadMs: number; events: number }[]> {
  const { rows } = await client.query<{ source: string; aheadMs: number; events: number }>(
    `select ${nameOf('e.source')} as source, (extract(epoch from max(e.created_at - e.arrived_at)) * 1000)::float8 as "aheadMs",
       count(*)::int as events
     from events e where ${inSpan} and e.created_at > e.arrived_at group by e.source`,
    [span.from, span.until, span.source],
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
