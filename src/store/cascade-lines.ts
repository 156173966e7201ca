// Keeps with each cascade's root what the list is searched by. It is made of what is stored, never of what a record says,
// so that it is the same after any order and repetition; it judges nothing.
import { findRoots, readCascades } from './cascades.ts';
import type { StoreClient } from './client.ts';
import { hasRetriesLeft } from './read-rows.ts';
import { isAttemptOf, isLetterOf } from './sql.ts';
import { storableJson } from './storable-json.ts';

/** What a number in `about` names: the number of the name times 8, plus this. */
export const aboutKinds = {
  trigger: 0,
  table: 1,
  job: 2,
  actor: 3,
  namedBy: 4,
  source: 5,
  target: 6,
} as const;

export type AboutKind = keyof typeof aboutKinds;

/** As SQL: what stands in `about` for a number. */
const about = (number: string, kind: AboutKind): string => `${number} * 8 + ${aboutKinds[kind]}`;

/** What stands in `about` for the number of a name. */
export const aboutOf = (number: number, kind: AboutKind): number => number * 8 + aboutKinds[kind];

/** Whether event `e` begins something: it starts its trace, or joins it without naming a hop. */
const isFirst = '(e.named_hop is null or e.starts_trace)';

const lineColumns = [
  'about',
  'last_at',
  'events',
  'deliveries',
  'attempts',
  'weak_links',
  'running',
  'unarrived',
  'failed',
  'dead',
  'unexplained',
];

/** So many cascades are made at a time, since the traces of all of them are limited together. */
const atOnce = 200;

/** $2, $3: as below. */
const isNear = (x: string): string => `${x}.trace_id between $2::uuid and $3::uuid`;

/**
 * $1: [{id, root}] of all traces of some cascades; $2, $3: the first and last of the ids, for the planner; $4: the roots. What
 * is counted is put together by a union: of joins, Postgres thinks that each has one row, and nests one in another.
 */
const update = `
  with member as materialized (
    select m.id, m.root from json_to_recordset($1::json) as m (id uuid, root uuid)),
  event as materialized (
    select m.root, e.* from member m
    join events e on e.trace_id = m.id and ${isNear('e')}),
  delivery as materialized (
    select m.root, d.job, d.target, a.ended_at, coalesce(a.attempts, 0) as attempts,
      coalesce(a.running, false) as running, not coalesce(a.running or a.delivered, false) as unarrived,
      case when not coalesce(a.running or a.delivered, false) then exists (
        select from dead_letters x where ${isLetterOf('x', 'd')} and x.replayed_at is null) end as dead,
      case when not coalesce(a.running or a.delivered, false) then ${hasRetriesLeft(isNear)} end as waits
    from member m
    join deliveries d on d.trace_id = m.id and ${isNear('d')}
    cross join lateral (
      select x.* from events x
      where x.trace_id = d.trace_id and x.ref = d.event_ref and ${isNear('x')} limit 1) e
    left join lateral (
      select (array_agg(x.ended_at is null order by x.started_at desc, x.id desc))[1] as running,
        bool_or(x.outcome = 'd') as delivered, max(x.ended_at) as ended_at, count(*)::int as attempts
      from attempts x
      where ${isAttemptOf('x', 'd')} and ${isNear('x')}) a on true),
  name as (
    select e.root, n.about from event e cross join lateral (values
      (${about('e.trigger', 'trigger')}), (${about('e.table_name', 'table')}), (${about('e.source', 'source')}),
      (case when not e.actor_is_named then ${about('e.actor', 'actor')} end),
      (case when ${isFirst} then ${about('ascii(e.named_by::text)', 'namedBy')} end)) n (about)
    union all
    select d.root, n.about from delivery d cross join lateral (values
      (${about('d.job', 'job')}), (${about('d.target', 'target')})) n (about)),
  part (root, about, ended_at, created_at, events, deliveries, attempts, weak_links, running, unarrived, failed, dead,
    unexplained) as (
    select root, array_agg(distinct about), null::timestamptz, null::timestamptz, 0, 0, 0, 0, 0, 0, 0, 0, 0
    from name where about is not null group by root
    union all
    select root, null, max(ended_at), null, 0, count(*), sum(attempts), 0, count(*) filter (where running),
      count(*) filter (where unarrived), count(*) filter (where not waits), count(*) filter (where dead), 0
    from delivery group by root
    union all
    select root, null, null, max(created_at), count(*), 0, 0, 0, 0, 0, 0, 0, 0 from event group by root
    union all
    select m.root, null, null, null, 0, 0, 0, count(*) filter (where l.evidence = 'w'), 0, 0, 0, 0,
      count(*) filter (where l.evidence = 'p')
    from member m
    join links l on l.trace_id = m.id and l.trace_id between $2::uuid and $3::uuid and l.evidence in ('p', 'w')
    where l.cause_trace_id is null or l.cause_trace_id in (select id from member)
    group by m.root
    union all
    select t.id, null, null, null, 0, 0, 0, 0, 0, 0, 0, 0, (t.root_ref is null)::int from traces t
    where t.id = any ($4::uuid[])),
  line as (
    select root, max(about) as about, coalesce(max(ended_at), max(created_at)) as last_at,
      ${lineColumns
        .slice(2)
        .map((column) => `sum(${column})::int as ${column}`)
        .join(', ')}
    from part group by root)
  update traces t set ${lineColumns.map((column) => `${column} = k.${column}`).join(', ')},
    is_open = k.running + k.unarrived > 0
  from line k
  where t.id = any ($4::uuid[]) and t.id = k.root
    and (${lineColumns.map((column) => `t.${column}`).join(', ')}) is distinct from
      (${lineColumns.map((column) => `k.${column}`).join(', ')})`;

/**
 * Makes the lines of the cascades of these traces anew. Must run in a transaction of its own, after those have committed
 * that store, judge and join: whoever makes a line holds its row and reads what it is made of afterwards, so that of two
 * consumers the later one sees what both have stored. A join that comes in between moves the line, and is followed.
 */
export async function noteLines(client: StoreClient, touched: readonly string[]): Promise<void> {
  if (touched.length === 0) return;
  const held = new Set<string>();
  let roots = await rootsOf(client, touched);
  for (
    let missing = [...roots];
    missing.length > 0;
    missing = [...roots].filter((id) => !held.has(id))
  ) {
    await client.query(
      'select from traces where id = any ($1::uuid[]) order by id for no key update',
      [missing],
    );
    for (const id of missing) held.add(id);
    roots = await rootsOf(client, touched);
  }
  const all = [...roots];
  for (let next = 0; next < all.length; next += atOnce) {
    const made = all.slice(next, next + atOnce);
    const members = await readCascades(client, made);
    const ids = [...members.keys()].toSorted();
    const rows = [...members].map(([id, root]) => ({ id, root }));
    await client.query(update, [storableJson(rows), ids[0], ids.at(-1), made]);
  }
}

async function rootsOf(client: StoreClient, traceIds: readonly string[]): Promise<Set<string>> {
  return new Set((await findRoots(client, traceIds)).values());
}
