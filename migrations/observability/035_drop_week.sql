-- Dropping a week failed: in ON CONFLICT (what, …) the name can only be the column, and Postgres took it for the
-- function's parameter as well.

CREATE OR REPLACE FUNCTION drop_week(what text, starts_on date, at timestamptz) RETURNS void LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
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
