-- One hour whose writes cannot be counted before a statement's time is over must not keep all hours before it from being
-- counted (docs/decisions/051): it is noted, and tried again once a day.

ALTER TABLE rolled_hours ADD COLUMN writes_tried_at timestamptz;
COMMENT ON COLUMN rolled_hours.writes_tried_at IS 'When counting its writes was given up, since it took too long; null: it never was. Says nothing where has_writes.';

CREATE OR REPLACE FUNCTION count_earlier_writes(at timestamptz) RETURNS text LANGUAGE plpgsql
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
  done text;
BEGIN
  -- A day to spare, as where minutes are rolled up.
  SELECT count_earlier_writes.at - (min(r.keep) FILTER (WHERE r.what = 'events') - interval '1 day'),
    -- Whole hours: one that is made anew from its minutes must have all of them, and they are there for a day more.
    date_trunc('hour', count_earlier_writes.at
      - (min(r.keep) FILTER (WHERE r.what IN ('events', 'minutes')) - interval '1 day'), 'UTC')
  INTO earliest, by_minute_from FROM retention r;
  -- A second at a time, since whoever would roll up one of these hours waits.
  WHILE clock_timestamp() - began < interval '1 second' LOOP
    SELECT r.hour INTO h FROM rolled_hours r
    WHERE NOT r.has_writes AND r.hour >= earliest
      AND (r.writes_tried_at IS NULL OR r.writes_tried_at < count_earlier_writes.at - interval '1 day')
    ORDER BY r.writes_tried_at IS NOT NULL, r.hour DESC LIMIT 1 FOR UPDATE SKIP LOCKED;
    EXIT WHEN NOT FOUND;
    BEGIN
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
    EXCEPTION WHEN query_canceled THEN
      -- The time of the whole statement is over. What comes from here on is little, and nothing stops it any more.
      UPDATE rolled_hours r SET writes_tried_at = count_earlier_writes.at WHERE r.hour = h;
      done := format('could not count the writes of the hour of %s in time, and tries again in a day', h);
      IF counted > 0 THEN
        done := format('counted the writes of %s hours back to %s; ', counted, oldest) || done;
      END IF;
      RETURN done;
    END;
    oldest := h;
    counted := counted + 1;
  END LOOP;
  IF counted > 0 THEN RETURN format('counted the writes of %s hours back to %s', counted, oldest); END IF;
  RETURN NULL;
END $$;
