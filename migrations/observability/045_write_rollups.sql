-- What is known of the causes of writes, for coverage: counted by the minute, the hour and the day, so that nobody reads each
-- event of a day or a month for it. As with totals, Postgres makes them and not the Worker: whatever makes the lines of a
-- minute, an hour or a day anew, of whatever version, makes these of the same time with them (docs/decisions/051).

-- Whoever makes an hour holds its row, so nobody makes any while this runs.
ALTER TABLE rolled_hours ADD COLUMN has_writes boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN rolled_hours.has_writes IS 'False: rolled up before there were rollups of writes, and not counted for them yet.';
-- What somebody is storing meanwhile would be noted as it was before.
LOCK TABLE links IN SHARE ROW EXCLUSIVE MODE;

CREATE TABLE write_rollups (
  at timestamptz NOT NULL,
  source integer NOT NULL,
  table_schema integer NOT NULL,
  table_name integer NOT NULL,
  trigger integer NOT NULL,
  job integer NOT NULL,
  events integer NOT NULL,
  ahead integer NOT NULL,
  named_by "char" NOT NULL,
  evidence "char" NOT NULL,
  rule "char" NOT NULL,
  lacks_actor boolean NOT NULL,
  grain text COLLATE "C" NOT NULL CHECK (grain IN ('minute', 'hour', 'day')),
  ahead_by interval
);
COMMENT ON TABLE write_rollups IS 'How many writes that are alike reached the edge in a minute, an hour or a day: all of them by table and trigger, in lines without a job, and those of which it is known once more by the job that caused them, in lines without table and trigger. Of either 300 lines of a time at most, and one for each sort of others.';
COMMENT ON COLUMN write_rollups.trigger IS 'In names; 0: none, or not told here, -1: the others. So with table and job.';
COMMENT ON COLUMN write_rollups.evidence IS 'As in links; - where there is none.';
COMMENT ON COLUMN write_rollups.rule IS 'As in links; * where it is not told: where no job is.';
COMMENT ON COLUMN write_rollups.lacks_actor IS 'As in events; false in lines with a job.';
COMMENT ON COLUMN write_rollups.ahead IS 'Of the events, those that say that they were written after they had arrived.';
COMMENT ON COLUMN write_rollups.ahead_by IS 'And by how much, at most.';
-- All lines of a time have one key, which is stored once.
CREATE INDEX write_rollups_at ON write_rollups (grain, at);
COMMENT ON INDEX write_rollups_at IS 'The lines of a span of time.';

-- Look-ups have a limit, so that each goes along an index: what is guessed of a minute has whole tables read.
CREATE FUNCTION writes_of_events(of_grain text, from_at timestamptz, until_at timestamptz) RETURNS SETOF write_rollups
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
BEGIN
  RETURN QUERY
  WITH w AS MATERIALIZED (
    SELECT date_trunc(of_grain, e.arrived_at, 'UTC') AS at, e.source, coalesce(e.table_schema, 0) AS table_schema,
      coalesce(e.table_name, 0) AS table_name, coalesce(e.trigger, 0) AS trigger, d.job, e.named_by,
      coalesce(l.evidence, '-') AS evidence, l.rule, e.lacks_actor,
      CASE WHEN e.created_at > e.arrived_at THEN e.created_at - e.arrived_at END AS ahead_by
    FROM events e
    LEFT JOIN LATERAL (
      SELECT x.evidence, x.rule, coalesce(x.cause_trace_id, x.trace_id) AS cause_trace_id, x.cause_ref
      FROM links x WHERE x.trace_id = e.trace_id AND x.event_ref = e.ref LIMIT 1) l ON true
    LEFT JOIN LATERAL (
      SELECT x.job FROM deliveries x
      WHERE x.trace_id = l.cause_trace_id AND (x.ref >> 24) = (l.cause_ref >> 24) AND x.ref = l.cause_ref LIMIT 1) d ON true
    WHERE e.arrived_at >= from_at AND e.arrived_at < until_at AND e.named_by IS NOT NULL)
  SELECT w.at, w.source, w.table_schema, w.table_name, w.trigger, 0, count(*)::integer, count(w.ahead_by)::integer, w.named_by,
    w.evidence, '*'::"char", w.lacks_actor, of_grain, max(w.ahead_by)
  FROM w GROUP BY w.at, w.source, w.table_schema, w.table_name, w.trigger, w.named_by, w.evidence, w.lacks_actor
  UNION ALL
  SELECT w.at, w.source, 0, 0, 0, w.job, count(*)::integer, 0, w.named_by, w.evidence, w.rule, false, of_grain, NULL
  FROM w WHERE w.job IS NOT NULL GROUP BY w.at, w.source, w.job, w.named_by, w.evidence, w.rule;
