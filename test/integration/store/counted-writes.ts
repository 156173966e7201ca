// Rollups of writes as they are stored, and the same counted here event by event, each with its link and the delivery that
// caused it: as coverage was read before there were rollups of it.
import type pg from 'pg';
import { expect } from 'vitest';
import { evidenceCodes, namedByCodes, ruleCodes, wordOf } from '../../../src/store/codes.ts';
import type { ClockAhead, TimeCount } from '../../../src/store/read-writes.ts';
import type { RollupSpan } from '../../../src/store/rollup-pieces.ts';
import { isDelivery, nameOf, numberOf } from '../../../src/store/sql.ts';
import { utc } from '../../../src/store/utc.ts';

export type Grain = 'minute' | 'hour' | 'day';

const name = (column: string): string =>
  `coalesce((select text from names where id = ${column}), ${column}::text)`;

/** What is counted of writes `w` that are alike, as a text: how many, and how many of them are ahead by how much. */
const told = (grain: Grain, from: string): string => `
  select concat_ws(' ', to_char(w.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI'), ${name('w.source')}, ${name('w.table_schema')},
    ${name('w.table_name')}, ${name('w.trigger')}, ${name('w.job')}, w.named_by, w.evidence, w.rule, w.lacks_actor) as kind,
    concat_ws(' ', w.events, w.ahead, w.ahead_by) as counted
  from (${from.replaceAll('GRAIN', grain)}) w`;

const counted = (job: boolean): string => `
  select date_trunc('GRAIN', e.arrived_at, 'UTC') as at, e.source,
    ${(job
      ? ['0', '0', '0', 'd.job']
      : ['coalesce(e.table_schema, 0)', 'coalesce(e.table_name, 0)', 'coalesce(e.trigger, 0)', '0']
    )
      .map(
        (column, index) =>
          `${column} as ${['table_schema', 'table_name', 'trigger', 'job'][index]}`,
      )
      .join(', ')},
    e.named_by, coalesce(l.evidence, '-') as evidence, ${job ? 'l.rule' : `'*'::"char"`} as rule,
    ${job ? 'false' : 'e.lacks_actor'} as lacks_actor, count(*) as events,
    ${
      job
        ? '0 as ahead, null::interval as ahead_by'
        : `count(*) filter (where e.created_at > e.arrived_at) as ahead,
    max(e.created_at - e.arrived_at) filter (where e.created_at > e.arrived_at) as ahead_by`
    }
  from events e left join links l on l.trace_id = e.trace_id and l.event_ref = e.ref
  left join deliveries d on ${isDelivery('d', 'coalesce(l.cause_trace_id, l.trace_id)', 'l.cause_ref')}
  where e.named_by is not null ${job ? 'and d.job is not null' : ''} group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10`;

async function read(client: pg.Client, text: string): Promise<[string, string][]> {
  const { rows } = await client.query<{ kind: string; counted: string }>(`${text} order by 1`);
  return rows.map((row) => [row.kind, row.counted]);
}

/** Each line once: two of one kind would be two rows. */
export const writeRollups = (client: pg.Client, grain: Grain): Promise<[string, string][]> =>
  read(client, told(grain, `select * from write_rollups where grain = 'GRAIN'`));

export const countedWrites = (client: pg.Client, grain: Grain): Promise<[string, string][]> =>
  read(client, told(grain, `${counted(false)} union all ${counted(true)}`));

/** Where no time has more kinds than are kept. */
export async function expectWrites(client: pg.Client): Promise<void> {
  for (const grain of ['minute', 'hour'] as const) {
    expect(await writeRollups(client, grain)).toEqual(await countedWrites(client, grain));
  }
}

const inSpan = `e.named_by is not null and e.arrived_at >= $1::timestamptz and e.arrived_at < $2::timestamptz
  and ($3::text is null or e.source = (${numberOf('$3')}))`;
const valuesOf = ({ fromMs, untilMs, source }: RollupSpan): unknown[] => [
  new Date(fromMs).toISOString(),
  new Date(untilMs).toISOString(),
  source,
];

/** Writes counted by everything at once that is known of them, as they were read before there were rollups of them. */
export type WriteCount = {
  source: string;
  tableSchema: string;
  tableName: string;
  trigger: string;
  namedBy: string;
  evidence: string | null;
  rule: string | null;
  job: string | null;
  withoutActor: boolean;
  events: number;
};

export async function writesOfEvents(client: pg.Client, span: RollupSpan): Promise<WriteCount[]> {
  const { rows } = await client.query<WriteCount>(
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
    valuesOf(span),
  );
  return rows;
}

/** Of events that were written after they had arrived. */
export async function clocksOfEvents(client: pg.Client, span: RollupSpan): Promise<ClockAhead[]> {
  const { rows } = await client.query<ClockAhead>(
    `select ${nameOf('e.source')} as source, (extract(epoch from max(e.created_at - e.arrived_at)) * 1000)::float8 as "aheadMs",
       count(*)::int as events
     from events e where ${inSpan} and e.created_at > e.arrived_at group by e.source`,
    valuesOf(span),
  );
  return rows;
}

/** What `readCoveredOverTime` tells, likewise. */
export async function coveredEvents(
  client: pg.Client,
  span: RollupSpan,
  bucket: 'hour' | 'day',
): Promise<TimeCount[]> {
  const { rows } = await client.query<TimeCount>(
    `select ${utc(`date_trunc('${bucket}', e.arrived_at, 'UTC')`)} as "from", count(*)::int as events,
       (count(*) filter (where e.named_by in ('p', 's') or l.evidence is not distinct from 'c'))::int as covered
     from events e left join links l on l.trace_id = e.trace_id and l.event_ref = e.ref
     where ${inSpan} group by 1 order by 1`,
    valuesOf(span),
  );
  return rows;
}
