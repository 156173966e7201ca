-- A further arrival is kept with the attempt that it brought, and no longer in a row of its own with an entry in an index
-- (docs/decisions/054). What is in arrivals stays there. Nothing is rewritten: the tables are locked for a moment.

ALTER TABLE attempts
  ADD COLUMN arrival_id uuid,
  ADD COLUMN arrived_before integer,
  ADD COLUMN current_retry smallint,
  ADD COLUMN max_retries smallint;
COMMENT ON COLUMN attempts.arrival_id IS 'A further arrival of the event, which brought this attempt and is kept nowhere else. Null: the attempt was brought by one that is with the event, with another attempt or in arrivals.';
COMMENT ON COLUMN attempts.arrived_before IS 'How long before started_at that arrival came: microseconds.';
COMMENT ON COLUMN attempts.current_retry IS 'Of that arrival; so max_retries.';
COMMENT ON TABLE arrivals IS 'Further requests that brought an event, where none of its attempts has room for them: all others are with attempts, and the first is with the event.';

CREATE OR REPLACE VIEW readable_arrivals AS
SELECT a.id, (select n.text from names n where n.id = e.source) AS source, coalesce(e.uuid_id::text, e.text_id) AS event_id, e.trace_id, a.at, a.current_retry, a.max_retries
FROM events e CROSS JOIN LATERAL (
  SELECT e.arrival_id AS id, coalesce(e.arrival_at, e.arrived_at) AS at, e.current_retry, e.max_retries
  UNION
  SELECT x.id, x.at, x.current_retry, x.max_retries FROM arrivals x
  WHERE x.trace_id = e.trace_id AND x.event_ref = e.ref
  UNION
  SELECT x.arrival_id, x.started_at - x.arrived_before * interval '1 microsecond', x.current_retry, x.max_retries
  FROM deliveries d JOIN attempts x ON x.trace_id = d.trace_id AND x.delivery_ref = d.ref
  WHERE d.trace_id = e.trace_id AND d.event_ref = e.ref AND x.arrival_id IS NOT NULL) a;
COMMENT ON VIEW readable_arrivals IS 'One row for each request that brought an event: a redelivery is another arrival.';
