-- Counts and latencies per minute and per hour, which the overview and the pages of jobs read. They are a pure function of
-- the tables: whatever changes a minute notes it as stale in the same transaction, and src/store/roll-up.ts makes stale
-- minutes anew, hours from minutes (docs/decisions/028).
--
-- Triggers note them, not the Worker: only they see what a row was before, so that of an event that moves to another
-- minute both are stale, whoever moved it.

CREATE TABLE stale_minutes (
  minute timestamptz NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  noted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (minute, id)
);
COMMENT ON TABLE stale_minutes IS 'Minutes to roll up anew. Only ever added to and removed, so that no two consumers wait for each other.';
COMMENT ON INDEX stale_minutes_pkey IS 'The minutes that are stale, and the notes of one.';

CREATE TABLE rolled_minutes (
  minute timestamptz PRIMARY KEY,
  next_at timestamptz NOT NULL
);
COMMENT ON TABLE rolled_minutes IS 'The minutes that have been rolled up.';
COMMENT ON COLUMN rolled_minutes.next_at IS 'Not before then by a consumer again: the longer it took, the later. The cron does not ask.';
COMMENT ON INDEX rolled_minutes_pkey IS 'When one minute may be rolled up again.';

CREATE TABLE rolled_hours (
  hour timestamptz PRIMARY KEY
);
COMMENT ON TABLE rolled_hours IS 'The hours that have been rolled up: whoever makes one, or a minute of it, holds its row.';
COMMENT ON INDEX rolled_hours_pkey IS 'The row to hold.';

CREATE TABLE minute_rollups (
  at timestamptz NOT NULL,
  source integer NOT NULL,
  trigger integer NOT NULL,
  job integer NOT NULL,
  destination integer NOT NULL,
  named_by "char" NOT NULL,
  events integer NOT NULL,
  deliveries integer NOT NULL,
  delivered_first integer NOT NULL,
  attempts integer NOT NULL,
  delivered integer NOT NULL,
  failed integer NOT NULL,
  unreachable integer NOT NULL,
  timed_out integer NOT NULL,
  cancelled integer NOT NULL,
  answered_429 integer NOT NULL,
  dead integer NOT NULL,
  latency_buckets smallint[] NOT NULL,
  latency_counts integer[] NOT NULL,
  PRIMARY KEY (at, source, trigger, job, destination, named_by)
);
COMMENT ON TABLE minute_rollups IS 'What happened in a minute, for each source, trigger, job, destination and kind of actor that occur together; beyond a number of them, one line for the others of a source.';
COMMENT ON COLUMN minute_rollups.trigger IS 'In names; 0: none, -1: the others. So with job and destination.';
COMMENT ON COLUMN minute_rollups.named_by IS 'As in events; - where nothing was written, * the others.';
COMMENT ON COLUMN minute_rollups.events IS 'By their earliest known arrival, in a line without job and destination.';
COMMENT ON COLUMN minute_rollups.deliveries IS 'By their first attempt; all else but dead by the attempt''s start. Retries are attempts less deliveries.';
COMMENT ON COLUMN minute_rollups.dead IS 'Dead letters by their latest death, which can lie ahead.';
COMMENT ON COLUMN minute_rollups.latency_buckets IS 'Of attempts that have ended and were not cancelled: bucket b is from 1.1^b ms to 1.1^(b+1) ms, 0 all below that, 150 all above.';
COMMENT ON COLUMN minute_rollups.latency_counts IS 'How many are in each of latency_buckets.';
COMMENT ON INDEX minute_rollups_pkey IS 'The lines of a span of time.';

CREATE TABLE hour_rollups (LIKE minute_rollups INCLUDING ALL);
COMMENT ON TABLE hour_rollups IS 'As minute_rollups, and made of them.';
COMMENT ON INDEX hour_rollups_pkey IS 'The lines of a span of time.';

CREATE TABLE minute_peaks (
  at timestamptz NOT NULL,
  source integer NOT NULL,
  job integer NOT NULL,
  peak integer NOT NULL,
  PRIMARY KEY (at, source, job)
);
COMMENT ON TABLE minute_peaks IS 'How many attempts of a job were under way at once in a minute, at most. Of the busiest jobs.';
COMMENT ON COLUMN minute_peaks.peak IS 'An attempt whose end is not known counts in the minute in which it began, others for an hour at most.';
COMMENT ON INDEX minute_peaks_pkey IS 'The peaks of a span of time.';

