-- Partitions of a week, made ahead and dropped by retention: step by step by maintain_store(), which a cron calls.
-- What lies in no week that there is (an id of a clock that is wrong, an event older than what is kept) goes into the
-- default partitions, is moved when its week is made, and is removed row by row by the time of its last arrival.

CREATE TABLE retention (
  what text PRIMARY KEY CHECK (what IN ('events', 'payloads')),
  keep interval NOT NULL CHECK (keep >= interval '3 days')
);
COMMENT ON TABLE retention IS 'For how long what happened is kept. Change it with UPDATE, as the owner.';
COMMENT ON INDEX retention_pkey IS 'How long something is kept; whoever maintains the partitions holds its row.';
INSERT INTO retention VALUES ('events', '90 days'), ('payloads', '14 days');

CREATE TABLE weeks (
  what text NOT NULL CHECK (what IN ('events', 'payloads')),
  starts_on date NOT NULL,
  PRIMARY KEY (what, starts_on)
);
COMMENT ON TABLE weeks IS 'The weeks that there are partitions for: from a Monday on, in UTC.';
COMMENT ON INDEX weeks_pkey IS 'The oldest week, and whether one has been made.';

CREATE TABLE removals (
  what text NOT NULL CHECK (what IN ('events', 'payloads')),
  from_id uuid NOT NULL,
  until_id uuid NOT NULL,
  removed_at timestamptz NOT NULL,
  PRIMARY KEY (what, from_id)
);
COMMENT ON TABLE removals IS 'Which weeks have been dropped, and when: by trace ids, the end exclusive.';
COMMENT ON INDEX removals_pkey IS 'When the payload of an event was removed.';

CREATE FUNCTION first_id(at timestamptz) RETURNS uuid LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
AS $$
  SELECT (left(h, 8) || '-' || substr(h, 9) || '-0000-0000-000000000000')::uuid
  FROM lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') h
$$;
COMMENT ON FUNCTION first_id IS 'The lowest uuid of a time: trace ids begin with 48 bits of it, ms since 1970.';

CREATE FUNCTION tables_of(what text) RETURNS text[] LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE what WHEN 'payloads' THEN '{payloads}'::text[]
    ELSE '{events,arrivals,deliveries,attempts,links,traces}' END
$$;
COMMENT ON FUNCTION tables_of IS 'The tables that are split and dropped together.';

-- Made apart and attached: attaching waits for nobody who reads or writes the other partitions.
CREATE FUNCTION make_week(what text, starts_on date) RETURNS void LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  parent text;
  child text;
  key text;
  from_id uuid := first_id(make_week.starts_on::timestamp AT TIME ZONE 'UTC');
  until_id uuid := first_id((make_week.starts_on + 7)::timestamp AT TIME ZONE 'UTC');
BEGIN
  FOREACH parent IN ARRAY tables_of(make_week.what) LOOP
    child := parent || '_' || to_char(make_week.starts_on, 'YYYYMMDD');
    key := CASE parent WHEN 'traces' THEN 'id' ELSE 'trace_id' END;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', child, parent);
    IF parent = 'payloads' THEN
      EXECUTE format('ALTER TABLE %I SET (toast_tuple_target = 256)', child);
    ELSIF parent = 'attempts' THEN
      -- An attempt is told when it begins and when it ends: its row finds room beside itself.
      EXECUTE format('ALTER TABLE %I SET (fillfactor = 90)', child);
    END IF;
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *)
      INSERT INTO %I SELECT * FROM moved', parent || '_default', key, from_id, key, until_id, child);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, from_id, until_id);
  END LOOP;
  INSERT INTO weeks VALUES (make_week.what, make_week.starts_on);
END $$;
COMMENT ON FUNCTION make_week IS 'Makes the partitions of one week, and moves what lies in the default partitions there.';

CREATE FUNCTION drop_week(what text, starts_on date, at timestamptz) RETURNS void LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  parent text;
BEGIN
  -- All locks first, each for a moment or not at all: nobody waits behind a table that is half dropped.
  FOREACH parent IN ARRAY tables_of(drop_week.what) LOOP
    EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', parent);
  END LOOP;
  FOREACH parent IN ARRAY tables_of(drop_week.what) LOOP
    EXECUTE format('DROP TABLE %I', parent || '_' || to_char(drop_week.starts_on, 'YYYYMMDD'));
  END LOOP;
  DELETE FROM weeks w WHERE w.what = drop_week.what AND w.starts_on = drop_week.starts_on;
  INSERT INTO removals VALUES (drop_week.what, first_id(drop_week.starts_on::timestamp AT TIME ZONE 'UTC'),
    first_id((drop_week.starts_on + 7)::timestamp AT TIME ZONE 'UTC'), drop_week.at)
  ON CONFLICT (what, from_id) DO UPDATE SET removed_at = excluded.removed_at;
END $$;
COMMENT ON FUNCTION drop_week IS 'Drops the partitions of one week.';

CREATE FUNCTION maintain_store_at(at timestamptz) RETURNS text LANGUAGE plpgsql
  SET search_path = public, pg_temp
  SET lock_timeout = '500ms'
AS $$
DECLARE
  keep_events interval;
  keep_payloads interval;
  monday date := date_trunc('week', maintain_store_at.at AT TIME ZONE 'UTC')::date;
  week record;
  gone uuid[];
  removed bigint;
