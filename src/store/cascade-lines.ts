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

/** $1: [{id, root}] of all traces of some cascades; $2, $3: the first and last of the ids, for the planner. */
const update = `
  with member as materialized (
    select m.id, m.root from json_to_recordset($1::json) as m (id uuid, root uuid)),
  event as materialized (
    select m.root, e.* from member m
    join events e on e.trace_id = m.id and e.trace_id between $2::uuid and $3::uuid),
  delivery as materialized (
    select m.root, d.job, d.target, a.ended_at, coalesce(a.attempts, 0) as attempts,
      coalesce(a.running, false) as running, not coalesce(a.running or a.delivered, false) as unarrived,
      case when not coalesce(a.running or a.delivered, false) then exists (
        select from dead_letters x where ${isLetterOf('x', 'd')} and x.replayed_at is null) end as dead,
      case when not coalesce(a.running or a.delivered, false) then ${hasRetriesLeft} end as waits
    from member m
    join deliveries d on d.trace_id = m.id and d.trace_id between $2::uuid and $3::uuid
    join events e on e.trace_id = d.trace_id and e.ref = d.event_ref and e.trace_id between $2::uuid and $3::uuid
    left join lateral (
      select (array_agg(x.ended_at is null order by x.started_at desc, x.id desc))[1] as running,
        bool_or(x.outcome = 'd') as delivered, max(x.ended_at) as ended_at, count(*)::int as attempts
      from attempts x
      where ${isAttemptOf('x', 'd')} and x.trace_id between $2::uuid and $3::uuid) a on true),
  name as (
    select e.root, n.about from event e cross join lateral (values
      (${about('e.trigger', 'trigger')}), (${about('e.table_name', 'table')}), (${about('e.source', 'source')}),
      (case when not e.actor_is_named then ${about('e.actor', 'actor')} end),
      (case when ${isFirst} then ${about('ascii(e.named_by::text)', 'namedBy')} end)) n (about)
    union all
    select d.root, n.about from delivery d cross join lateral (values
      (${about('d.job', 'job')}), (${about('d.target', 'target')})) n (about)),
  line as (
    select r.root, n.about, coalesce(d.ended_at, e.created_at) as last_at, coalesce(e.events, 0) as events,
      coalesce(d.deliveries, 0) as deliveries, coalesce(d.attempts, 0) as attempts,
      coalesce(l.weak, 0) as weak_links, coalesce(d.running, 0) as running, coalesce(d.unarrived, 0) as unarrived,
      coalesce(d.failed, 0) as failed, coalesce(d.dead, 0) as dead,
      coalesce(l.pending, 0) + (r.root_ref is null)::int as unexplained
    from (
      select t.id as root, t.root_ref from traces t
      where t.id in (select root from member) and t.id between $2::uuid and $3::uuid) r
    left join (
      select root, array_agg(distinct about) as about from name where about is not null group by root) n
      on n.root = r.root
    left join (
      select root, max(ended_at) as ended_at, count(*)::int as deliveries, sum(attempts)::int as attempts,
        count(*) filter (where running)::int as running, count(*) filter (where unarrived)::int as unarrived,
        count(*) filter (where not waits)::int as failed, count(*) filter (where dead)::int as dead
      from delivery group by root) d on d.root = r.root
    left join (select root, max(created_at) as created_at, count(*)::int as events from event group by root) e on e.root = r.root
    left join (
      select m.root, count(*) filter (where l.evidence = 'p')::int as pending,
        count(*) filter (where l.evidence = 'w')::int as weak
      from member m
      join links l on l.trace_id = m.id and l.trace_id between $2::uuid and $3::uuid and l.evidence in ('p', 'w')
      where l.cause_trace_id is null or l.cause_trace_id in (select id from member)
      group by m.root) l on l.root = r.root)
  update traces t set ${lineColumns.map((column) => `${column} = k.${column}`).join(', ')},
    is_open = k.running + k.unarrived > 0
  from line k
  where t.id = k.root and t.id between $2::uuid and $3::uuid
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
    const members = await readCascades(client, all.slice(next, next + atOnce));
    const ids = [...members.keys()].toSorted();
    const rows = [...members].map(([id, root]) => ({ id, root }));
    await client.query(update, [storableJson(rows), ids[0], ids.at(-1)]);
  }
}

async function rootsOf(client: StoreClient, traceIds: readonly string[]): Promise<Set<string>> {
  return new Set((await findRoots(client, traceIds)).values());
}