CREATE TABLE hour_peaks (LIKE minute_peaks INCLUDING ALL);
COMMENT ON TABLE hour_peaks IS 'As minute_peaks, and made of them.';
COMMENT ON INDEX hour_peaks_pkey IS 'The peaks of a span of time.';

-- In the order in which rows come, nearly: a summary of sixteen pages finds a minute, at a fraction of a tree's size.
CREATE INDEX attempts_started ON attempts USING brin (started_at) WITH (pages_per_range = 16, autosummarize = on);
COMMENT ON INDEX attempts_started IS 'The attempts of a minute, to roll it up.';
CREATE INDEX attempts_long ON attempts (started_at) WHERE ended_at - started_at > interval '1 minute';
COMMENT ON INDEX attempts_long IS 'Attempts that began before a minute and the one before it, and were under way in it, to roll it up.';
CREATE INDEX events_arrived ON events USING brin (arrived_at) WITH (pages_per_range = 16, autosummarize = on);
COMMENT ON INDEX events_arrived IS 'The events of a minute, to roll it up.';
CREATE INDEX dead_letters_died ON dead_letters (dead_at);
COMMENT ON INDEX dead_letters_died IS 'The dead letters of a minute, to roll it up.';

CREATE FUNCTION minutes_of_attempt(started_at timestamptz, ended_at timestamptz) RETURNS SETOF timestamptz LANGUAGE sql STABLE
AS $$
  SELECT generate_series(date_trunc('minute', started_at, 'UTC'), date_trunc('minute', CASE WHEN ended_at > started_at
    THEN least(ended_at, started_at + interval '1 hour') ELSE started_at END, 'UTC'), interval '1 minute')
$$;
COMMENT ON FUNCTION minutes_of_attempt IS 'The minutes whose rollups an attempt has a part in: it is counted in the first, and under way in all.';

-- An attempt that comes late can be the first, and so make a retry of another, which may lie in another minute.
CREATE FUNCTION note_inserted_attempts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO stale_minutes (minute)
  SELECT m FROM now_there n CROSS JOIN LATERAL minutes_of_attempt(n.started_at, n.ended_at) m
  UNION
  SELECT date_trunc('minute', x.started_at, 'UTC')
  FROM now_there n JOIN attempts x ON x.trace_id = n.trace_id AND x.delivery_ref = n.delivery_ref;
  RETURN NULL;
END $$;

CREATE FUNCTION note_updated_attempts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO stale_minutes (minute)
  SELECT m FROM now_there n CROSS JOIN LATERAL minutes_of_attempt(n.started_at, n.ended_at) m
  UNION
  SELECT m FROM was_there n CROSS JOIN LATERAL minutes_of_attempt(n.started_at, n.ended_at) m;
  RETURN NULL;
END $$;

CREATE FUNCTION note_inserted_events() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO stale_minutes (minute)
  SELECT DISTINCT date_trunc('minute', n.arrived_at, 'UTC') FROM now_there n;
  RETURN NULL;
END $$;

-- What an event is told to be anew, its attempts and dead letters are counted under.
CREATE FUNCTION note_updated_events() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO stale_minutes (minute)
  SELECT date_trunc('minute', n.arrived_at, 'UTC') FROM now_there n
  UNION
  SELECT date_trunc('minute', n.arrived_at, 'UTC') FROM was_there n;
  IF EXISTS (
    SELECT FROM was_there w JOIN now_there n ON n.trace_id = w.trace_id AND n.ref = w.ref
    WHERE (n.trigger, n.named_by) IS DISTINCT FROM (w.trigger, w.named_by)
  ) THEN
    INSERT INTO stale_minutes (minute)
    SELECT DISTINCT date_trunc('minute', x.at, 'UTC')
    FROM now_there n
    JOIN deliveries d ON d.trace_id = n.trace_id AND d.event_ref = n.ref
    CROSS JOIN LATERAL (
      SELECT a.started_at FROM attempts a WHERE a.trace_id = d.trace_id AND a.delivery_ref = d.ref
      UNION ALL
      SELECT l.dead_at FROM dead_letters l WHERE l.trace_id = d.trace_id AND l.ref = d.ref) x (at);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION note_dead_letter() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO stale_minutes (minute) VALUES (date_trunc('minute', NEW.dead_at, 'UTC'));
  IF TG_OP = 'UPDATE' AND OLD.dead_at <> NEW.dead_at THEN
    INSERT INTO stale_minutes (minute) VALUES (date_trunc('minute', OLD.dead_at, 'UTC'));
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER attempts_inserted AFTER INSERT ON attempts
  REFERENCING NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION note_inserted_attempts();
