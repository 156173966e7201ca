-- The tables of what happened in words, for people, for Hasura and for tests. The Worker reads the tables themselves
-- (src/store/sql.ts has the same expressions). A view shows what its owner may read: whoever may read it needs no right
-- on the tables.

CREATE VIEW readable_events AS
SELECT (select n.text from names n where n.id = e.source) AS source, coalesce(e.uuid_id::text, e.text_id) AS id, case e.kind when 'h' then 'hasura' when 'w' then 'webhook' end AS kind,
  (select n.text from names n where n.id = e.trigger) AS trigger, (select n.text from names n where n.id = e.table_schema) AS table_schema, (select n.text from names n where n.id = e.table_name) AS table_name,
  case e.op when 'I' then 'INSERT' when 'U' then 'UPDATE' when 'D' then 'DELETE' when 'M' then 'MANUAL' end AS op, e.row_key,
  coalesce(e.raw_text, (to_json(e.written_raw) #>> '{}') || case when e.has_zone then 'Z' else '' end) AS created_at_raw, e.created_at, e.arrived_at,
  (select n.text from names n where n.id = e.actor) || coalesce(e.actor_uuid::text,
    case when e.actor_is_named then (left((coalesce(e.named_trace_id, e.trace_id))::text, 26) || lpad(to_hex(e.named_hop & 1099511627775), 10, '0')) end, '') AS actor,
  (select n.text from names n where n.id = e.previous_actor) || coalesce(e.previous_actor_uuid::text,
    case when e.previous_is_named then (left((coalesce(e.named_trace_id, e.trace_id))::text, 26) || lpad(to_hex(e.named_hop & 1099511627775), 10, '0')) end, '') AS previous_actor,
  (select n.text from names n where n.id = e.session_correlation) || coalesce(e.session_uuid::text,
    case when e.session_is_named then (left((coalesce(e.named_trace_id, e.trace_id))::text, 26) || lpad(to_hex(e.named_hop & 1099511627775), 10, '0')) end, '') AS session_correlation_id,
  (select n.text from names n where n.id = e.session_user_name) AS session_user_name, p.session_variables, p.context_text AS context_trace_id,
  e.trace_id, e.starts_trace, (left((coalesce(e.named_trace_id, e.trace_id))::text, 26) || lpad(to_hex(e.named_hop & 1099511627775), 10, '0'))::uuid AS named_hop_id,
  case e.named_by when 'p' then 'user' when 's' then 'declared' when 'h' then 'hop' when 'c' then 'carried' when 'n' then 'unattributed' when 'l' then 'legacy' when 'u' then 'unknown' end AS named_by,
  lpad(to_hex(e.change_ref), 16, '0') AS change_id, case when p.is_delta then p.new_row || p.old_row else p.old_row end AS old_row, p.new_row, p.changed,
  e.payload_kept, coalesce(p.removed_at, case when e.payload_kept and p.trace_id is null then (
  select max(x.removed_at) from removals x
  where x.what = 'payloads' and e.trace_id >= x.from_id and e.trace_id < x.until_id) end) AS payload_removed_at
FROM events e LEFT JOIN payloads p ON p.trace_id = e.trace_id AND p.event_ref = e.ref;
COMMENT ON VIEW readable_events IS 'Events in words, with their payloads as far as they are kept.';

CREATE VIEW readable_arrivals AS
SELECT a.id, (select n.text from names n where n.id = e.source) AS source, coalesce(e.uuid_id::text, e.text_id) AS event_id, e.trace_id, a.at, a.current_retry, a.max_retries
FROM events e CROSS JOIN LATERAL (
  SELECT e.arrival_id AS id, coalesce(e.arrival_at, e.arrived_at) AS at, e.current_retry, e.max_retries
  UNION ALL
  SELECT x.id, x.at, x.current_retry, x.max_retries FROM arrivals x
  WHERE x.trace_id = e.trace_id AND x.event_ref = e.ref) a;
COMMENT ON VIEW readable_arrivals IS 'One row for each request that brought an event: a redelivery is another arrival.';

CREATE VIEW readable_deliveries AS
SELECT encode(coalesce(d.id, sha256(convert_to((select n.text from names n where n.id = d.source), 'UTF8') || '\x00'::bytea
    || convert_to(coalesce(e.uuid_id::text, e.text_id), 'UTF8') || '\x00'::bytea
    || convert_to((select n.text from names n where n.id = d.target), 'UTF8'))), 'hex') AS id,
  (select n.text from names n where n.id = d.source) AS source, coalesce(e.uuid_id::text, e.text_id) AS event_id, d.trace_id, (select n.text from names n where n.id = d.target) AS target,
  (select n.text from names n where n.id = d.algorithm) AS algorithm, (select n.text from names n where n.id = d.job) AS job,
  (select n.text from names n where n.id = d.named) || (left((d.trace_id)::text, 26) || lpad(to_hex((d.ref >> 24) & 1099511627775), 10, '0')) AS correlation_id,
  (left((d.trace_id)::text, 26) || lpad(to_hex((d.ref >> 24) & 1099511627775), 10, '0'))::uuid AS hop_id,
  (SELECT encode(coalesce(x.id, sha256(convert_to((select n.text from names n where n.id = x.source), 'UTF8') || '\x00'::bytea
    || convert_to(coalesce(e.uuid_id::text, e.text_id), 'UTF8') || '\x00'::bytea
    || convert_to((select n.text from names n where n.id = x.target), 'UTF8'))), 'hex') FROM deliveries x
   WHERE x.trace_id = d.trace_id AND x.event_ref = d.event_ref AND x.ref = d.rerun_of) AS rerun_of,
  d.is_rollout
FROM deliveries d JOIN events e ON e.trace_id = d.trace_id AND e.ref = d.event_ref;
COMMENT ON VIEW readable_deliveries IS 'Deliveries in words. The id is 64 hex digits, as in the API, and the idempotency key.';

CREATE VIEW readable_attempts AS
SELECT a.id, encode(coalesce(d.id, sha256(convert_to((select n.text from names n where n.id = d.source), 'UTF8') || '\x00'::bytea
    || convert_to(coalesce(e.uuid_id::text, e.text_id), 'UTF8') || '\x00'::bytea
    || convert_to((select n.text from names n where n.id = d.target), 'UTF8'))), 'hex') AS delivery_id, a.trace_id,
  (select n.text from names n where n.id = a.destination) AS destination, a.started_at, a.ended_at, a.status,
  case a.outcome when 'r' then 'running' when 'd' then 'delivered' when 'f' then 'failed' when 'u' then 'unreachable' when 't' then 'timed_out' when 'c' then 'cancelled' end AS outcome,
  a.error, a.answer, a.degraded, a.works_in_background, a.skipped
FROM attempts a
JOIN deliveries d ON (d.trace_id = a.trace_id and (d.ref >> 24) = (a.delivery_ref >> 24) and d.ref = a.delivery_ref)
JOIN events e ON e.trace_id = d.trace_id AND e.ref = d.event_ref;
COMMENT ON VIEW readable_attempts IS 'Attempts in words.';

CREATE VIEW readable_links AS
SELECT (select n.text from names n where n.id = e.source) AS source, coalesce(e.uuid_id::text, e.text_id) AS event_id, l.trace_id,
  case l.evidence when 'c' then 'certain' when 'w' then 'weak' when 'p' then 'pending' end AS evidence,
  case l.rule when 's' then 'session' when 'v' then 'value' when 'i' then 'same_or_late_id' when 't' then 'same_transaction' when 'x' then 'same_trace_context' when 'r' then 'row_and_time' end AS rule,
  (select n.text from names n where n.id = l.reason) AS reason,
  (select n.text from names n where n.id = l.named) || (left((coalesce(e.named_trace_id, e.trace_id))::text, 26) || lpad(to_hex(e.named_hop & 1099511627775), 10, '0')) AS correlation_id,
  CASE WHEN l.cause_ref IS NOT NULL THEN coalesce(l.cause_trace_id, l.trace_id) END AS cause_trace_id,
  (SELECT encode(coalesce(c.id, sha256(convert_to((select n.text from names n where n.id = c.source), 'UTF8') || '\x00'::bytea
    || convert_to(coalesce(o.uuid_id::text, o.text_id), 'UTF8') || '\x00'::bytea
    || convert_to((select n.text from names n where n.id = c.target), 'UTF8'))), 'hex') FROM deliveries c
   JOIN events o ON o.trace_id = c.trace_id AND o.ref = c.event_ref
   WHERE (c.trace_id = coalesce(l.cause_trace_id, l.trace_id) and (c.ref >> 24) = (l.cause_ref >> 24) and c.ref = l.cause_ref) LIMIT 1) AS cause_delivery_id
FROM links l JOIN events e ON e.trace_id = l.trace_id AND e.ref = l.event_ref;
COMMENT ON VIEW readable_links IS 'Links in words.';

CREATE VIEW readable_traces AS
SELECT t.id, (select n.text from names n where n.id = t.source) AS source, t.started_at, t.root_created_at,
  (SELECT coalesce(e.uuid_id::text, e.text_id) FROM events e WHERE e.trace_id = t.id AND e.ref = t.root_ref) AS root_event_id,
  t.joined_to
FROM traces t;
COMMENT ON VIEW readable_traces IS 'Traces in words.';
