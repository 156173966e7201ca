-- All events of one transaction share `created_at` as it came. What else a transaction wrote can take the
-- certainty from an ID that stands in one of its rows.

CREATE INDEX events_transaction_hops ON events (source, created_at_raw, named_hop_id)
  WHERE named_hop_id IS NOT NULL AND session_correlation_id IS NULL AND NOT starts_trace;
COMMENT ON INDEX events_transaction_hops IS 'Whether the rows of an event''s transaction name more than one hop, and which events to grade again when they do.';

CREATE INDEX events_transaction_deletes ON events (source, created_at_raw, row_key)
  WHERE op = 'DELETE';
COMMENT ON INDEX events_transaction_deletes IS 'Whether a new row was deleted elsewhere by the same transaction: a move between partitions.';
