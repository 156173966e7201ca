// Finds cascades that fit filters, newest first, in bounded steps back in time. What "fits" needs beyond the lines that
// are kept (cascade-lines.ts), whoever asks looks at himself.
import type { StoreClient } from './client.ts';
import {
  listLines,
  type StoredTrace,
  type TracePosition,
  type TraceRow,
  withRoots,
} from './traces.ts';

/** At least one delivery of it runs; waits; has not arrived; is dead. `arrived`: all have. */
export type Has = 'running' | 'waiting' | 'unarrived' | 'dead' | 'arrived';

/**
 * One statement's worth of each: more conditions on the same deliveries would have Postgres expect too few, or choose an
 * index with more in it.
 */
const conditionOf: Record<Has, string> = {
  running: 't.running > 0',
  waiting: 't.unarrived > t.failed',
  unarrived: 't.is_open',
  dead: 't.dead > 0',
  arrived: 'not t.is_open',
};

export type CascadeFilter = {
  /** RFC 3339: began at or after. */
  from: string | null;
  /** RFC 3339: began before. */
  until: string | null;
  /** Each of these lists has a number that occurs in the cascade (see `aboutOf`). */
  about: readonly (readonly number[])[];
  /** What its deliveries were like when a batch last touched it: it may fit no more, but none is left out. */
  has: readonly Has[];
  /** Something of it has not been recorded. */
  isIncomplete: boolean;
  /** From its start to its end, where it has ended. */
  minMs: number | null;
  maxMs: number | null;
  /** One of these roots. */
  among: readonly string[] | null;
  /** One of these: roots, ids in between, a number in `about`. */
  anyOf: {
    ids: readonly string[];
    between: readonly [string, string] | null;
    about: readonly number[];
  } | null;
};

export type Candidates = {
  /** Newest first. */
  traces: StoredTrace[];
  /** Null: nothing older can fit. Otherwise where to go on. */
  next: TracePosition | null;
};

const dayMs = 86_400_000;
/** How far back each step looks: soon by weeks, as the tables are split. */
const stepDays = [1, 2, 4, 7];
const lowestId = '00000000-0000-0000-0000-000000000000';

/** The conditions that do not depend on the place in the list; their values are pushed to `values`. */
function conditionsOf(filter: CascadeFilter, values: unknown[]): string[] {
  const value = (given: unknown): string => `$${values.push(given)}`;
  const { has, anyOf } = filter;
  const either =
    anyOf === null
      ? []
      : [
          `t.id = any (${value(anyOf.ids)}::uuid[])`,
          `t.about && ${value(anyOf.about)}::integer[]`,
          ...(anyOf.between === null
            ? []
            : [
                `t.id between ${value(anyOf.between[0])}::uuid and ${value(anyOf.between[1])}::uuid`,
              ]),
        ];
  return [
    't.joined_to is null',
    ...(filter.from === null ? [] : [`t.started_at >= ${value(filter.from)}::timestamptz`]),
    ...(filter.until === null ? [] : [`t.started_at < ${value(filter.until)}::timestamptz`]),
    ...filter.about.map((numbers) =>
      // One number is "contains", for which Postgres knows how often each occurs.
      numbers.length === 1
        ? `t.about @> ${value(numbers)}::integer[]`
        : `t.about && ${value(numbers)}::integer[]`,
    ),
    ...has.map((one) => conditionOf[one]),
    ...(filter.isIncomplete ? ['t.unexplained > 0'] : []),
    ...(filter.minMs === null && filter.maxMs === null ? [] : ['t.running = 0']),
    ...(filter.minMs === null
      ? []
      : [`t.last_at >= t.started_at + ${value(filter.minMs)}::float8 * interval '1 ms'`]),
    ...(filter.maxMs === null
      ? []
      : [`t.last_at <= t.started_at + ${value(filter.maxMs)}::float8 * interval '1 ms'`]),
    ...(filter.among === null ? [] : [`t.id = any (${value(filter.among)}::uuid[])`]),
    ...(either.length === 0 ? [] : [`(${either.join(' or ')})`]),
  ];
}

/** The statement that finds candidates of one step: a test holds its plan. */
export function stepStatement(
  filter: CascadeFilter,
  step: { after: TracePosition | null; from: string | null; limit: number },
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const where = conditionsOf(filter, values);
  if (step.after) {
    const at = `$${values.push(step.after.startedAt)}::timestamptz`;
    where.push(`(t.started_at, t.id) < (${at}, $${values.push(step.after.id)}::uuid)`);
  }
  if (step.from !== null) where.push(`t.started_at >= $${values.push(step.from)}::timestamptz`);
  const text = `where ${where.join(' and ')} order by t.started_at desc, t.id desc limit $${values.push(step.limit)}`;
  return { text, values };
}

/**
 * The next candidates: as many as are asked for, unless there are fewer or the time is up. Where few fit, those of several
 * steps come together: whoever asks reads more of each, and once of all costs less than of each step.
 * @param place.limit at most so many
 * @param mayGoOn asked after each step that did not find enough
 */
export async function findCandidates(
  client: StoreClient,
  filter: CascadeFilter,
  place: { after: TracePosition | null; limit: number; nowMs: number },
  mayGoOn: () => boolean,
): Promise<Candidates> {
  const earliestMs = await readEarliest(client, filter);
  let { after } = place;
  if (earliestMs === null) return { traces: [], next: null };
  // A step from here on: without a cursor the first has no end, since a clock may be ahead.
  let edgeMs = Math.min(
    place.nowMs,
    after === null ? Infinity : Date.parse(after.startedAt),
    filter.until === null ? Infinity : Date.parse(filter.until),
  );
  const found: TraceRow[] = [];
  for (let step = 0; ; step += 1) {
    edgeMs -= (stepDays[step] ?? 7) * dayMs;
    // Few are looked at by their ids, however old they are.
    const isLast = filter.among !== null || edgeMs <= earliestMs;
    const from = isLast ? null : new Date(edgeMs).toISOString();
    const limit = place.limit - found.length;
    found.push(...(await listLines(client, stepStatement(filter, { after, from, limit }))));
    const last = found.at(-1);
    if (last && found.length === place.limit) {
      return {
        traces: await withRoots(client, found),
        next: { startedAt: last.startedAt, id: last.id },
      };
    }
    if (from === null) return { traces: await withRoots(client, found), next: null };
    // Whatever is exactly at the edge has been looked at.
    after = { startedAt: from.replace('Z', '000Z'), id: lowestId };
    if (!mayGoOn()) return { traces: await withRoots(client, found), next: after };
  }
}

/** The start of the earliest cascade, or what the filter has; ms since 1970. Null: there is none. */
async function readEarliest(client: StoreClient, filter: CascadeFilter): Promise<number | null> {
  if (filter.from !== null) return Date.parse(filter.from);
  const { rows } = await client.query<{ ms: number }>(
    `select extract(epoch from started_at)::float8 * 1000 as ms from traces
     where joined_to is null order by started_at limit 1`,
  );
  return rows[0]?.ms ?? null;
}

/** About how many cascades fit, as Postgres's statistics have it: costs no more than a plan. */
export async function estimateCascades(
  client: StoreClient,
  filter: CascadeFilter,
): Promise<number> {
  const values: unknown[] = [];
  const { rows } = await client.query<{ 'QUERY PLAN': { Plan: { 'Plan Rows': number } }[] }>(
    `explain (format json) select from traces t where ${conditionsOf(filter, values).join(' and ')}`,
    values,
  );
  return rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
}
