-- Triggers that fire themselves, directly or through others, along one path of a cascade.

CREATE TABLE loops (
  root_trace_id uuid NOT NULL,
  source text NOT NULL,
  trigger text NOT NULL,
  table_schema text NOT NULL,
  table_name text NOT NULL,
  times integer NOT NULL CHECK (times > 1),
  is_certain boolean NOT NULL,
  trace_id uuid NOT NULL,
  event_id text NOT NULL,
  path json NOT NULL,
  found_at timestamptz NOT NULL DEFAULT now(),
  latest_at timestamptz NOT NULL,
  PRIMARY KEY (root_trace_id, source, trigger, table_schema, table_name)
);
COMMENT ON TABLE loops IS 'Paths of a cascade on which one trigger fired more often than is allowed, with the longest path seen.';
COMMENT ON COLUMN loops.root_trace_id IS 'The trace of the path''s first event: the cascade''s root, or joined to it later.';
COMMENT ON COLUMN loops.times IS 'How often the trigger fired along the path.';
COMMENT ON COLUMN loops.is_certain IS 'Every link of the path is certain.';
COMMENT ON COLUMN loops.trace_id IS 'The trace of the path''s last event.';
COMMENT ON COLUMN loops.path IS 'The path''s steps from the first event to the last; the middle of a long one is left out.';
COMMENT ON COLUMN loops.latest_at IS 'When the path''s last event was written.';

CREATE INDEX loops_newest ON loops (latest_at DESC, root_trace_id DESC);
COMMENT ON INDEX loops_newest IS 'The list of loops, newest first.';

CREATE INDEX links_cause_delivery ON links (cause_delivery_id) WHERE cause_delivery_id IS NOT NULL;
COMMENT ON INDEX links_cause_delivery IS 'What a delivery caused, to look along paths again when an event in their middle is recorded late.';
