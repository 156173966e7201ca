// Reads dead letters: a page of them, one, and those to replay.
import type { StoreClient } from './client.ts';
import {
  hasNotArrived,
  isAmongIds,
  isDelivered,
  isDiscarded,
  isOpen,
  type LetterFilter,
  lettersDelivery,
  lettersDeliveryFor,
  ofDelivery,
  ofLetter,
} from './letter-filter.ts';
import { deliveryTables, hasArrived, isDead, isRetriedHere } from './read-rows.ts';
import type { DeathReason } from './record.ts';
import { deliveryRef } from './refs.ts';
import { correlationIdOf, deliveryIdOf, eventIdOf, hopOf, isAttemptOf, nameOf } from './sql.ts';
import { utc } from './utc.ts';

/** A place in the list: everything after it is older. */
export type DeadLetterPosition = { deadAt: string; deliveryId: string };

export type ReplayableDeadLetter = {
  deliveryId: string;
  destination: string;
  firstAttemptAt: string;
  method: string | null;
  headers: unknown;
  body: Uint8Array | null;
  bodyKey: string | null;
  facts: object;
  replayedAt: string | null;
  discardedAt: string | null;
  isDelivered: boolean;
  /** False while its sender may still come again. */
  isDue: boolean;
};

export type ListedDeadLetter = DeadLetterPosition & {
  source: string;
  eventId: string;
  traceId: string;
  trigger: string | null;
  tableSchema: string | null;
  tableName: string | null;
  rowKey: string | null;
  job: string;
  target: string;
  correlationId: string;
  destination: string;
  reason: DeathReason;
  status: number | null;
  error: string | null;
  attempts: number;
  firstAttemptAt: string;
  discard: Discard | null;
};

/** That somebody said it is not wanted. What a release before kept no more of tells no more than when. */
export type Discard = {
  id: string | null;
  at: string;
  who: string | null;
  onBehalfOf: string | null;
  note: string | null;
};

/** A letter can be looked for in its delivery and event only by reading them: so many letters, from where a page begins. */
const mostLookedAt = 2_000;

const letterColumns = `encode(l.delivery_id, 'hex') as "deliveryId", l.source, ${eventIdOf('e')} as "eventId",
  d.trace_id as "traceId", ${nameOf('e.trigger')} as trigger, ${nameOf('e.table_schema')} as "tableSchema",
  ${nameOf('e.table_name')} as "tableName", e.row_key as "rowKey", ${nameOf('d.job')} as job,
  ${nameOf('d.target')} as target, ${correlationIdOf('d')} as "correlationId", l.destination, l.reason, l.status, l.error,
  (select count(*)::int from attempts a where ${isAttemptOf('a', 'l')}) as attempts,
  ${utc('l.first_attempt_at')} as "firstAttemptAt", ${utc('l.dead_at')} as "deadAt",
  case when l.discarded_at is not null then json_build_object('id', l.discard_id, 'at', ${utc('l.discarded_at')},
    'who', l.discarded_by, 'onBehalfOf', l.discarded_for, 'note', l.discard_note) end as discard`;

export type DeadLetterPage = {
  letters: ListedDeadLetter[];
  /** Where to look on; null: there is no more. */
  next: DeadLetterPosition | null;
  /** Fewer fit than a page holds among those that were looked at: there may be others beyond (RFC 3339). */
  searchedUntil: string | null;
};

type AskedPage = { areDiscarded: boolean; limit: number; after: DeadLetterPosition | null };

