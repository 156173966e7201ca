// Reads how well the writes of a span of time are attributed, from rollups alone. It judges nothing.
import type { NamedBy } from '../correlation/named-by.ts';
import type { StoreClient } from './client.ts';
import { evidenceCodes, namedByCodes, ruleCodes, wordOf } from './codes.ts';
import type { StoredLink } from './read-rows.ts';
import { boundsOf, pieces, type RollupSpan, stepOf, textOf } from './rollup-pieces.ts';
import { nameOf, numberOf } from './sql.ts';
import { utc } from './utc.ts';

type Alike = {
  source: string;
  namedBy: NamedBy;
  evidence: StoredLink['evidence'] | null;
  /** The rarest of their time, counted together: what they are of is not told. */
  isOthers: boolean;
  events: number;
};

/** Writes that are alike in all of these. */
export type WritesOfTrigger = Alike & {
  tableSchema: string;
  tableName: string;
  trigger: string;
  /** The payload has no column of the actor. */
  withoutActor: boolean;
};

/** Those of which the job is known that caused them: counted among {@link WritesOfTrigger} too. */
export type WritesOfJob = Alike & { job: string; rule: StoredLink['rule'] | null };

export type TimeCount = { from: string; events: number; covered: number };

/** How far events were written after they had arrived: that much at least a database's clock is ahead of the edge's. */
export type ClockAhead = { source: string; aheadMs: number; events: number };

const isOfSource = ({ source }: RollupSpan): string =>
  source === null ? 'true' : `l.source = (${numberOf('$7')})`;

/** Piece by piece, each a stretch of the index. */
const linesOf = (table: string): string => `piece p cross join lateral (
  select * from ${table} w where w.grain = p.grain and w.at >= p.from_at and w.at < p.until_at offset 0) l`;

const ofAll = `${nameOf('c.source')} as source, ${wordOf('c.named_by', namedByCodes)} as "namedBy",
  ${wordOf('c.evidence', evidenceCodes)} as evidence, c.events`;

/** Counted by numbers first: a name is looked up once for each line. */
const summed = (span: RollupSpan, keys: string, counts: string, condition: string): string => `
  with given as (select $7::text),
  ${pieces},
  counted as (
    select ${keys}, ${counts} from ${linesOf('write_rollups')}
    where ${condition} and ${isOfSource(span)} group by ${keys})`;

/** Events that report a write, counted by what they are alike in. The column of the actor is `updated_by`. */
export async function readWritesByTrigger(
  client: StoreClient,
  span: RollupSpan,
): Promise<WritesOfTrigger[]> {
  const keys = 'source, table_schema, table_name, trigger, named_by, evidence, lacks_actor';
  const { rows } = await client.query<WritesOfTrigger>(
    `${summed(span, keys, 'sum(events)::float8 as events', 'job = 0')}
     select ${ofAll}, coalesce(${nameOf('c.table_schema')}, '') as "tableSchema",
       coalesce(${nameOf('c.table_name')}, '') as "tableName", coalesce(${nameOf('c.trigger')}, '') as trigger,
       c.lacks_actor as "withoutActor", c.trigger = -1 as "isOthers"
     from counted c`,
    [...boundsOf(span, null), span.source],
  );
  return rows;
}

export async function readWritesByJob(
  client: StoreClient,
  span: RollupSpan,
): Promise<WritesOfJob[]> {
  const keys = 'source, job, named_by, evidence, rule';
  const { rows } = await client.query<WritesOfJob>(
    `${summed(span, keys, 'sum(events)::float8 as events', 'job <> 0')}
     select ${ofAll}, coalesce(${nameOf('c.job')}, '') as job, ${wordOf('c.rule', ruleCodes)} as rule,
       c.job = -1 as "isOthers"
     from counted c`,
    [...boundsOf(span, null), span.source],
  );
  return rows;
}

export async function readClocksAhead(
  client: StoreClient,
  span: RollupSpan,
): Promise<ClockAhead[]> {
  const sums = 'sum(ahead)::float8 as events, max(ahead_by) as ahead_by';
  const { rows } = await client.query<ClockAhead>(
    `${summed(span, 'source', sums, 'ahead > 0')}
     select ${nameOf('c.source')} as source, c.events, (extract(epoch from c.ahead_by) * 1000)::float8 as "aheadMs"
     from counted c`,
    [...boundsOf(span, null), span.source],
  );
  return rows;
}

/** @param bucketMs steps of so many ms, counted from 1970; those without a write are left out */
export async function readCoveredOverTime(
  client: StoreClient,
  span: RollupSpan,
  bucketMs: number,
): Promise<TimeCount[]> {
  const { rows } = await client.query<TimeCount>(
    `with given as (select $7::text, $8::float8),
     ${pieces}
     select ${utc('t.step')} as "from", t.events, t.covered
     from (
       select ${stepOf('$8')} as step, sum(writes)::float8 as events, sum(covered)::float8 as covered
       from ${linesOf('rollup_totals')} where ${isOfSource(span)} group by 1) t
     where t.events > 0 order by t.step`,
    [...boundsOf(span, bucketMs), span.source, bucketMs / 1_000],
  );
  return rows;
}

const mostHoursTold = 100;

/** What of a span is not counted: it was rolled up before there were rollups of writes, and the cron counts it, latest first. */
export type NotCounted = {
  /** From when on its writes are counted, ms since the epoch; null: from its beginning. */
  countedFromMs: number | null;
  /** When hours begin that are left out of what is counted: counting them took too long. Latest first, 100 at most. */
  hoursLeftOut: string[];
};

export async function readNotCounted(
  client: StoreClient,
  { fromMs, untilMs }: RollupSpan,
): Promise<NotCounted> {
  const { rows } = await client.query<NotCounted>(
    `with missing as materialized (
       select hour, writes_tried_at is not null as is_left_out from rolled_hours
       where not has_writes and hour > $1::timestamptz - interval '1 hour' and hour < $2::timestamptz),
     since as (select max(hour) + interval '1 hour' as at from missing where not is_left_out)
     select (extract(epoch from s.at) * 1000)::float8 as "countedFromMs", array (
         select ${utc('m.hour')} from missing m
         where m.is_left_out and (s.at is null or m.hour >= s.at) order by m.hour desc limit ${mostHoursTold}) as "hoursLeftOut"
     from since s`,
    [textOf(fromMs), textOf(untilMs)],
  );
  return rows[0] ?? { countedFromMs: null, hoursLeftOut: [] };
}
