-- Indexes with fewer and shorter entries, and errors that say no more than the status (docs/decisions/054).
-- Dropping takes a moment; making these anew reads each table once and holds its writers up meanwhile: consumers wait, and so do
-- readers until all is done, since all migrations of a run are one transaction.

-- A list of all traces is put together from the roots and from those that are joined, which are few.
DROP INDEX traces_newest;
CREATE INDEX traces_newest_joined ON traces (started_at DESC, id DESC) WHERE joined_to IS NOT NULL;
COMMENT ON INDEX traces_newest_joined IS 'The list of traces that are joined to another, newest first: with traces_newest_roots the list of all.';

-- A trace is stored before it is known what it is about. And what waits to be sorted in is read through by every search.
DROP INDEX traces_about;
CREATE INDEX traces_about ON traces USING gin (about) WITH (gin_pending_list_limit = 64)
  WHERE joined_to IS NULL AND about IS NOT NULL;
COMMENT ON INDEX traces_about IS 'The cascades in which a trigger, table, job, actor, source or target occurs, alone and together, where these are rare; where they are not, the list itself is walked.';

-- Two sources hardly write in the same microsecond, and a hop leaves room in its number for how it is named.
DROP INDEX events_transaction_named;
CREATE INDEX events_transaction_named ON events (written_raw,
    ((named_hop + CASE WHEN session_correlation IS NULL THEN 1099511627776 ELSE 0 END)))
  WHERE op IS NOT NULL AND named_hop IS NOT NULL AND NOT starts_trace;
COMMENT ON INDEX events_transaction_named IS 'The hops that the rows of a transaction name, those by session before those by value: the first, the last, and those beside one.';
DROP INDEX events_transaction_unnamed;
CREATE INDEX events_transaction_unnamed ON events (written_raw, row_ref)
  WHERE op IN ('I', 'U', 'D') AND (named_hop IS NULL OR starts_trace);
COMMENT ON INDEX events_transaction_unnamed IS 'The rows that a transaction wrote without naming a cause.';

-- What a delivery caused for certain are events that name its hop (events_named).
DROP INDEX links_cause;
CREATE INDEX links_cause ON links (cause_ref) WHERE evidence = 'w';
COMMENT ON INDEX links_cause IS 'What a delivery caused by weak links, to look along paths again when an event in their middle is recorded late.';

COMMENT ON COLUMN attempts.error IS 'Null where none is known, and of a failed attempt where it says no more than the status: "The destination answered 500."';
CREATE OR REPLACE VIEW readable_attempts AS
SELECT a.id, encode(coalesce(d.id, sha256(convert_to((select n.text from names n where n.id = d.source), 'UTF8') || '\x00'::bytea
    || convert_to(coalesce(e.uuid_id::text, e.text_id), 'UTF8') || '\x00'::bytea
    || convert_to((select n.text from names n where n.id = d.target), 'UTF8'))), 'hex') AS delivery_id, a.trace_id,
  (select n.text from names n where n.id = a.destination) AS destination, a.started_at, a.ended_at, a.status,
  case a.outcome when 'r' then 'running' when 'd' then 'delivered' when 'f' then 'failed' when 'u' then 'unreachable' when 't' then 'timed_out' when 'c' then 'cancelled' end AS outcome,
  coalesce(a.error, case when a.outcome = 'f' then 'The destination answered ' || a.status || '.' end) AS error, a.answer, a.degraded, a.works_in_background, a.skipped
FROM attempts a
JOIN deliveries d ON (d.trace_id = a.trace_id and (d.ref >> 24) = (a.delivery_ref >> 24) and d.ref = a.delivery_ref)
JOIN events e ON e.trace_id = d.trace_id AND e.ref = d.event_ref;
COMMENT ON VIEW readable_attempts IS 'Attempts in words.';
