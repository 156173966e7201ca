-- What weak links are judged from, and the cascades that they join traces into.

-- One row of an application's table, as one value: which deliveries are about it, which events wrote it.
ALTER TABLE events ADD COLUMN row_id uuid GENERATED ALWAYS AS (
  md5(source || E'\x1f' || table_schema || E'\x1f' || table_name || E'\x1f' || row_key)::uuid) STORED;
COMMENT ON COLUMN events.row_id IS 'The row that was written: equal for all events of one row. Null where the payload has no id.';

ALTER TABLE attempts ADD COLUMN row_id uuid;
COMMENT ON COLUMN attempts.row_id IS 'The row that the delivery is about: its event''s.';
UPDATE attempts a SET row_id = e.row_id
FROM deliveries d JOIN events e ON e.source = d.source AND e.id = d.event_id
WHERE d.id = a.delivery_id;

CREATE INDEX attempts_row ON attempts (row_id, started_at) WHERE row_id IS NOT NULL;
COMMENT ON INDEX attempts_row IS 'The deliveries about a row that were under way when it was written.';

CREATE INDEX events_row ON events (row_id, created_at)
  WHERE op IN ('INSERT', 'UPDATE', 'DELETE') AND (named_hop_id IS NULL OR starts_trace) AND row_id IS NOT NULL;
COMMENT ON INDEX events_row IS 'The writes of a row that name no cause, to judge again when an attempt about the row is recorded.';

CREATE INDEX events_transaction_rows ON events (source, created_at_raw, row_id)
  WHERE op IN ('INSERT', 'UPDATE', 'DELETE') AND (named_hop_id IS NULL OR starts_trace);
COMMENT ON INDEX events_transaction_rows IS 'The other rows that a transaction wrote without naming a cause.';

CREATE INDEX events_transaction_named ON events
  (source, created_at_raw, named_hop_id, (session_correlation_id IS NULL), id)
  WHERE op IS NOT NULL AND named_hop_id IS NOT NULL AND NOT starts_trace;
COMMENT ON INDEX events_transaction_named IS 'The first and the last hop that a transaction names, with an event that names it, by session if any does.';

CREATE INDEX events_trace_beginnings ON events (trace_id, created_at)
  WHERE named_hop_id IS NULL OR starts_trace;
COMMENT ON INDEX events_trace_beginnings IS 'The events that can begin a trace: whose weak links join it to another.';

-- A job that writes its correlation IDs says itself what it has written.
CREATE TABLE jobs (
  source text NOT NULL,
  name text NOT NULL,
  writes_ids_since timestamptz,
  judged_since timestamptz,
  PRIMARY KEY (source, name)
);
COMMENT ON TABLE jobs IS 'One row for each job that a source''s events have been delivered to.';
COMMENT ON COLUMN jobs.writes_ids_since IS 'When the earliest event was written whose delivery to this job was named by a later write; null while none was.';
COMMENT ON COLUMN jobs.judged_since IS 'The writes_ids_since that links have been judged by: differs while the consumer that noted it has not judged again.';
INSERT INTO jobs (source, name, writes_ids_since)
SELECT d.source, d.job, min(p.created_at) FILTER (WHERE EXISTS (
  SELECT FROM events e WHERE e.named_hop_id = d.hop_id AND NOT e.starts_trace))
FROM deliveries d JOIN events p ON p.source = d.source AND p.id = d.event_id
GROUP BY d.source, d.job;
UPDATE jobs SET judged_since = writes_ids_since;

CREATE INDEX deliveries_job ON deliveries (source, job, hop_id);
COMMENT ON INDEX deliveries_job IS 'A job''s deliveries from some time on (a hop''s id begins with its trace''s time), when the job turns out to write IDs.';

CREATE INDEX links_cause_trace ON links (cause_trace_id) WHERE evidence = 'weak';
COMMENT ON INDEX links_cause_trace IS 'The weak links that may join other traces to this one.';

ALTER TABLE traces ADD COLUMN joined_to uuid CHECK (joined_to <> id);
COMMENT ON COLUMN traces.joined_to IS 'The earlier trace that a weak link makes this one a part of; null for the root of a cascade.';
CREATE INDEX traces_joined_to ON traces (joined_to) WHERE joined_to IS NOT NULL;
COMMENT ON INDEX traces_joined_to IS 'The traces of a cascade, from its root down.';
CREATE INDEX traces_newest_roots ON traces (started_at DESC, id DESC) WHERE joined_to IS NULL;
COMMENT ON INDEX traces_newest_roots IS 'The list of cascades, newest first, page by page.';

CREATE INDEX traces_root ON traces (root_source, root_event_id);
COMMENT ON INDEX traces_root IS 'The trace that a webhook had begun before an earlier arrival of it placed it in another.';
