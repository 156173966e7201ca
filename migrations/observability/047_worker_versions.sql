-- Which version of the Worker ran when, for charts to mark it: noted by the cron.

CREATE TABLE worker_versions (
  id text NOT NULL,
  tag text NOT NULL,
  from_at timestamptz NOT NULL,
  until_at timestamptz NOT NULL,
  PRIMARY KEY (id, from_at)
);
COMMENT ON TABLE worker_versions IS 'Versions of the Worker, each with when it was seen first and last; one that comes back has another line.';
COMMENT ON INDEX worker_versions_pkey IS 'Whether a version was seen lately.';
CREATE INDEX worker_versions_newest ON worker_versions (from_at DESC, id);
COMMENT ON INDEX worker_versions_newest IS 'What began to run last.';

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
    GRANT SELECT, INSERT, UPDATE, DELETE ON links, loops, trigger_definitions, reconciliation_sizes, stale_days, worker_versions TO throughline_writer;
    GRANT SELECT, INSERT, DELETE ON stale_minutes, minute_rollups, hour_rollups, day_rollups, rollup_totals, write_rollups,
      minute_peaks, hour_peaks, day_peaks TO throughline_writer;
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
