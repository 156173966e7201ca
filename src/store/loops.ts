// Finds triggers that fire themselves along a path of a cascade, and keeps what was found. How often is too
// often is the caller's to say.
import type { StoreClient } from './client.ts';
import { type EventKey, firstMsOf, firstUuidOf, tracesOf } from './refs.ts';
import { type IdSpan, spanFrom } from './id-span.ts';
import { candidates, deliveryOf, endsOfLoops, eventOf, isNear, linkOf } from './loop-paths.ts';
import { eventIdOf, isOfTraces, keyRows, nameOf } from './sql.ts';
import { storableJson } from './storable-json.ts';
import { utc } from './utc.ts';

/** One step of a path: an event, and the job whose delivery had caused it. */
export type LoopStep = {
  eventId: string;
  trigger: string | null;
  table: string | null;
  rowKey: string | null;
  /** Null for the path's first event. */
  job: string | null;
  /** Of the link to the step before. */
  evidence: 'certain' | 'weak' | null;
};

export type FoundLoop = EventKey & {
  rootTraceId: string;
  source: string;
  /** Of the path's last event. */
  id: string;
  trigger: string;
  tableSchema: string;
  tableName: string;
  times: number;
  isCertain: boolean;
  latestAt: string;
  /** First event first. */
  path: LoopStep[];
};

export type StoredLoop = Omit<FoundLoop, 'id' | 'ref'> & {
  /** Of the loop: a uuid. */
  loopId: string;
  eventId: string;
  foundAt: string;
};

/** A path is followed for so many steps; a longer one is a loop by any measure. */
const longestPath = 200;
/** Of a kept path, at each end. */
const shownSteps = 25;

/** A path is followed so far back in time, ms. */
const longestLoopMs = 14 * 86_400_000;

/** Of an event: the trigger that fired, for the table it is of. */
const sameTrigger = (a: string, b: string): string =>
  `${a}.trigger = ${b}.trigger and ${a}.table_schema is not distinct from ${b}.table_schema
    and ${a}.table_name is not distinct from ${b}.table_name`;

/** $2: how often a trigger may fire along one path. */
const findLoops = `
  with recursive ${candidates},
  up (first_trace, first_ref, step, trace_id, ref, trigger, table_schema, table_name, row_key, evidence, job,
    cause_trace, cause_event) as (
    select e.trace_id, e.ref, 0, e.trace_id, e.ref, e.trigger, e.table_schema, e.table_name, e.row_key,
      l.evidence, d.job, d.trace_id, d.event_ref
    from candidates c
    cross join lateral ${eventOf('c.trace_id', 'c.ref')} e
    cross join lateral ${linkOf('c.trace_id', 'c.ref')} l
    cross join lateral ${deliveryOf('l.cause_trace', 'l.cause_ref')} d
    where e.trigger is not null
    union all
    select u.first_trace, u.first_ref, u.step + 1, e.trace_id, e.ref, e.trigger, e.table_schema, e.table_name,
      e.row_key, l.evidence, d.job, d.trace_id, d.event_ref
    from up u
    cross join lateral ${eventOf('u.cause_trace', 'u.cause_event')} e
    left join lateral ${linkOf('u.cause_trace', 'u.cause_event')} l on true
    left join lateral ${deliveryOf('l.cause_trace', 'l.cause_ref')} d on true
    where u.step < ${longestPath}),
  counted as (
    select f.first_trace, f.first_ref, count(*)::int as times
    from up f join up u on u.first_trace = f.first_trace and u.first_ref = f.first_ref
      and ${sameTrigger('u', 'f')}
    where f.step = 0 group by 1, 2 having count(*) > $2)
  select ${nameOf('e.source')} as source, ${eventIdOf('e')} as id, e.ref::text, ${nameOf('e.trigger')} as trigger,
    coalesce(${nameOf('e.table_schema')}, '') as "tableSchema",
    coalesce(${nameOf('e.table_name')}, '') as "tableName", e.trace_id as "traceId",
    ${utc('e.created_at')} as "latestAt", c.times, p.*
  from counted c cross join lateral ${eventOf('c.first_trace', 'c.first_ref')} e
  cross join lateral (
    select (array_agg(u.trace_id order by u.step desc))[1] as "rootTraceId",
      coalesce(bool_and(u.evidence = 'c') filter (where u.evidence is not null), true) as "isCertain",
      json_agg(json_build_object(
        'eventId', (select ${eventIdOf('x')} from events x where x.trace_id = u.trace_id and x.ref = u.ref and ${isNear('x')}),
        'trigger', ${nameOf('u.trigger')},
        'table', ${nameOf('u.table_schema')} || '.' || ${nameOf('u.table_name')}, 'rowKey', u.row_key,
        'job', ${nameOf('u.job')},
        'evidence', case u.evidence when 'c' then 'certain' when 'w' then 'weak' end) order by u.step desc) as path
    from up u where u.first_trace = c.first_trace and u.first_ref = c.first_ref) p
  order by c.times desc`;

