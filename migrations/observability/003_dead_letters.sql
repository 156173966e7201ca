-- Deliveries that nobody tries again by themselves, each with the request that a replay needs. A delivery has
-- one row however often it dies; what came of a replay is in `attempts`, as of any attempt.

CREATE TABLE dead_letters (
  delivery_id bytea PRIMARY KEY CHECK (octet_length(delivery_id) = 32),
  source text NOT NULL,
  dead_at timestamptz NOT NULL,
  reason text NOT NULL
    CHECK (reason IN ('attempts_used_up', 'gone', 'sender_gave_up', 'not_allowed')),
  first_attempt_at timestamptz NOT NULL,
  status integer,
  error text,
  destination text NOT NULL,
  method text,
  headers json,
  body bytea,
  body_key text,
  facts json NOT NULL,
  replayed_at timestamptz,
  CHECK ((method IS NULL) = (body_key IS NOT NULL) AND (headers IS NULL) = (body_key IS NOT NULL))
);
COMMENT ON TABLE dead_letters IS 'Deliveries out of attempts, with their request: replayed with the same id and idempotency key.';
COMMENT ON COLUMN dead_letters.dead_at IS 'The latest death: a replayed delivery can die again.';
COMMENT ON COLUMN dead_letters.body_key IS 'Where the request is kept when it fits no queue message: an object in the bucket of bodies.';
COMMENT ON COLUMN dead_letters.facts IS 'Event, arrival and delivery as the edge told them, without the event''s rows.';
COMMENT ON COLUMN dead_letters.replayed_at IS 'When it was queued again after its latest death; null while nobody has.';

CREATE INDEX dead_letters_newest ON dead_letters (dead_at DESC, delivery_id DESC)
  WHERE replayed_at IS NULL;
COMMENT ON INDEX dead_letters_newest IS 'The list of dead letters, newest first, page by page.';
