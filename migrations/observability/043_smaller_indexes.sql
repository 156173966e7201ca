-- Smaller indexes of what is stored most (docs/decisions/049). Which rows there are stays as it is.

-- An attempt's own id took half of its key. Whoever stores an attempt or an arrival holds its event's row, or the webhook's
-- place, to the end of the transaction, so that of two who bring the same one the second sees the first's: they are
-- stored once by what is there (src/store/insert.ts), and the index only has to find those of a delivery or an event.
ALTER TABLE attempts DROP CONSTRAINT attempts_pkey;
CREATE INDEX attempts_delivery ON attempts (trace_id, delivery_ref);
COMMENT ON INDEX attempts_delivery IS 'The attempts of a delivery, for its state, its details and the evidence of links; and one of them, to store it once.';

ALTER TABLE arrivals DROP CONSTRAINT arrivals_pkey;
CREATE INDEX arrivals_event ON arrivals (trace_id, event_ref);
COMMENT ON INDEX arrivals_event IS 'The number of an event''s arrivals, and the last one''s retries; and one of them, to store it once.';

-- All of a job's deliveries within some 17 minutes (2^20 ms) have one key, which is stored once for all of them.
DROP INDEX deliveries_job;
CREATE INDEX deliveries_job ON deliveries (job, (left(trace_id::text, 7) COLLATE "C"));
COMMENT ON INDEX deliveries_job IS 'A job''s deliveries from some time on, when the job turns out to write IDs: by the first 28 bits of the time in the trace id.';

-- What waits to be sorted in is read through by every search, and its pages stay with the index: 4 MB each week otherwise.
DROP INDEX traces_about;
CREATE INDEX traces_about ON traces USING gin (about) WITH (gin_pending_list_limit = 256) WHERE joined_to IS NULL;
COMMENT ON INDEX traces_about IS 'The cascades in which a trigger, table, job, actor, source or target occurs, alone and together, where these are rare; where they are not, the list itself is walked.';

-- Room beside each attempt was for its end to be told. But an index knows which attempts took long (attempts_long), so that
-- Postgres never updates one in place, and the room stayed empty.
CREATE OR REPLACE FUNCTION make_week(what text, starts_on date) RETURNS void LANGUAGE plpgsql
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
    END IF;
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *)
      INSERT INTO %I SELECT * FROM moved', parent || '_default', key, from_id, key, until_id, child);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, from_id, until_id);
  END LOOP;
  INSERT INTO weeks VALUES (make_week.what, make_week.starts_on);
END $$;

DO $$
DECLARE
  week date;
BEGIN
  FOR week IN SELECT starts_on FROM weeks WHERE what = 'events' LOOP
    EXECUTE format('ALTER TABLE %I RESET (fillfactor)', 'attempts_' || to_char(week, 'YYYYMMDD'));
  END LOOP;
END $$;
