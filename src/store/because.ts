// Reads why events were written: the changes and jobs above each of them, up to where it began. Bounded in steps and in
// time, so that a loop costs no more than its length.
import type { StoreClient } from './client.ts';
import { evidenceCodes, wordOf } from './codes.ts';
import { eventColumns, eventTablesIn, type StoredEvent } from './read-rows.ts';
import { type EventKey, firstMsOf, firstUuidOf, keyText } from './refs.ts';
import { eventIdOf, isDelivery, isOfTraces, keyRows, nameOf } from './sql.ts';
import { storableJson } from './storable-json.ts';

/** A change, and the job that it was sent to and that made the next one. */
export type BecauseStep = {
  eventId: string;
  trigger: string | null;
  tableSchema: string | null;
  tableName: string | null;
  rowKey: string | null;
  job: string;
  /** Of the link from the job to what it made. */
  evidence: 'certain' | 'weak';
};

export type StoredBecause = {
  /** Where it began: the first change. */
  first: StoredEvent;
  /** False where the path goes on beyond what was followed. */
  isWhole: boolean;
  /** The first first; the last step's job made the event itself. */
  steps: BecauseStep[];
};

const longestPath = 50;
/** A path is followed so far back, ms. */
const longestMs = 14 * 86_400_000;

const isNear = (x: string): string => `${x}.trace_id >= $2::uuid`;
const linkOf = (trace: string, ref: string): string =>
  `(select coalesce(x.cause_trace_id, x.trace_id) as cause_trace, x.cause_ref, x.evidence from links x
    where x.trace_id = ${trace} and x.event_ref = ${ref} and x.cause_ref is not null and ${isNear('x')} limit 1)`;
const deliveryOf = (trace: string, ref: string): string =>
  `(select x.* from deliveries x where ${isDelivery('x', trace, ref)} and ${isNear('x')} limit 1)`;
const eventOf = (trace: string, ref: string): string =>
  `(select x.* from events x where x.trace_id = ${trace} and x.ref = ${ref} and ${isNear('x')} limit 1)`;

/** Row `step` is an event with the job above it; without a job it is where the path began, or where it was left. */
const findPaths = `
  with recursive asked as materialized (select r."traceId" as trace_id, r.ref from ${keyRows('$1')}),
  up (first_trace, first_ref, step, trace_id, ref, evidence, job, cause_trace, cause_event) as (
    select a.trace_id, a.ref, 0, a.trace_id, a.ref, l.evidence, d.job, d.trace_id, d.event_ref
    from asked a
    cross join lateral ${linkOf('a.trace_id', 'a.ref')} l
    cross join lateral ${deliveryOf('l.cause_trace', 'l.cause_ref')} d
    union all
    select u.first_trace, u.first_ref, u.step + 1, u.cause_trace, u.cause_event, l.evidence, d.job, d.trace_id, d.event_ref
    from up u
    left join lateral ${linkOf('u.cause_trace', 'u.cause_event')} l on true
    left join lateral ${deliveryOf('l.cause_trace', 'l.cause_ref')} d on true
    where u.step < ${longestPath} and u.cause_event is not null)
  select u.first_trace as "traceId", u.first_ref::text as ref, u.step, u.trace_id as "ownTraceId", u.ref::text as "ownRef",
    ${wordOf('u.evidence', evidenceCodes)} as evidence, ${nameOf('u.job')} as job, ${eventIdOf('e')} as "eventId",
    ${nameOf('e.trigger')} as trigger, ${nameOf('e.table_schema')} as "tableSchema",
    ${nameOf('e.table_name')} as "tableName", e.row_key as "rowKey"
  from up u cross join lateral ${eventOf('u.trace_id', 'u.ref')} e
  order by u.first_trace, u.first_ref, u.step desc`;

type PathRow = EventKey & {
  step: number;
  ownTraceId: string;
  ownRef: string;
  evidence: 'certain' | 'weak' | null;
  job: string | null;
} & Omit<BecauseStep, 'job' | 'evidence'>;

/** Each event's own path by `traceId ref`; nothing where nothing known caused it. */
export async function readBecause(
  client: StoreClient,
  events: readonly EventKey[],
): Promise<Map<string, StoredBecause>> {
  if (events.length === 0) return new Map();
  const near = firstUuidOf(
    Math.min(...events.map(({ traceId }) => firstMsOf(traceId))) - longestMs,
  );
  const { rows } = await client.query<PathRow>(findPaths, [storableJson(events), near]);
  const paths = Map.groupBy(rows, keyText);
  const tops = await readEvents(
    client,
    [...paths.values()].flatMap(([top]) =>
      top ? [{ traceId: top.ownTraceId, ref: top.ownRef }] : [],
    ),
  );
  const found = new Map<string, StoredBecause>();
  for (const [key, path] of paths) {
    const [top] = path;
    const first = top && tops.get(`${top.ownTraceId} ${top.ownRef}`);
    if (!first) continue;
    const steps = path.flatMap((row, index): BecauseStep[] => {
      const below = path[index + 1];
      if (below?.job == null || below.evidence === null) return [];
      const { eventId, trigger, tableSchema, tableName, rowKey } = row;
      const { job, evidence } = below;
      return [{ eventId, trigger, tableSchema, tableName, rowKey, job, evidence }];
    });
    if (steps.length > 0) found.set(key, { first, isWhole: top.job === null, steps });
  }
  return found;
}

async function readEvents(
  client: StoreClient,
  keys: readonly EventKey[],
): Promise<Map<string, StoredEvent>> {
  const { rows } = await client.query<StoredEvent & { ref: string }>(
    `select ${eventColumns((x) => isOfTraces(x, '$2'))}, e.ref::text as ref from ${eventTablesIn('$2')}
     where ${isOfTraces('e', '$2')} and (e.trace_id, e.ref) in (select r."traceId", r.ref from ${keyRows('$1')})`,
    [storableJson(keys), keys.map(({ traceId }) => traceId)],
  );
  return new Map(rows.map((row) => [keyText(row), row]));
}