END $$;
COMMENT ON FUNCTION writes_of_events IS 'Minutes or hours, counted from what is stored.';

CREATE FUNCTION writes_of_finer(of_grain text, from_at timestamptz, until_at timestamptz) RETURNS SETOF write_rollups
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
BEGIN
  RETURN QUERY
  SELECT date_trunc(of_grain, w.at, 'UTC'), w.source, w.table_schema, w.table_name, w.trigger, w.job, sum(w.events)::integer,
    sum(w.ahead)::integer, w.named_by, w.evidence, w.rule, w.lacks_actor, of_grain, max(w.ahead_by)
  FROM write_rollups w
  WHERE w.grain = CASE of_grain WHEN 'day' THEN 'hour' ELSE 'minute' END AND w.at >= from_at AND w.at < until_at
  GROUP BY 1, w.source, w.table_schema, w.table_name, w.trigger, w.job, w.named_by, w.evidence, w.rule, w.lacks_actor;
END $$;
COMMENT ON FUNCTION writes_of_finer IS 'Hours made of minutes, or days of hours.';

CREATE FUNCTION make_write_rollups(of_grain text, from_at timestamptz, until_at timestamptz, of_events boolean) RETURNS void
  LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  DELETE FROM write_rollups w WHERE w.grain = of_grain AND w.at >= from_at AND w.at < until_at;
  WITH counted AS (
    SELECT * FROM writes_of_events(of_grain, from_at, until_at) WHERE of_events
    UNION ALL
    SELECT * FROM writes_of_finer(of_grain, from_at, until_at) WHERE NOT of_events),
  -- Ties are broken by the key: the same rows give the same lines.
  ranked AS (
    SELECT c.*, row_number() OVER (PARTITION BY c.at, c.job <> 0, c.trigger = -1 OR c.job = -1 ORDER BY c.events DESC, c.source, c.table_schema,
      c.table_name, c.trigger, c.job, c.named_by, c.evidence, c.rule, c.lacks_actor) <= 300 AS stays
    FROM counted c)
  INSERT INTO write_rollups (at, source, table_schema, table_name, trigger, job, named_by, evidence, rule, lacks_actor, grain,
    events, ahead, ahead_by)
  SELECT r.at, r.source, CASE WHEN r.stays OR r.job <> 0 THEN r.table_schema ELSE -1 END,
    CASE WHEN r.stays OR r.job <> 0 THEN r.table_name ELSE -1 END, CASE WHEN r.stays OR r.job <> 0 THEN r.trigger ELSE -1 END,
    CASE WHEN r.stays OR r.job = 0 THEN r.job ELSE -1 END, r.named_by, r.evidence, CASE WHEN r.stays THEN r.rule ELSE '*' END,
    r.stays AND r.lacks_actor, of_grain, sum(r.events), sum(r.ahead), max(r.ahead_by)
  FROM ranked r GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
END $$;
COMMENT ON FUNCTION make_write_rollups IS 'Makes the lines of all minutes, hours or days of a span anew.';

-- The first argument is what the table has lines of. Minutes are counted from events, all else is made of what is finer.
CREATE FUNCTION roll_writes_up() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
  first timestamptz;
  last timestamptz;
BEGIN
  SELECT min(c.at), max(c.at) INTO first, last FROM changed c;
  IF first IS NOT NULL THEN
    -- Days are of UTC, whatever the session's time zone.
    PERFORM make_write_rollups(TG_ARGV[0], first,
      last + CASE TG_ARGV[0] WHEN 'minute' THEN interval '1 minute' WHEN 'hour' THEN interval '1 hour' ELSE interval '24 hours' END,
      TG_ARGV[0] = 'minute');
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION remove_write_rollups() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  DELETE FROM write_rollups w WHERE w.grain = TG_ARGV[0] AND w.at = ANY (ARRAY (SELECT DISTINCT c.at FROM changed c));
  RETURN NULL;
END $$;

DO $$
DECLARE
  grain text;
