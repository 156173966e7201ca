-- Counts and latencies per day, which the overview reads of weeks and months: 24 times fewer lines than by the hour. They are
-- made of hours, once a day is over and something of it has changed (docs/decisions/028). And of events in words, whether
-- they are tests.

CREATE TABLE day_rollups (LIKE hour_rollups INCLUDING ALL);
COMMENT ON TABLE day_rollups IS 'As hour_rollups, and made of them: days in UTC.';
COMMENT ON INDEX day_rollups_pkey IS 'The lines of a span of time.';

CREATE TABLE day_peaks (LIKE hour_peaks INCLUDING ALL);
COMMENT ON TABLE day_peaks IS 'As hour_peaks, and made of them.';
COMMENT ON INDEX day_peaks_pkey IS 'The peaks of a span of time.';

CREATE TABLE stale_days (
  day timestamptz PRIMARY KEY
);
COMMENT ON TABLE stale_days IS 'Days that have changed since they were made of their hours, which are read in their place. Whoever changes an hour holds the row.';
COMMENT ON INDEX stale_days_pkey IS 'Whether a day is stale.';

INSERT INTO stale_days (day) SELECT DISTINCT date_trunc('day', hour, 'UTC') FROM rolled_hours;

-- Days are kept for as long as hours.
CREATE OR REPLACE FUNCTION remove_rollups_before(at timestamptz) RETURNS text LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  step record;
  removed bigint;
BEGIN
  FOR step IN SELECT * FROM (VALUES
    ('minute_rollups', 'at', 'minutes'), ('minute_peaks', 'at', 'minutes'), ('rolled_minutes', 'minute', 'minutes'),
    ('hour_rollups', 'at', 'hours'), ('hour_peaks', 'at', 'hours'), ('rolled_hours', 'hour', 'hours'),
    ('day_rollups', 'at', 'hours'), ('day_peaks', 'at', 'hours')
  ) s (name, time, what) LOOP
    -- Whole hours: one that has lost some of its minutes would be made anew with too little.
    EXECUTE format('DELETE FROM %1$I WHERE ctid = ANY (ARRAY (SELECT ctid FROM %1$I WHERE %2$I <
      (SELECT date_trunc(''hour'', $1 - r.keep, ''UTC'') FROM retention r WHERE r.what = %3$L) LIMIT 10000))',
      step.name, step.time, step.what) USING remove_rollups_before.at;
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed > 0 THEN RETURN format('removed %s rows of %s', removed, step.name); END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE OR REPLACE VIEW readable_events AS
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
  where x.what = 'payloads' and e.trace_id >= x.from_id and e.trace_id < x.until_id) end) AS payload_removed_at,
  e.is_test
FROM events e LEFT JOIN payloads p ON p.trace_id = e.trace_id AND p.event_ref = e.ref;
COMMENT ON VIEW readable_events IS 'Events in words, with their payloads as far as they are kept.';


CREATE OR REPLACE FUNCTION grant_rights() RETURNS text[] LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  missing text[] := '{}';
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'throughline_writer') THEN
    GRANT SELECT, INSERT, UPDATE ON names, events, payloads, arrivals, deliveries, attempts, traces, webhook_places, jobs,
      refusals, unreadable_records, dead_letters, replay_runs, replay_run_letters, replay_run_actions, reruns,
      event_gaps, reconciliations, rolled_minutes, rolled_hours TO throughline_writer;
    GRANT SELECT, INSERT, UPDATE, DELETE ON links, loops, trigger_definitions, reconciliation_sizes, stale_days TO throughline_writer;
    GRANT SELECT, INSERT, DELETE ON stale_minutes, minute_rollups, hour_rollups, day_rollups, minute_peaks, hour_peaks,
      day_peaks TO throughline_writer;
    GRANT SELECT ON retention, weeks, removals TO throughline_writer;
    GRANT EXECUTE ON FUNCTION maintain_store() TO throughline_writer;
  ELSE
    missing := missing || 'throughline_writer'::text;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'throughline_reader') THEN
    GRANT SELECT ON readable_events, readable_arrivals, readable_deliveries, readable_attempts, readable_links,
      readable_traces, loops, event_gaps TO throughline_reader;
    -- Without the request that a replay sends.
    GRANT SELECT (delivery_id, trace_id, source, dead_at, reason, first_attempt_at, status, error, destination, replayed_at,
      discarded_at) ON dead_letters TO throughline_reader;
  ELSE
    missing := missing || 'throughline_reader'::text;
  END IF;
  RETURN missing;
END $$;

SELECT grant_rights();
