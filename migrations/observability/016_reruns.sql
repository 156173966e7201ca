-- A delivery that arrived can be made again: another delivery of the same event, linked to the first.

ALTER TABLE deliveries ADD COLUMN rerun_of bytea CHECK (octet_length(rerun_of) = 32);
COMMENT ON COLUMN deliveries.rerun_of IS 'The delivery that this one makes again; null for a first one.';
COMMENT ON TABLE deliveries IS 'One event to one target (a hop of its trace). The id is SHA-256 of source, event id and target; a rerun''s own id is hashed with them.';
CREATE INDEX deliveries_rerun_of ON deliveries (rerun_of) WHERE rerun_of IS NOT NULL;
COMMENT ON INDEX deliveries_rerun_of IS 'The reruns of a delivery.';

CREATE TABLE reruns (
  delivery_id bytea PRIMARY KEY CHECK (octet_length(delivery_id) = 32),
  rerun_of bytea NOT NULL CHECK (octet_length(rerun_of) = 32),
  at timestamptz NOT NULL,
  who text NOT NULL,
  on_behalf_of text,
  body text NOT NULL CHECK (body IN ('as_sent', 'rebuilt'))
);
COMMENT ON TABLE reruns IS 'Who asked for which rerun: the audit. What came of it is in attempts.';
