-- How much of what an application's database recorded has a known cause, and what the edge never saw.

ALTER TABLE events ADD COLUMN named_by text
  CHECK (named_by IN ('user', 'declared', 'hop', 'carried', 'unattributed', 'legacy', 'unknown'));
COMMENT ON COLUMN events.named_by IS 'What the write says of its author: a person, a declared system action, a hop, or nobody. Null where nothing was written.';

CREATE INDEX events_written ON events (created_at) WHERE named_by IS NOT NULL;
COMMENT ON INDEX events_written IS 'The writes of a span of time, for coverage.';

CREATE TABLE event_gaps (
  source text NOT NULL,
  event_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('never_arrived', 'not_in_event_log')),
  trigger text NOT NULL,
  table_schema text NOT NULL,
  table_name text NOT NULL,
  created_at timestamptz NOT NULL,
  has_failed boolean NOT NULL,
  found_at timestamptz NOT NULL,
  resolved_at timestamptz,
  PRIMARY KEY (source, event_id)
);
COMMENT ON TABLE event_gaps IS 'Events that only one of the two knows: the application''s event log, or the edge.';
COMMENT ON COLUMN event_gaps.created_at IS 'As the event log has it, taken as UTC.';
COMMENT ON COLUMN event_gaps.has_failed IS 'Hasura has given the event up.';
COMMENT ON COLUMN event_gaps.resolved_at IS 'When the event was found to have arrived after all.';
CREATE INDEX event_gaps_open ON event_gaps (created_at) WHERE resolved_at IS NULL;
COMMENT ON INDEX event_gaps_open IS 'The gaps of a span of time, for coverage, and those to look at again.';

CREATE TABLE reconciliations (
  source text PRIMARY KEY,
  checked_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('ok', 'needs_index', 'unreachable', 'no_event_log')),
  detail text NOT NULL,
  checked_until text,
  checked_until_id text,
  pending bigint,
  oldest_pending_at timestamptz,
  long_locked bigint,
  estimated_rows bigint,
  total_bytes bigint
);
COMMENT ON TABLE reconciliations IS 'One row for each application database whose event log is compared with what arrived.';
COMMENT ON COLUMN reconciliations.checked_until IS 'Up to here, by its own clock without zone, and this id every event has been compared once.';
COMMENT ON COLUMN reconciliations.long_locked IS 'Events whose lock is older than 30 minutes: Hasura delivers them again.';

CREATE TABLE reconciliation_sizes (
  source text NOT NULL,
  at timestamptz NOT NULL,
  estimated_rows bigint NOT NULL,
  total_bytes bigint NOT NULL,
  PRIMARY KEY (source, at)
);
COMMENT ON TABLE reconciliation_sizes IS 'How large an event log was, once an hour, for 35 days.';

CREATE TABLE trigger_definitions (
  source text NOT NULL,
  name text NOT NULL,
  table_schema text NOT NULL,
  table_name text NOT NULL,
  definition json NOT NULL,
  read_at timestamptz NOT NULL,
  PRIMARY KEY (source, name)
);
COMMENT ON TABLE trigger_definitions IS 'Event triggers as Hasura''s metadata defines them: which columns each listens to and sends.';
