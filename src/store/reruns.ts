// What is stored of a delivery that is to be made again, and who asked for that. Ids are 64 hex digits.
import type { StoreClient } from './client.ts';
import { isDelivered } from './dead-letters.ts';
import type { ArrivalFacts, EventFacts } from './record.ts';

export type StoredForRerun = {
  source: string;
  eventId: string;
  traceId: string;
  target: string;
  algorithm: string;
  job: string;
  isDelivered: boolean;
  /** Of the attempt that arrived. */
  destination: string | null;
  /** What is stored of its event, as the edge would tell it, without the rows. */
  event: Omit<EventFacts, 'old' | 'new' | 'payloadKept'>;
  arrival: ArrivalFacts | null;
  /** A Hasura event's body, made of what is stored; null where that is not enough. */
  rebuiltBody: string | null;
};

/** As Hasura v2 writes it: docs/hasura.io, "Event trigger payload". */
const rebuiltBody = `case
  when e.kind = 'hasura' and e.payload_kept and e.op is not null and e.table_name is not null
  then json_build_object(
    'id', e.id, 'created_at', e.created_at_raw,
    'table', json_build_object('schema', e.table_schema, 'name', e.table_name),
    'trigger', json_build_object('name', e.trigger),
    'event', json_build_object(
      'op', e.op, 'data', json_build_object('old', e.old_row, 'new', e.new_row),
      'session_variables', e.session_variables,
      'trace_context', case when e.context_trace_id is not null
        then json_build_object('trace_id', e.context_trace_id) end),
    'delivery_info', json_build_object('current_retry', 0, 'max_retries', 0))::text end`;

export async function readForRerun(
  client: StoreClient,
  id: string,
): Promise<StoredForRerun | null> {
  const { rows } = await client.query<StoredForRerun>(
    `select d.source, d.event_id as "eventId", d.trace_id as "traceId", d.target, d.algorithm, d.job,
       ${isDelivered.replace('l.delivery_id', 'd.id')} as "isDelivered",
       (select a.destination from attempts a where a.delivery_id = d.id and a.outcome = 'delivered'
        order by a.started_at desc limit 1) as destination,
       json_build_object(
         'id', e.id, 'source', e.source, 'kind', e.kind, 'trigger', e.trigger,
         'table', case when e.table_name is not null
           then json_build_object('schema', e.table_schema, 'name', e.table_name) end,
         'op', e.op, 'rowKey', e.row_key, 'createdAt', e.created_at_raw,
         'writtenAt', e.session_variables ->> 'x-hasura-correlation-time', 'actor', e.actor,
         'previousActor', e.previous_actor, 'sessionCorrelationId', e.session_correlation_id,
         'sessionUser', e.session_user_name, 'sessionVariables', e.session_variables,
         'contextTraceId', e.context_trace_id, 'traceId', e.trace_id, 'startsTrace', e.starts_trace) as event,
       (select json_build_object('id', r.id, 'at', to_char(r.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'currentRetry', r.current_retry, 'maxRetries', r.max_retries)
        from arrivals r where r.source = d.source and r.event_id = d.event_id
        order by r.at desc, r.id desc limit 1) as arrival,
       ${rebuiltBody} as "rebuiltBody"
     from deliveries d join events e on e.source = d.source and e.id = d.event_id
     where d.id = decode($1, 'hex')`,
    [id],
  );
  return rows[0] ?? null;
}

export type RerunEntry = {
  deliveryId: string;
  rerunOf: string;
  /** RFC 3339 */
  at: string;
  who: string;
  onBehalfOf: string | null;
  body: 'as_sent' | 'rebuilt';
};

export async function insertRerun(client: StoreClient, rerun: RerunEntry): Promise<void> {
  const { deliveryId, rerunOf, at, who, onBehalfOf, body } = rerun;
  await client.query(
    `insert into reruns (delivery_id, rerun_of, at, who, on_behalf_of, body)
     values (decode($1, 'hex'), decode($2, 'hex'), $3, $4, $5, $6)`,
    [deliveryId, rerunOf, at, who, onBehalfOf, body],
  );
}
