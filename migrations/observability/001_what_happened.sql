-- What happened at the edge: events, the requests that brought them, the deliveries they led to, the
-- attempts of those, and why each event happened. There is no table of log lines (Grafana has them)
-- and no foreign key into any application's database.
--
-- Records come out of a queue in any order and more than once, so no table requires another's row:
-- an attempt can be here before its delivery's first record, a child before its parent. Events,
-- deliveries and traces have derived ids and are merged; arrivals and attempts have drawn ones.

CREATE TABLE events (
  source text NOT NULL,
  id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('hasura', 'webhook')),
  trigger text,
  table_schema text,
  table_name text,
  op text CHECK (op IN ('INSERT', 'UPDATE', 'DELETE', 'MANUAL')),
  row_key text,
  created_at_raw text,
  created_at timestamptz NOT NULL,
  arrived_at timestamptz NOT NULL,
  actor text,
  previous_actor text,
  session_correlation_id text,
  session_user_name text,
  session_variables jsonb,
  context_trace_id text,
  trace_id uuid NOT NULL,
  starts_trace boolean NOT NULL,
  named_hop_id uuid,
  change_id uuid NOT NULL,
  old_row jsonb,
  new_row jsonb,
  payload_kept boolean NOT NULL,
  PRIMARY KEY (source, id)
);
COMMENT ON TABLE events IS 'Database changes and webhooks that reached the edge, one row for each event id of a source.';
COMMENT ON COLUMN events.created_at_raw IS 'created_at as the sender wrote it: in the time zone of the writer''s session, unmarked.';
COMMENT ON COLUMN events.created_at IS 'The write''s UTC time, corrected once when the event was recorded.';
COMMENT ON COLUMN events.arrived_at IS 'Its earliest known arrival.';
COMMENT ON COLUMN events.named_hop_id IS 'The hop that the session or the actor names, whether or not it has been recorded.';
COMMENT ON COLUMN events.change_id IS 'Equal for events in which several triggers report one write.';

CREATE INDEX events_trace_id ON events (trace_id);
COMMENT ON INDEX events_trace_id IS 'All events of one trace, and of the traces on one page of the list.';
CREATE INDEX events_named_hop_id ON events (named_hop_id) WHERE named_hop_id IS NOT NULL;
COMMENT ON INDEX events_named_hop_id IS 'Events to grade again when an attempt of the hop they name arrives.';
CREATE INDEX events_id ON events (id);
COMMENT ON INDEX events_id IS 'One event by its id where the caller does not say which source.';

CREATE TABLE arrivals (
  id uuid PRIMARY KEY,
  source text NOT NULL,
  event_id text NOT NULL,
  at timestamptz NOT NULL,
  current_retry integer,
  max_retries integer
);
COMMENT ON TABLE arrivals IS 'One row for each request that brought an event: a redelivery is another arrival.';
CREATE INDEX arrivals_event ON arrivals (source, event_id, at);
COMMENT ON INDEX arrivals_event IS 'The number of an event''s arrivals, and the last one''s retries.';

CREATE TABLE deliveries (
  id bytea PRIMARY KEY CHECK (octet_length(id) = 32),
  source text NOT NULL,
  event_id text NOT NULL,
  trace_id uuid NOT NULL,
  target text NOT NULL,
  algorithm text NOT NULL,
  job text NOT NULL,
  correlation_id text NOT NULL,
  hop_id uuid NOT NULL
);
COMMENT ON TABLE deliveries IS 'One event to one target (a hop of its trace). The id is SHA-256 of source, event id and target.';
CREATE INDEX deliveries_trace_id ON deliveries (trace_id);
COMMENT ON INDEX deliveries_trace_id IS 'All deliveries of one trace, and of the traces on one page of the list.';
CREATE INDEX deliveries_event ON deliveries (source, event_id);
COMMENT ON INDEX deliveries_event IS 'The deliveries that one event led to, for its logs.';
CREATE INDEX deliveries_hop_id ON deliveries (hop_id);
COMMENT ON INDEX deliveries_hop_id IS 'The delivery that an event names as its cause. Not unique: short hop ids can collide.';

CREATE TABLE attempts (
  id uuid PRIMARY KEY,
  delivery_id bytea NOT NULL,
  arrival_id uuid,
  destination text NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  status integer,
  outcome text NOT NULL
    CHECK (outcome IN ('running', 'delivered', 'failed', 'unreachable', 'timed_out', 'cancelled')),
  error text,
  answer text
);
COMMENT ON TABLE attempts IS 'One row for each HTTP request of a delivery.';
CREATE INDEX attempts_delivery ON attempts (delivery_id, started_at);
COMMENT ON INDEX attempts_delivery IS 'The attempts of a delivery in order, for its state, its details and the evidence of links.';

CREATE TABLE links (
  source text NOT NULL,
  event_id text NOT NULL,
  evidence text NOT NULL CHECK (evidence IN ('certain', 'weak', 'pending')),
  rule text NOT NULL
    CHECK (rule IN ('session', 'value', 'same_or_late_id', 'same_transaction', 'row_and_time')),
  reason text NOT NULL,
  correlation_id text,
  cause_trace_id uuid,
  cause_delivery_id bytea,
  graded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, event_id),
  CHECK ((evidence = 'pending') = (cause_delivery_id IS NULL))
);
COMMENT ON TABLE links IS 'Why an event happened, as far as is known now: graded again, and so replaced or revoked, when more is known.';
COMMENT ON COLUMN links.cause_trace_id IS 'The cause''s trace: another one where a weak link joins two traces into a cascade.';

CREATE TABLE traces (
  id uuid PRIMARY KEY,
  source text NOT NULL,
  started_at timestamptz NOT NULL,
  root_source text,
  root_event_id text,
  root_created_at timestamptz
);
COMMENT ON TABLE traces IS 'One row for each trace id that an event has carried.';
COMMENT ON COLUMN traces.root_event_id IS 'The earliest event that nothing in Throughline caused; null until it is recorded.';
CREATE INDEX traces_newest ON traces (started_at DESC, id DESC);
COMMENT ON INDEX traces_newest IS 'The list of traces, newest first, page by page.';

CREATE TABLE refusals (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  source text,
  status integer NOT NULL,
  reason text NOT NULL,
  detail text NOT NULL,
  count integer NOT NULL CHECK (count > 0)
);
COMMENT ON TABLE refusals IS 'Requests turned away before any attempt, counted by each isolate.';
CREATE INDEX refusals_newest ON refusals (at DESC, id DESC);
COMMENT ON INDEX refusals_newest IS 'The list of refusals, newest first.';

CREATE TABLE unreadable_records (
  message_id text NOT NULL,
  position integer NOT NULL,
  received_at timestamptz NOT NULL,
  reason text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (message_id, position)
);
COMMENT ON TABLE unreadable_records IS 'Records from the queue that do not fit the schema or the tables, kept whole with the reason.';
