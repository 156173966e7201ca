-- Who may do what: the owner, who migrates; throughline_writer, the Worker; throughline_reader, Hasura and people. The two
-- are groups without a login of their own: whoever logs in is made a member (docs/deploying.md), and carries the time
-- limits, since a role's settings are not handed down to its members.

CREATE FUNCTION grant_rights() RETURNS text[] LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  missing text[] := '{}';
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'throughline_writer') THEN
    GRANT SELECT, INSERT, UPDATE ON names, events, payloads, arrivals, deliveries, attempts, traces, webhook_places, jobs,
      refusals, unreadable_records, dead_letters, replay_runs, replay_run_letters, replay_run_actions, reruns,
      event_gaps, reconciliations TO throughline_writer;
    GRANT SELECT, INSERT, UPDATE, DELETE ON links, loops, trigger_definitions, reconciliation_sizes TO throughline_writer;
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
COMMENT ON FUNCTION grant_rights IS 'Gives the writer and the reader what they need; returns which of the two there is not. Safe to run again.';
REVOKE ALL ON FUNCTION grant_rights FROM PUBLIC;

DO $$
DECLARE
  name text;
  missing text[];
BEGIN
  FOREACH name IN ARRAY '{throughline_writer,throughline_reader}'::text[] LOOP
    -- Roles belong to the whole instance: another database of it may have them already, or make them now.
    CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = name);
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
      NULL;
    END;
  END LOOP;
  missing := grant_rights();
  IF missing <> '{}' THEN
    RAISE WARNING 'The roles % are not there, and % may not make them. Until somebody with CREATEROLE does (CREATE ROLE … NOLOGIN) and the owner runs SELECT grant_rights(), the Worker can only log in as the owner.',
      array_to_string(missing, ' and '), current_user;
  END IF;
END $$;
