// Reads dead letters: a page of those that can be replayed, and one to replay.
import type { StoreClient } from './client.ts';
import { deliveryTables, hasArrived, isDead, isRetriedHere } from './read-rows.ts';
import type { DeathReason } from './record.ts';
import { deliveryRef } from './refs.ts';
import {
  correlationIdOf,
  deliveryIdOf,
  eventIdOf,
  hopOf,
  isAttemptOf,
  isDelivery,
  nameOf,
} from './sql.ts';
import { utc } from './utc.ts';

/** A place in the list: everything after it is older. */
export type DeadLetterPosition = { deadAt: string; deliveryId: string };

export type ListedDeadLetter = DeadLetterPosition & {
  source: string;
  eventId: string;
  traceId: string;
  job: string;
  target: string;
  correlationId: string;
  destination: string;
  reason: DeathReason;
  status: number | null;
  error: string | null;
  attempts: number;
  firstAttemptAt: string;
};

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
  isDelivered: boolean;
  /** False while its sender may still come again. */
  isDue: boolean;
};

/** An attempt can arrive after a delivery was given up: a queue hands a message out twice. */
export const isDelivered = hasArrived('l');

/** Those that nobody has replayed and that have not arrived, newest first. */
export async function listDeadLetters(
  client: StoreClient,
  page: { limit: number; after: DeadLetterPosition | null },
): Promise<ListedDeadLetter[]> {
  const older = page.after
    ? `and (l.dead_at, l.delivery_id) < ($2::timestamptz, decode($3, 'hex'))`
    : '';
  const { rows } = await client.query<ListedDeadLetter>(
    `select encode(l.delivery_id, 'hex') as "deliveryId", l.source, ${eventIdOf('e')} as "eventId",
       d.trace_id as "traceId", ${nameOf('d.job')} as job, ${nameOf('d.target')} as target,
       ${correlationIdOf('d')} as "correlationId", l.destination, l.reason,
       l.status, l.error,
       (select count(*)::int from attempts a where ${isAttemptOf('a', 'l')}) as attempts,
       ${utc('l.first_attempt_at')} as "firstAttemptAt", ${utc('l.dead_at')} as "deadAt"
     from dead_letters l
     cross join lateral (
       select * from deliveries x where ${isDelivery('x', 'l.trace_id', 'l.ref')} limit 1) d
     join events e on e.trace_id = d.trace_id and e.ref = d.event_ref
     where l.replayed_at is null and l.discarded_at is null and l.dead_at <= now() and not ${isDelivered} ${older}
     order by l.dead_at desc, l.delivery_id desc limit $1`,
    [page.limit, ...(page.after ? [page.after.deadAt, page.after.deliveryId] : [])],
  );
  return rows;
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
       l.dead_at <= now() as "isDue", ${isDelivered} as "isDelivered"
     from dead_letters l
     where l.delivery_id in (select decode(id, 'hex') from unnest($1::text[]) id)
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
