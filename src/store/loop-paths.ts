// Walks the paths of cascades, for loops: which events may end one, and what leads up to them. What a loop is, loops.ts says.
import type { StoreClient } from './client.ts';
import type { IdSpan } from './id-span.ts';
import { type EventKey, keyText } from './refs.ts';
import { hopOf, isBetween, isDelivery, keyRows, namedTraceOf } from './sql.ts';
import { storableJson } from './storable-json.ts';

/** So many events below one that is recorded late are looked at again. */
const mostBelow = 1_000;
/** So many events on the way up are looked at together; where there are more, each path is followed by itself. */
const mostAbove = 4_000;

/** $3, $4: only the partitions in which the path can be. */
export const isNear = (x: string): string => isBetween(`${x}.trace_id`, '$3', '$4');

/**
 * $1 events whose links have been judged anew: these, and what they caused. Each step is a lateral look along an
 * index with a limit, here and below: what a planner guesses of recursion would have it read whole tables. Whatever a
 * delivery caused for certain names its hop, so that only weak links have an index of their causes.
 */
export const candidates = `
  touched as materialized (select r."traceId" as trace_id, r.ref from ${keyRows('$1')}),
  below (trace_id, ref) as (
    select trace_id, ref from touched
    union
    select l.trace_id, l.event_ref from below b
    cross join lateral (
      select d.trace_id, d.ref from deliveries d
      where d.trace_id = b.trace_id and d.event_ref = b.ref and ${isNear('d')} limit ${mostBelow}) d
    cross join lateral (
      (select l.trace_id, l.event_ref from links l
       where l.cause_ref = d.ref and l.evidence = 'w'
         and coalesce(l.cause_trace_id, l.trace_id) = d.trace_id and ${isNear('l')} limit ${mostBelow})
      union all
      (select e.trace_id, e.ref from events e
       cross join lateral (
         select from links l
         where l.trace_id = e.trace_id and l.event_ref = e.ref and l.cause_ref = d.ref and l.evidence = 'c'
           and ${isNear('l')} limit 1) l
       where e.named_hop = ${hopOf('d.ref')} and e.named_hop is not null and ${namedTraceOf('e')} = d.trace_id
         and ${isNear('e')} limit ${mostBelow})) l),
  candidates as materialized (select trace_id, ref from below limit ${mostBelow})`;

export const eventOf = (trace: string, ref: string): string =>
  `(select x.* from events x where x.trace_id = ${trace} and x.ref = ${ref} and ${isNear('x')} limit 1)`;
export const linkOf = (trace: string, ref: string): string =>
  `(select coalesce(x.cause_trace_id, x.trace_id) as cause_trace, x.cause_ref, x.evidence from links x
    where x.trace_id = ${trace} and x.event_ref = ${ref} and ${isNear('x')} limit 1)`;
export const deliveryOf = (trace: string, ref: string): string =>
  `(select x.* from deliveries x where ${isDelivery('x', trace, ref)} and ${isNear('x')} limit 1)`;

const columns =
  'e.trace_id, e.ref, e.trigger, e.table_schema, e.table_name, d.trace_id, d.event_ref';
const step = (trace: string, ref: string): string => `
    cross join lateral ${eventOf(trace, ref)} e
    left join lateral ${linkOf(trace, ref)} l on true
    left join lateral ${deliveryOf('l.cause_trace', 'l.cause_ref')} d on true`;

/** Each event once, on however many paths it lies: the union leaves out what is there already. $2: so many. */
const walkUp = `
  with recursive ${candidates},
  above (trace_id, ref, trigger, table_schema, table_name, cause_trace, cause_event) as (
    select ${columns} from candidates c ${step('c.trace_id', 'c.ref')}
    union
    select ${columns} from above a ${step('a.cause_trace', 'a.cause_event')})
  select a.trace_id as "traceId", a.ref::text, a.cause_trace || ' ' || a.cause_event as "causeKey",
    a.trigger || ' ' || concat_ws(' ', coalesce(a.table_schema, 0), coalesce(a.table_name, 0)) as fired,
    (a.trace_id, a.ref) in (select c.trace_id, c.ref from candidates c) as "isCandidate"
  from above a limit $2::int`;

type Above = EventKey & {
  /** As {@link keyText} has it: of the event whose delivery caused this one. */
  causeKey: string | null;
  /** The trigger with its table, as numbers; null where none fired. */
  fired: string | null;
  isCandidate: boolean;
};

/**
 * The events whose trigger fired more than `mostTimes` times along the path up from them, among these and what they caused.
 * @param given.longest how many steps a path is followed
 * @returns `judged` itself where more lies above than is looked at together
 */
export async function endsOfLoops(
  client: StoreClient,
  judged: readonly EventKey[],
  given: { span: IdSpan; mostTimes: number; longest: number },
): Promise<readonly EventKey[]> {
  const { rows } = await client.query<Above>(walkUp, [
    storableJson(judged),
    mostAbove + 1,
    given.span.first,
    given.span.last,
  ]);
  if (rows.length > mostAbove) return judged;
  const above = new Map(rows.map((row) => [keyText(row), row]));
  return rows
    .filter((row) => row.isCandidate && timesOf(row, above, given.longest) > given.mostTimes)
    .map(({ traceId, ref }) => ({ traceId, ref }));
}

function timesOf(end: Above, above: ReadonlyMap<string, Above>, longest: number): number {
  if (end.fired === null) return 0;
  let times = 0;
  let at: Above | undefined = end;
  for (let steps = 0; at && steps <= longest; steps += 1) {
    if (at.fired === end.fired) times += 1;
    at = above.get(at.causeKey ?? '');
  }
  return times;
}