/**
 * Finds the paths on which one trigger fired more often than `mostTimes`, among those that end with one of these
 * events or with something that they caused. Reads only.
 */
export async function readLoops(
  client: StoreClient,
  graded: readonly EventKey[],
  mostTimes: number,
): Promise<FoundLoop[]> {
  const suspects = await suspectsOf(client, graded, mostTimes);
  if (suspects.length === 0) return [];
  const span = await spanOf(client, suspects);
  const ends = await endsOfLoops(client, suspects, { span, mostTimes, longest: longestPath });
  if (ends.length === 0) return [];
  const { rows } = await client.query<FoundLoop>(findLoops, [
    storableJson(ends),
    mostTimes,
    span.first,
    span.last,
  ]);
  return rows;
}

/**
 * Those in whose trace one trigger fired more often than that, along whatever paths, or whose trace a link joins to
 * another: paths cross from trace to trace by weak links only. All others end no loop, and their paths need not be walked.
 */
async function suspectsOf(
  client: StoreClient,
  graded: readonly EventKey[],
  mostTimes: number,
): Promise<EventKey[]> {
  if (graded.length === 0) return [];
  const { rows } = await client.query<{ id: string }>(
    `select e.trace_id as id from events e where ${isOfTraces('e', '$1')}
     group by e.trace_id, e.trigger, e.table_schema, e.table_name having count(*) > $2
     union
     select l.trace_id from links l
     where ${isOfTraces('l', '$1')} and l.evidence = 'w' and l.cause_trace_id is not null
     union
     select l.cause_trace_id from links l
     where l.cause_trace_id = any ($1::uuid[]) and l.evidence = 'w' and l.cause_trace_id is not null`,
    [tracesOf(graded), mostTimes],
  );
  const traces = new Set(rows.map(({ id }) => id));
  return graded.filter(({ traceId }) => traces.has(traceId));
}

/**
 * Keeps what was found, and forgets loops that ended with an event which, judged anew, ends none. Must run in a
 * transaction of its own. The table is locked: loops are rare, and two consumers must not wait for each other.
 * @returns those that nobody had found before
 */