BEGIN
  FOREACH grain IN ARRAY '{minute,hour,day}'::text[] LOOP
    EXECUTE format($f$
      CREATE TRIGGER %1$s_writes_made AFTER INSERT ON %1$s_rollups
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION roll_writes_up('%1$s');
      CREATE TRIGGER %1$s_writes_removed AFTER DELETE ON %1$s_rollups
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION remove_write_rollups('%1$s')$f$, grain);
  END LOOP;
END $$;

-- Any evidence counts now, by any rule, and who caused it.
CREATE OR REPLACE FUNCTION note_events_of_links() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO stale_minutes (minute)
    SELECT DISTINCT date_trunc('minute', x.arrived_at, 'UTC')
    FROM now_there n JOIN events x ON x.trace_id = n.trace_id AND x.ref = n.event_ref;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO stale_minutes (minute)
    SELECT DISTINCT date_trunc('minute', x.arrived_at, 'UTC')
    FROM was_there w JOIN events x ON x.trace_id = w.trace_id AND x.ref = w.event_ref;
  ELSE
    INSERT INTO stale_minutes (minute)
    SELECT DISTINCT date_trunc('minute', x.arrived_at, 'UTC')
    FROM now_there n JOIN was_there w ON w.trace_id = n.trace_id AND w.event_ref = n.event_ref
    JOIN events x ON x.trace_id = n.trace_id AND x.ref = n.event_ref
    WHERE (n.evidence, n.rule, n.cause_trace_id, n.cause_ref)
      IS DISTINCT FROM (w.evidence, w.rule, w.cause_trace_id, w.cause_ref);
  END IF;
  RETURN NULL;
END $$;

-- What was counted before is counted for writes too, latest first, by the cron: hours whose minutes are kept by the minute, so
-- that the hour can be made of them again. What is older than the events stays without.
UPDATE rolled_hours SET has_writes = false;

CREATE FUNCTION count_earlier_writes(at timestamptz) RETURNS text LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  began constant timestamptz := clock_timestamp();
  counted integer := 0;
  earliest timestamptz;
  by_minute_from timestamptz;
  h timestamptz;
  -- Of those that were counted: to find none empties h.
  oldest timestamptz;
  d timestamptz;
BEGIN
  -- A day to spare, as where minutes are rolled up.
  SELECT count_earlier_writes.at - (min(r.keep) FILTER (WHERE r.what = 'events') - interval '1 day'),
    -- Whole hours: one that is made anew from its minutes must have all of them, and they are there for a day more.
    date_trunc('hour', count_earlier_writes.at
      - (min(r.keep) FILTER (WHERE r.what IN ('events', 'minutes')) - interval '1 day'), 'UTC')
  INTO earliest, by_minute_from FROM retention r;
  -- A second at a time, since whoever would roll up one of these hours waits.
  WHILE clock_timestamp() - began < interval '1 second' LOOP
    SELECT r.hour INTO h FROM rolled_hours r WHERE NOT r.has_writes AND r.hour >= earliest
    ORDER BY r.hour DESC LIMIT 1 FOR UPDATE SKIP LOCKED;
    EXIT WHEN NOT FOUND;
    oldest := h;
    UPDATE rolled_hours r SET has_writes = true WHERE r.hour = h;
    IF h >= by_minute_from THEN
      PERFORM make_write_rollups('minute', h, h + interval '1 hour', true);
    END IF;
    PERFORM make_write_rollups('hour', h, h + interval '1 hour', h < by_minute_from);
    -- As src/store/stale-days.ts notes it.
    d := date_trunc('day', h, 'UTC');
    PERFORM FROM stale_days s WHERE s.day = d FOR KEY SHARE;
    IF NOT FOUND THEN
      INSERT INTO stale_days AS s (day) VALUES (d) ON CONFLICT (day) DO UPDATE SET day = excluded.day;
    END IF;
    counted := counted + 1;
  END LOOP;
  IF counted > 0 THEN RETURN format('counted the writes of %s hours back to %s', counted, oldest); END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION count_earlier_writes IS 'Counts the writes of some hours that were rolled up before there were rollups of writes, and says which.';

CREATE OR REPLACE FUNCTION maintain_store() RETURNS text LANGUAGE sql SECURITY DEFINER
  SET search_path = public, pg_temp
  SET lock_timeout = '500ms'
AS $$ SELECT coalesce(maintain_store_at(now()), remove_rollups_before(now()), count_earlier_writes(now())) $$;

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

COMMENT ON INDEX events_written IS 'The events of a span of time, to compare them with an event log.';

REVOKE ALL ON FUNCTION count_earlier_writes FROM PUBLIC;
SELECT grant_rights();