/** Those that fit, nobody has replayed and have not arrived, newest first. */
export async function listDeadLetters(
  client: StoreClient,
  filter: LetterFilter,
  page: AskedPage,
): Promise<DeadLetterPage> {
  const values: unknown[] = [];
  const candidates = candidatesOf(filter, page, values);
  const fits = ofDelivery(filter, values);
  const isBounded = fits !== '';
  const { rows } = await client.query<ListedDeadLetter>(
    `select ${letterColumns}
     from (select l.* ${candidates} ${isBounded ? `limit ${mostLookedAt}` : ''}) l ${lettersDelivery}
     where ${hasNotArrived} ${fits}
     order by l.dead_at desc, l.delivery_id desc limit $${values.length + 1}`,
    // One more than asked for tells whether there is a next page.
    [...values, page.limit + 1],
  );
  const letters = rows.slice(0, page.limit);
  if (rows.length > page.limit) {
    return { letters, next: letters.at(-1) ?? null, searchedUntil: null };
  }
  const next = isBounded ? await lastLookedAt(client, filter, page) : null;
  return { letters, next, searchedUntil: next?.deadAt ?? null };
}

/** From where a page begins, newest first. @param values of the statement: what is asked for is added */
function candidatesOf(filter: LetterFilter, page: AskedPage, values: unknown[]): string {
  const { areDiscarded, after } = page;
  const older = after
    ? `and (l.dead_at, l.delivery_id)
        < ($${values.push(after.deadAt)}::timestamptz, decode($${values.push(after.deliveryId)}, 'hex'))`
    : '';
  return `from dead_letters l
    where ${areDiscarded ? isDiscarded : isOpen} ${older} ${ofLetter(filter, values)}
    order by l.dead_at desc, l.delivery_id desc`;
}

/** Null where all have been looked at. */
async function lastLookedAt(
  client: StoreClient,
  filter: LetterFilter,
  page: AskedPage,
): Promise<DeadLetterPosition | null> {
  const values: unknown[] = [];
  const { rows } = await client.query<DeadLetterPosition>(
    `select encode(l.delivery_id, 'hex') as "deliveryId", ${utc('l.dead_at')} as "deadAt"
     ${candidatesOf(filter, page, values)} offset ${mostLookedAt - 1} limit 1`,
    values,
  );
  return rows[0] ?? null;
}

/** What is told of one letter beside what the list tells. */
export type ReadDeadLetter = ListedDeadLetter & {
  replayedAt: string | null;
  /** Null, like the headers, where the request lies in the bucket under `bodyKey`. */
  method: string | null;
  headers: unknown;
  bodyKey: string | null;
};

/** One, whatever has become of it; null where it never died. @param id 64 hex digits */
export async function readDeadLetter(
  client: StoreClient,
  id: string,
): Promise<ReadDeadLetter | null> {
  const { rows } = await client.query<ReadDeadLetter>(
    `select ${letterColumns}, ${utc('l.replayed_at')} as "replayedAt",
       l.method, l.headers, l.body_key as "bodyKey"
     from dead_letters l ${lettersDelivery} where l.delivery_id = decode($1, 'hex')`,
    [id],
  );
  return rows[0] ?? null;
}

/** So many of the latest are sorted into groups. */
const mostGrouped = 5_000;
const mostGroups = 100;
const mostDestinations = 20;

export type DeadLetterGroup = {
  source: string;
  job: string;
  reason: DeathReason;
  status: number | null;
  /** Null where a status says it. */
  error: string | null;
  letters: number;
  /** How many cascades they are of. */
  cascades: number;
  /** Where their last attempts went; a few of them where there are many. */
  destinations: string[];
  firstAt: string;
  lastAt: string;
  /** The latest. */
  deliveryId: string;
  traceId: string;
};

/**
 * The open ones that fit by job, reason and last answer, the largest group first.
 * @returns `letters` of all groups, also of those beyond the first hundred
 */
