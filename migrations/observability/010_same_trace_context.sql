-- One more rule for weak links: a write that carries the trace context of a trace that is known.

ALTER TABLE links DROP CONSTRAINT links_rule_check;
ALTER TABLE links ADD CONSTRAINT links_rule_check CHECK (rule IN
  ('session', 'value', 'same_or_late_id', 'same_transaction', 'same_trace_context', 'row_and_time'));

CREATE INDEX events_context ON events (context_trace_id, created_at) WHERE context_trace_id IS NOT NULL;
COMMENT ON INDEX events_context IS 'The events of a trace context: what else is in its traces, and which to judge again.';
