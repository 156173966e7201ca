// What is stored of a delivery that is to be made again, and who asked for that. Ids are 64 hex digits.
import type { StoreClient } from './client.ts';
import { findTracesOf } from './nodes.ts';
import { deliveryTablesIn, hasArrived, latestArrivalOf } from './read-rows.ts';
import type { ArrivalFacts, EventFacts } from './record.ts';
import { deliveryRef } from './refs.ts';
import {
  actorOf,
  deliveryIdOf,
  eventIdOf,
  hopOf,
  isAttemptOf,
  isOfTraces,
  kindOf,
  nameOf,
  oldRowOf,
  opOf,
  previousActorOf,
  sessionIdOf,
  writtenRawOf,
} from './sql.ts';

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
  when e.kind = 'h' and e.payload_kept and p.trace_id is not null and p.removed_at is null and e.op is not null
    and e.table_name is not null
  then json_build_object(
    'id', ${eventIdOf('e')}, 'created_at', ${writtenRawOf('e')},
    'table', json_build_object('schema', ${nameOf('e.table_schema')}, 'name', ${nameOf('e.table_name')}),
    'trigger', json_build_object('name', ${nameOf('e.trigger')}),
    'event', json_build_object(
      'op', ${opOf('e')}, 'data', json_build_object('old', ${oldRowOf('p')}, 'new', p.new_row),
      'session_variables', p.session_variables,
      'trace_context', case when p.context_text is not null
        then json_build_object('trace_id', p.context_text) end),
    'delivery_info', json_build_object('current_retry', 0, 'max_retries', 0))::text end`;

export async function readForRerun(
  client: StoreClient,
  id: string,
): Promise<StoredForRerun | null> {
  const traces = await findTracesOf(client, id);
  if (traces.length === 0) return null;
  const { rows } = await client.query<StoredForRerun>(
    `select ${nameOf('d.source')} as source, ${eventIdOf('e')} as "eventId", d.trace_id as "traceId",
       ${nameOf('d.target')} as target, ${nameOf('d.algorithm')} as algorithm, ${nameOf('d.job')} as job,
       ${hasArrived('d')} as "isDelivered",
       (select ${nameOf('a.destination')} from attempts a where ${isAttemptOf('a', 'd')} and a.outcome = 'd'
        order by a.started_at desc limit 1) as destination,
       json_build_object(
         'id', ${eventIdOf('e')}, 'source', ${nameOf('e.source')}, 'kind', ${kindOf('e')},
         'trigger', ${nameOf('e.trigger')},
         'table', case when e.table_name is not null
           then json_build_object('schema', ${nameOf('e.table_schema')}, 'name', ${nameOf('e.table_name')}) end,
         'op', ${opOf('e')}, 'rowKey', e.row_key, 'createdAt', ${writtenRawOf('e')},
         'writtenAt', p.session_variables ->> 'x-hasura-correlation-time', 'actor', ${actorOf('e')},
         'previousActor', ${previousActorOf('e')}, 'sessionCorrelationId', ${sessionIdOf('e')},
         'sessionUser', ${nameOf('e.session_user_name')}, 'sessionVariables', p.session_variables,
         'contextTraceId', p.context_text, 'traceId', e.trace_id, 'startsTrace', e.starts_trace) as event,
       (select json_build_object('id', r.id, 'at', to_char(r.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'currentRetry', r.current_retry, 'maxRetries', r.max_retries)
        from ${latestArrivalOf('e', (x) => isOfTraces(x, '$3'))}) as arrival,
       ${rebuiltBody} as "rebuiltBody"
     from ${deliveryTablesIn('$3')}
     left join payloads p on p.trace_id = e.trace_id and p.event_ref = e.ref and ${isOfTraces('p', '$3')}
     where ${isOfTraces('d', '$3')} and ${hopOf('d.ref')} = ${hopOf('$1::bigint')} and d.ref = $1::bigint and ${deliveryIdOf('d', 'e')} = $2
     limit 1`,
    [deliveryRef(id), id, traces],
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
