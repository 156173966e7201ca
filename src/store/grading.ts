// What is needed to judge why events happened, and the judgements written down. It judges nothing.
import type { StoreClient } from './client.ts';
import type { EventFacts } from './record.ts';
import type { EventKey } from './rows.ts';
import { storableJson } from './storable-json.ts';
import { utc } from './utc.ts';

/** One event to judge, with the delivery it names (if that has been recorded) and all its attempts. */
export type GradingRow = {
  source: string;
  id: string;
  op: EventFacts['op'];
  actor: string | null;
  previousActor: string | null;
  sessionCorrelationId: string | null;
  sessionUser: string | null;
  traceId: string;
  startsTrace: boolean;
  createdAt: string;
  /** Rows of the same transaction name another hop, and no session says which it was. */
  transactionNamesAnother: boolean;
  /** The same transaction deleted a row with this key and this actor: it was moved, not made. */
  isMoved: boolean;
  /** More than one where short hop ids collide. */
  named: NamedDelivery[];
};

export type NamedDelivery = {
  deliveryId: string;
  traceId: string;
  correlationId: string;
  attempts: { startedAt: string; endedAt: string | null; status: number | null }[];
};

export type LinkRow = {
  source: string;
  event_id: string;
  evidence: 'certain' | 'weak' | 'pending';
  rule: 'session' | 'value' | 'same_or_late_id' | 'same_transaction' | 'row_and_time';
  reason: string;
  correlation_id: string | null;
  cause_trace_id: string | null;
  /** 64 hex digits; null while pending. */
  cause_delivery_id: string | null;
};

/** An event whose cause only a value in its row names: what its transaction's other rows say matters. */
const byValue = (e: string): string =>
  `${e}.named_hop_id is not null and ${e}.session_correlation_id is null and not ${e}.starts_trace`;

const sameTransaction = (a: string, b: string): string =>
  `${a}.source = ${b}.source and ${a}.created_at_raw = ${b}.created_at_raw`;

/** Hasura names the table that a trigger was made for, so that partitions of one table are told alike. */
const sameRow = (a: string, b: string): string =>
  `${a}.row_key = ${b}.row_key and ${a}.table_name = ${b}.table_name
    and ${a}.table_schema = ${b}.table_schema`;

/** Two probes of an index where one `<>` would walk through all rows of a bulk write. */
const otherHop = ['<', '>'] as const;

const namesAnother = otherHop
  .map(
    (compare) => `exists (
      select from events m where ${sameTransaction('m', 'e')} and ${byValue('m')}
        and m.named_hop_id ${compare} e.named_hop_id)`,
  )
  .join(' or ');

const isMoved = `e.op = 'INSERT' and exists (
  select from events m where ${sameTransaction('m', 'e')} and m.op = 'DELETE'
    and ${sameRow('m', 'e')} and m.previous_actor = e.actor)`;

const findTouched = `
  with brought as materialized (
    select e.* from json_to_recordset($1::json) as r (source text, id text)
    join events e on e.source = r.source and e.id = r.id),
  writes as materialized (
    select distinct source, created_at_raw, named_hop_id from brought where ${byValue('brought')})
  select source, id from brought
  union
  select source, id from events where named_hop_id = any ($2::uuid[])
  ${otherHop
    .map(
      (compare) => `union
  select m.source, m.id from writes w
  join events m on ${sameTransaction('m', 'w')} and ${byValue('m')}
    and m.named_hop_id ${compare} w.named_hop_id`,
    )
    .join('\n  ')}
  union
  select m.source, m.id from brought b
  join events m on ${sameTransaction('m', 'b')} and ${byValue('m')} and ${sameRow('m', 'b')}
  where b.op = 'DELETE'`;

/**
 * Locks the events that a batch says something new about: those it brought, those that name one of its
 * hops, and those that it shows to share a transaction with another hop's writes. Must run after the
 * batch's rows are committed. Whoever reads facts under this lock sees everything that was committed
 * before, so that of two consumers the later one judges with the facts of both; and the order of the keys
 * keeps them from deadlock.
 */