BEGIN
  -- Whoever holds these rows is at it: another cron has nothing to do.
  SELECT r.keep INTO keep_events FROM retention r WHERE r.what = 'events' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT r.keep INTO keep_payloads FROM retention r WHERE r.what = 'payloads' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN NULL; END IF;

  SELECT k.what, d.starts_on INTO week
  FROM (VALUES ('events'), ('payloads')) k (what),
    (SELECT monday + 7 * n AS starts_on FROM generate_series(-1, 4) n) d
  WHERE NOT EXISTS (SELECT FROM weeks w WHERE w.what = k.what AND w.starts_on = d.starts_on)
    -- A week that has been dropped, since little is kept, is not made again.
    AND NOT EXISTS (SELECT FROM removals x WHERE x.what = k.what
      AND x.from_id = first_id(d.starts_on::timestamp AT TIME ZONE 'UTC'))
  ORDER BY d.starts_on, k.what LIMIT 1;
  IF FOUND THEN
    PERFORM make_week(week.what, week.starts_on);
    RETURN format('made the week of %s for %s', week.starts_on, week.what);
  END IF;

  SELECT w.what, w.starts_on INTO week FROM weeks w
  WHERE (w.starts_on + 7)::timestamp AT TIME ZONE 'UTC'
    < maintain_store_at.at - CASE w.what WHEN 'events' THEN keep_events ELSE least(keep_payloads, keep_events) END
  ORDER BY w.starts_on, w.what DESC LIMIT 1;
  IF FOUND THEN
    PERFORM drop_week(week.what, week.starts_on, maintain_store_at.at);
    RETURN format('dropped the week of %s of %s', week.starts_on, week.what);
  END IF;

  SELECT array_agg(o.trace_id) INTO gone FROM (
    SELECT e.trace_id FROM events_default e GROUP BY e.trace_id
    HAVING max(e.arrived_at) < maintain_store_at.at - keep_events LIMIT 5000) o;
  IF gone IS NOT NULL THEN
    DELETE FROM arrivals_default WHERE trace_id = ANY (gone);
    DELETE FROM attempts_default WHERE trace_id = ANY (gone);
    DELETE FROM deliveries_default WHERE trace_id = ANY (gone);
    DELETE FROM links_default WHERE trace_id = ANY (gone);
    DELETE FROM payloads_default WHERE trace_id = ANY (gone);
    DELETE FROM traces_default WHERE id = ANY (gone);
    DELETE FROM events_default WHERE trace_id = ANY (gone);
    RETURN format('removed %s traces of no week', cardinality(gone));
  END IF;

  -- Payloads lie apart from their events where only one of the two has the week.
  WITH old AS (
    SELECT p.trace_id, p.event_ref FROM payloads_default p
    LEFT JOIN events e ON e.trace_id = p.trace_id AND e.ref = p.event_ref
    WHERE p.removed_at IS NULL AND coalesce(e.arrived_at, '-infinity') < maintain_store_at.at - keep_payloads
    LIMIT 5000),
  emptied AS (
    UPDATE payloads_default p SET is_delta = false, changed = NULL, old_row = NULL, new_row = NULL,
      session_variables = NULL, context_text = NULL, removed_at = maintain_store_at.at
    FROM old o WHERE o.trace_id = p.trace_id AND o.event_ref = p.event_ref RETURNING 1)
  SELECT count(*) INTO removed FROM emptied;
  IF removed > 0 THEN RETURN format('emptied %s payloads of no week', removed); END IF;

  RETURN remove_rows_before(maintain_store_at.at - keep_events);
END $$;
COMMENT ON FUNCTION maintain_store_at IS 'Does the next step of what is due at a time, and says what it was; null: nothing is due, or somebody else is at it.';

CREATE FUNCTION remove_rows_before(before timestamptz) RETURNS text LANGUAGE plpgsql
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
    ('names', 'used_on < $1::date - 60 AND NOT EXISTS (SELECT FROM jobs j WHERE names.id IN (j.source, j.name))')
  ) s (name, condition) LOOP
    EXECUTE format('DELETE FROM %I WHERE ctid = ANY (ARRAY (SELECT ctid FROM %I WHERE %s LIMIT 10000))',
      step.name, step.name, step.condition) USING before;
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed > 0 THEN RETURN format('removed %s rows of %s', removed, step.name); END IF;
  END LOOP;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION remove_rows_before IS 'Removes some rows of the tables that are not partitioned, and says which.';

CREATE FUNCTION maintain_store() RETURNS text LANGUAGE sql SECURITY DEFINER
  SET search_path = public, pg_temp
  SET lock_timeout = '500ms'
AS $$ SELECT maintain_store_at(now()) $$;
COMMENT ON FUNCTION maintain_store IS 'Does the next step of what is due now: for the Worker''s cron, with the rights of the owner.';

REVOKE ALL ON FUNCTION make_week, drop_week, maintain_store_at, remove_rows_before, maintain_store FROM PUBLIC;

CREATE TABLE events_default PARTITION OF events DEFAULT;
CREATE TABLE payloads_default PARTITION OF payloads DEFAULT;
CREATE TABLE arrivals_default PARTITION OF arrivals DEFAULT;
CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT;
CREATE TABLE attempts_default PARTITION OF attempts DEFAULT;
CREATE TABLE links_default PARTITION OF links DEFAULT;
CREATE TABLE traces_default PARTITION OF traces DEFAULT;

-- Last week and the next four, so that there is room before the first cron.
DO $$
BEGIN
  FOR n IN 1 .. 100 LOOP
    EXIT WHEN maintain_store_at(now()) IS NULL;
  END LOOP;
END $$;
