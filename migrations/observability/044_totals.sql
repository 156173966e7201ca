-- What happened in a minute, an hour or a day in all, whatever it was of: one line of each source instead of up to 300, for
-- what is told by time alone (docs/decisions/050). Postgres keeps them, not the Worker: whatever changes lines, of whatever
-- version, makes the totals of their time anew in the same statement.

-- Whoever makes an hour holds its row first of all: without this he and a migration could wait for each other.
LOCK TABLE rolled_hours IN ACCESS EXCLUSIVE MODE;

CREATE TABLE rollup_totals (
  grain text COLLATE "C" NOT NULL CHECK (grain IN ('minute', 'hour', 'day')),
  at timestamptz NOT NULL,
  source integer NOT NULL,
  events integer NOT NULL,
  cascades integer NOT NULL,
  writes integer NOT NULL,
  covered integer NOT NULL,
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
  PRIMARY KEY (grain, at, source)
);
COMMENT ON TABLE rollup_totals IS 'The sums of minute_rollups, hour_rollups and day_rollups for each source: made anew whenever lines of their time are added or removed, and gone with the last of them.';
COMMENT ON COLUMN rollup_totals.grain IS 'Of what they are the sums: minute, hour or day.';
COMMENT ON INDEX rollup_totals_pkey IS 'The totals of a span of time.';

-- A function for each of the three, so that its statements are planned once for a connection. Lines are looked up by an array
-- of times, and so are totals: of a join, as many times are expected as there are lines, and all were read to find those of one. What is written while this
-- runs waits for it, so that the totals of what has been counted so far are complete.
DO $$
DECLARE
  grain text;
  make_totals constant text := $f$
    WITH line AS MATERIALIZED (SELECT l.* FROM %1$s_rollups l WHERE l.at = ANY (ARRAY (%2$s))),
    counted AS (
      SELECT at, source, sum(events) AS events, sum(cascades) AS cascades, sum(writes) AS writes, sum(covered) AS covered,
        sum(deliveries) AS deliveries, sum(delivered_first) AS delivered_first, sum(attempts) AS attempts,
        sum(delivered) AS delivered, sum(failed) AS failed, sum(unreachable) AS unreachable,
        sum(timed_out) AS timed_out, sum(cancelled) AS cancelled, sum(answered_429) AS answered_429, sum(dead) AS dead
      FROM line GROUP BY at, source),
    histogram AS (
      SELECT at, source, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(n ORDER BY bucket) AS counts
      FROM (
        SELECT at, source, bucket, sum(n)::integer AS n
        FROM (SELECT at, source, unnest(latency_buckets) AS bucket, unnest(latency_counts) AS n FROM line) e
        GROUP BY at, source, bucket) b
      GROUP BY at, source)
    INSERT INTO rollup_totals (grain, at, source, events, cascades, writes, covered, deliveries, delivered_first, attempts, delivered, failed, unreachable,
      timed_out, cancelled, answered_429, dead,
      latency_buckets, latency_counts)
    SELECT '%1$s', c.at, c.source, events, cascades, writes, covered, deliveries, delivered_first, attempts, delivered, failed, unreachable,
      timed_out, cancelled, answered_429, dead,
      coalesce(h.buckets, '{}'), coalesce(h.counts, '{}')
    FROM counted c LEFT JOIN histogram h ON h.at = c.at AND h.source = c.source$f$;
BEGIN
  FOREACH grain IN ARRAY '{minute,hour,day}'::text[] LOOP
    EXECUTE format($f$
      CREATE FUNCTION total_%1$s_rollups() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $b$
      BEGIN
        DELETE FROM rollup_totals t WHERE t.grain = '%1$s' AND t.at = ANY (ARRAY (SELECT DISTINCT c.at FROM changed c));
        %2$s;
        RETURN NULL;
      END $b$;
      CREATE TRIGGER %1$s_rollups_inserted AFTER INSERT ON %1$s_rollups
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION total_%1$s_rollups();
      CREATE TRIGGER %1$s_rollups_deleted AFTER DELETE ON %1$s_rollups
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION total_%1$s_rollups()$f$,
      grain, format(make_totals, grain, 'SELECT DISTINCT at FROM changed'));
    EXECUTE format(make_totals, grain, format('SELECT DISTINCT at FROM %s_rollups', grain));
  END LOOP;
END $$;

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
    GRANT SELECT, INSERT, DELETE ON stale_minutes, minute_rollups, hour_rollups, day_rollups, rollup_totals, minute_peaks,
      hour_peaks, day_peaks TO throughline_writer;
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
