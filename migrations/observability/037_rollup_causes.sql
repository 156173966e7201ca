-- What the overview says of cascades and of coverage, counted by the minute too: which events are the root of a cascade, and
-- of how many writes the cause is known. Both change after the event is stored, when links are judged and traces joined.

ALTER TABLE minute_rollups ADD COLUMN cascades integer NOT NULL DEFAULT 0, ADD COLUMN writes integer NOT NULL DEFAULT 0,
  ADD COLUMN covered integer NOT NULL DEFAULT 0;
ALTER TABLE hour_rollups ADD COLUMN cascades integer NOT NULL DEFAULT 0, ADD COLUMN writes integer NOT NULL DEFAULT 0,
  ADD COLUMN covered integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN minute_rollups.cascades IS 'Of the events, those that a cascade begins with.';
COMMENT ON COLUMN minute_rollups.writes IS 'Of the events, those that tell a write.';
COMMENT ON COLUMN minute_rollups.covered IS 'Of the writes, those whose cause is known: a person, a declared system action, or a certain link.';

-- Whoever judges an event holds its row, so that it moves to no other minute meanwhile.
CREATE FUNCTION note_events_of_links() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO stale_minutes (minute)
    SELECT DISTINCT date_trunc('minute', x.arrived_at, 'UTC')
    FROM now_there n JOIN events x ON x.trace_id = n.trace_id AND x.ref = n.event_ref WHERE n.evidence = 'c';
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO stale_minutes (minute)
    SELECT DISTINCT date_trunc('minute', x.arrived_at, 'UTC')
    FROM was_there w JOIN events x ON x.trace_id = w.trace_id AND x.ref = w.event_ref WHERE w.evidence = 'c';
  ELSE
    INSERT INTO stale_minutes (minute)
    SELECT DISTINCT date_trunc('minute', x.arrived_at, 'UTC')
    FROM now_there n JOIN was_there w ON w.trace_id = n.trace_id AND w.event_ref = n.event_ref
    JOIN events x ON x.trace_id = n.trace_id AND x.ref = n.event_ref
    WHERE (n.evidence = 'c') <> (w.evidence = 'c');
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER links_inserted AFTER INSERT ON links
  REFERENCING NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION note_events_of_links();
CREATE TRIGGER links_updated AFTER UPDATE ON links
  REFERENCING OLD TABLE AS was_there NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION note_events_of_links();
CREATE TRIGGER links_deleted AFTER DELETE ON links
  REFERENCING OLD TABLE AS was_there FOR EACH STATEMENT EXECUTE FUNCTION note_events_of_links();

-- A trace that is new begins with an event that is new, and noted. What it begins with, and whether it is joined to another
-- one, can change. Whoever stores an event again holds its trace's row to the end as well, and so does whoever joins the
-- trace: one waits for the other.
CREATE FUNCTION note_roots() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO stale_minutes (minute)
  SELECT DISTINCT date_trunc('minute', x.arrived_at, 'UTC')
  FROM now_there n JOIN was_there w ON w.id = n.id
  JOIN events x ON x.trace_id = n.id AND x.ref IN (n.root_ref, w.root_ref)
  WHERE (n.root_ref, n.joined_to IS NULL) IS DISTINCT FROM (w.root_ref, w.joined_to IS NULL);
  RETURN NULL;
END $$;

CREATE TRIGGER traces_updated AFTER UPDATE ON traces
  REFERENCING OLD TABLE AS was_there NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION note_roots();

-- What has been counted without them is counted anew.
INSERT INTO stale_minutes (minute) SELECT minute FROM rolled_minutes;