export async function groupDeadLetters(
  client: StoreClient,
  filter: LetterFilter,
): Promise<{ groups: DeadLetterGroup[]; letters: number; searchedUntil: string | null }> {
  const values: unknown[] = [];
  const page = { areDiscarded: false, limit: mostGrouped, after: null };
  const { rows } = await client.query<DeadLetterGroup & { all: number; until: string | null }>(
    `with looked as materialized (select l.* ${candidatesOf(filter, page, values)} limit ${mostGrouped})
     select g.source, ${nameOf('g.job')} as job, g.reason, g.status, g.error, g.letters, g.cascades,
       g.destinations[1:${mostDestinations}] as destinations,
       ${utc('g.first_at')} as "firstAt", ${utc('g.last_at')} as "lastAt",
       encode(g.latest[1], 'hex') as "deliveryId", g.traces[1] as "traceId",
       (sum(g.letters) over ())::int as all,
       (select case when count(*) = ${mostGrouped} then ${utc('min(l.dead_at)')} end from looked l) as until
     from (
       select l.source, d.job, l.reason, l.status, case when l.status is null then l.error end as error,
         count(*)::int as letters, count(distinct coalesce(t.joined_to, l.trace_id))::int as cascades,
         array_agg(distinct l.destination) as destinations, min(l.dead_at) as first_at, max(l.dead_at) as last_at,
         array_agg(l.delivery_id order by l.dead_at desc, l.delivery_id desc) as latest,
         array_agg(l.trace_id order by l.dead_at desc, l.delivery_id desc) as traces
       from looked l ${lettersDeliveryFor(filter)} left join traces t on t.id = l.trace_id
       where ${hasNotArrived} ${ofDelivery(filter, values)}
       group by 1, 2, 3, 4, 5) g
     order by g.letters desc, g.last_at desc, g.source, 2 limit ${mostGroups}`,
    values,
  );
  return {
    groups: rows.map(({ all: _all, until: _until, ...group }) => group),
    letters: rows[0]?.all ?? 0,
    searchedUntil: rows[0]?.until ?? null,
  };
}

/** One dead letter, locked until the caller's transaction ends. @param id 64 hex digits */
export async function lockDeadLetter(
  client: StoreClient,
  id: string,
): Promise<ReplayableDeadLetter | null> {
  return (await lockDeadLetters(client, [id]))[0] ?? null;
}

/** Those that there are, locked in the order of their ids until the caller's transaction ends. */
export async function lockDeadLetters(
  client: StoreClient,
  ids: readonly string[],
): Promise<ReplayableDeadLetter[]> {
  const { rows } = await client.query<ReplayableDeadLetter>(
    `select encode(l.delivery_id, 'hex') as "deliveryId", l.destination, ${utc('l.first_attempt_at')} as "firstAttemptAt", l.method, l.headers, l.body,
       l.body_key as "bodyKey", l.facts, ${utc('l.replayed_at')} as "replayedAt",
       ${utc('l.discarded_at')} as "discardedAt", l.dead_at <= now() as "isDue", ${isDelivered} as "isDelivered"
     from dead_letters l
     where ${isAmongIds('l.delivery_id', '$1')}
     order by l.delivery_id for update of l`,
    [ids],
  );
  return rows;
}

/** What decides whether a delivery's further attempts can be cancelled; null for one that is not known. */
export async function readRetryState(
  client: StoreClient,
  id: string,
): Promise<{ isDelivered: boolean; isDead: boolean; isRetriedHere: boolean } | null> {
  const { rows } = await client.query<{
    isDelivered: boolean;
    isDead: boolean;
    isRetriedHere: boolean;
  }>(
    `select ${isDead} as "isDead", ${isRetriedHere} as "isRetriedHere", ${hasArrived('d')} as "isDelivered"
     from ${deliveryTables}
     where ${hopOf('d.ref')} = ${hopOf('$1::bigint')} and d.ref = $1::bigint and ${deliveryIdOf('d', 'e')} = $2
     limit 1`,
    [deliveryRef(id), id],
  );
  return rows[0] ?? null;
}

/** @param at RFC 3339 */
export async function markReplayed(client: StoreClient, id: string, at: string): Promise<void> {
  await client.query(
    `update dead_letters set replayed_at = $2 where delivery_id = decode($1, 'hex')`,
    [id, at],
  );
}