CREATE TRIGGER attempts_updated AFTER UPDATE ON attempts
  REFERENCING OLD TABLE AS was_there NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION note_updated_attempts();
CREATE TRIGGER events_inserted AFTER INSERT ON events
  REFERENCING NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION note_inserted_events();
CREATE TRIGGER events_updated AFTER UPDATE ON events
  REFERENCING OLD TABLE AS was_there NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION note_updated_events();
CREATE TRIGGER dead_letters_told AFTER INSERT OR UPDATE OF dead_at, destination ON dead_letters
  FOR EACH ROW EXECUTE FUNCTION note_dead_letter();

ALTER TABLE retention DROP CONSTRAINT retention_what_check,
  ADD CONSTRAINT retention_what_check CHECK (what IN ('events', 'payloads', 'minutes', 'hours'));
INSERT INTO retention VALUES ('minutes', '14 days'), ('hours', '365 days');

CREATE FUNCTION remove_rollups_before(at timestamptz) RETURNS text LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  step record;
  removed bigint;
BEGIN
  FOR step IN SELECT * FROM (VALUES
    ('minute_rollups', 'at', 'minutes'), ('minute_peaks', 'at', 'minutes'), ('rolled_minutes', 'minute', 'minutes'),
    ('hour_rollups', 'at', 'hours'), ('hour_peaks', 'at', 'hours'), ('rolled_hours', 'hour', 'hours')
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
COMMENT ON FUNCTION remove_rollups_before IS 'Removes some rollups that have been kept for their time, and says which.';

-- A name is kept for as long as an hour that refers to it.
CREATE OR REPLACE FUNCTION remove_rows_before(before timestamptz) RETURNS text LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  step record;
  removed bigint;
BEGIN
  FOR step IN SELECT * FROM (VALUES
    ('refusals', 'at < $1'),
    ('unreadable_records', 'received_at < $1'),
    ('dead_letters', 'greatest(dead_at, replayed_at, discarded_at) < $1'),
    ('event_gaps', 'created_at < $1'),
    ('loops', 'latest_at < $1'),
    ('webhook_places', 'placed_at < $1'),
    ('replay_run_letters', 'run_id IN (SELECT r.id FROM replay_runs r WHERE r.created_at < $1)'),
    -- Much later, since a week is dropped when it is over, and an id can be of a later week than its record.
    ('names', 'used_on < (SELECT ($1 + e.keep - greatest(e.keep, h.keep))::date - 60 FROM retention e, retention h
      WHERE e.what = ''events'' AND h.what = ''hours'')
      AND NOT EXISTS (SELECT FROM jobs j WHERE names.id IN (j.source, j.name))')
  ) s (name, condition) LOOP
    EXECUTE format('DELETE FROM %I WHERE ctid = ANY (ARRAY (SELECT ctid FROM %I WHERE %s LIMIT 10000))',
      step.name, step.name, step.condition) USING before;
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed > 0 THEN RETURN format('removed %s rows of %s', removed, step.name); END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION maintain_store() RETURNS text LANGUAGE sql SECURITY DEFINER
  SET search_path = public, pg_temp
  SET lock_timeout = '500ms'
AS $$ SELECT coalesce(maintain_store_at(now()), remove_rollups_before(now())) $$;

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
    GRANT SELECT, INSERT, UPDATE, DELETE ON links, loops, trigger_definitions, reconciliation_sizes TO throughline_writer;
    GRANT SELECT, INSERT, DELETE ON stale_minutes, minute_rollups, hour_rollups, minute_peaks, hour_peaks
      TO throughline_writer;
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

REVOKE ALL ON FUNCTION remove_rollups_before FROM PUBLIC;
SELECT grant_rights();