export async function lockEventsToGrade(
  client: StoreClient,
  touched: { events: readonly EventKey[]; hopIds: readonly string[] },
): Promise<EventKey[]> {
  const found = await client.query<EventKey>(findTouched, [
    storableJson(touched.events),
    touched.hopIds,
  ]);
  const { rows } = await client.query<EventKey>(
    `select e.source, e.id from json_to_recordset($1::json) as r (source text, id text)
     join events e on e.source = r.source and e.id = r.id
     order by e.source collate "C", e.id collate "C"
     for no key update of e`,
    [storableJson(found.rows)],
  );
  return rows;
}

/** Reads what is known of each event now. */
export async function readGradingRows(
  client: StoreClient,
  keys: readonly EventKey[],
): Promise<GradingRow[]> {
  const { rows } = await client.query<GradingRow>(
    `select e.source, e.id, e.op, e.actor, e.previous_actor as "previousActor",
       e.session_correlation_id as "sessionCorrelationId", e.session_user_name as "sessionUser",
       e.trace_id as "traceId", e.starts_trace as "startsTrace", ${utc('e.created_at')} as "createdAt",
       coalesce(${byValue('e')} and (${namesAnother}), false) as "transactionNamesAnother",
       coalesce(${byValue('e')} and (${isMoved}), false) as "isMoved",
       coalesce((
         select json_agg(json_build_object(
           'deliveryId', encode(d.id, 'hex'), 'traceId', d.trace_id, 'correlationId', d.correlation_id,
           'attempts', coalesce((
             select json_agg(json_build_object(
               'startedAt', ${utc('a.started_at')}, 'endedAt', ${utc('a.ended_at')}, 'status', a.status)
               order by a.started_at, a.id)
             from attempts a where a.delivery_id = d.id), '[]'::json)) order by d.id)
         from deliveries d where d.hop_id = e.named_hop_id), '[]'::json) as named
     from json_to_recordset($1::json) as r (source text, id text)
     join events e using (source, id)`,
    [storableJson(keys)],
  );
  return rows;
}

/** Replaces what was known of why these events happened; an event without a row has no link. */
export async function replaceLinks(
  client: StoreClient,
  graded: readonly EventKey[],
  links: readonly LinkRow[],
): Promise<void> {
  await client.query(
    `delete from links
     where (source, event_id) in (select source, id from json_to_recordset($1::json) as r (source text, id text))
       and (source, event_id) not in
         (select source, event_id from json_to_recordset($2::json) as r (source text, event_id text))`,
    [storableJson(graded), storableJson(links)],
  );
  if (links.length === 0) return;
  await client.query(
    `insert into links
       (source, event_id, evidence, rule, reason, correlation_id, cause_trace_id, cause_delivery_id)
     select source, event_id, evidence, rule, reason, correlation_id, cause_trace_id,
       decode(cause_delivery_id, 'hex')
     from json_to_recordset($1::json) as r (
       source text, event_id text, evidence text, rule text, reason text, correlation_id text,
       cause_trace_id uuid, cause_delivery_id text)
     order by source collate "C", event_id collate "C"
     on conflict (source, event_id) do update set
       evidence = excluded.evidence, rule = excluded.rule, reason = excluded.reason,
       correlation_id = excluded.correlation_id, cause_trace_id = excluded.cause_trace_id,
       cause_delivery_id = excluded.cause_delivery_id, graded_at = now()
     where (links.evidence, links.rule, links.reason, links.correlation_id, links.cause_trace_id,
         links.cause_delivery_id)
       is distinct from (excluded.evidence, excluded.rule, excluded.reason, excluded.correlation_id,
         excluded.cause_trace_id, excluded.cause_delivery_id)`,
    [storableJson(links)],
  );
}