export async function replaceLoops(
  client: StoreClient,
  graded: readonly EventKey[],
  found: readonly FoundLoop[],
): Promise<FoundLoop[]> {
  if (found.length === 0 && !(await hasLoops(client))) return [];
  await client.query('lock table loops in share row exclusive mode');
  const { first, last } = await spanOf(client, graded);
  await client.query(
    `with recursive ${candidates}
     delete from loops x using candidates c
     where x.trace_id = c.trace_id and x.event_ref = c.ref and (x.trace_id, x.event_ref) not in (
       select r."traceId", r.ref from ${keyRows('$2')})`,
    [
      storableJson(graded),
      storableJson(found.map(({ traceId, ref }) => ({ traceId, ref }))),
      first,
      last,
    ],
  );
  const { rows } = await client.query<{ source: string; id: string; isNew: boolean }>(
    `insert into loops (root_trace_id, source, trigger, table_schema, table_name, times, is_certain, trace_id,
       event_id, event_ref, path, latest_at)
     select distinct on ("rootTraceId", source, trigger, "tableSchema", "tableName")
       "rootTraceId", source, trigger, "tableSchema", "tableName", times, "isCertain", "traceId", id, ref, path, "latestAt"
     from json_to_recordset($1::json) as r (
       "rootTraceId" uuid, source text, trigger text, "tableSchema" text, "tableName" text, times integer,
       "isCertain" boolean, "traceId" uuid, id text, ref bigint, path json, "latestAt" timestamptz)
     order by "rootTraceId", source, trigger, "tableSchema", "tableName", times desc, id
     on conflict (root_trace_id, source, trigger, table_schema, table_name) do update set
       times = excluded.times, is_certain = excluded.is_certain, trace_id = excluded.trace_id,
       event_id = excluded.event_id, event_ref = excluded.event_ref, path = excluded.path, latest_at = excluded.latest_at
     where excluded.times >= loops.times
     returning source, event_id as id, xmax = 0 as "isNew"`,
    [storableJson(found.map((loop) => ({ ...loop, path: shorten(loop.path) })))],
  );
  return found.filter((loop) =>
    rows.some(({ source, id, isNew }) => isNew && source === loop.source && id === loop.id),
  );
}

function spanOf(client: StoreClient, graded: readonly EventKey[]): Promise<IdSpan> {
  const fromMs = graded.reduce(
    (least, { traceId }) => Math.min(least, firstMsOf(traceId)),
    Infinity,
  );
  return spanFrom(client, firstUuidOf(fromMs - longestLoopMs));
}

async function hasLoops(client: StoreClient): Promise<boolean> {
  const { rows } = await client.query<{ has: boolean }>('select exists (select from loops) as has');
  return rows[0]?.has ?? false;
}

/** The beginning and the end of a long path. */
function shorten(path: readonly LoopStep[]): LoopStep[] {
  return path.length <= 2 * shownSteps
    ? [...path]
    : [...path.slice(0, shownSteps), ...path.slice(-shownSteps)];
}

/** A digest of what tells a loop from others. */
const loopId = `md5(concat_ws(chr(10), root_trace_id, source, trigger, table_schema, table_name))::uuid`;

const loopColumns = `${loopId} as "loopId", root_trace_id as "rootTraceId", source, trigger, table_schema as "tableSchema",
  table_name as "tableName", times, is_certain as "isCertain", trace_id as "traceId", event_id as "eventId", path,
  ${utc('found_at')} as "foundAt", ${utc('latest_at')} as "latestAt"`;

/** Loops, what fired last first: all are looked at, for they are few. @param after the last one of the page before */
export async function listLoops(
  client: StoreClient,
  { limit, after }: { limit: number; after: Pick<StoredLoop, 'latestAt' | 'loopId'> | null },
): Promise<StoredLoop[]> {
  const { rows } = await client.query<StoredLoop>(
    `select ${loopColumns} from loops
     where $2::timestamptz is null or (loops.latest_at, ${loopId}) < ($2, $3::uuid)
     order by loops.latest_at desc, ${loopId} desc limit $1`,
    [limit, after?.latestAt ?? null, after?.loopId ?? null],
  );
  return rows;
}

/** The loops whose paths begin in one of these traces. */
export async function loopsOf(
  client: StoreClient,
  traceIds: readonly string[],
): Promise<StoredLoop[]> {
  const { rows } = await client.query<StoredLoop>(
    `select ${loopColumns} from loops where root_trace_id = any ($1::uuid[]) order by times desc`,
    [traceIds],
  );
  return rows;
}
