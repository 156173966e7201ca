-- The tables of what happened, anew: partitioned by time, with numbers in the place of texts that repeat and of long
-- keys. Why they look like this is in docs/decisions/026. NOTHING IS CARRIED OVER: nothing had been released when this
-- was written, so what a development database had recorded is dropped here, dead letters and replay runs with it.
--
-- A trace id begins with 48 bits of time, so that all tables are split by ranges of it and a trace lies in one partition
-- of each. A `ref` is 64 bits of a hash, and means something together with its trace id only:
--   of an event: the first 64 bits of SHA-256(source NUL event id);
--   of a delivery: the 40 bits of its hop, then bits 41 to 64 of its id.

DROP TABLE events, arrivals, deliveries, attempts, links, traces, jobs;
TRUNCATE dead_letters, replay_runs, replay_run_letters, replay_run_actions, reruns, loops;

CREATE TABLE names (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  used_on date NOT NULL DEFAULT current_date,
  text text NOT NULL
);
COMMENT ON TABLE names IS 'Texts that repeat: sources, triggers, tables, jobs, destinations, actors, reasons. Others refer to them by id.';
COMMENT ON COLUMN names.used_on IS 'The last day on which a record brought it: one that has not come for longer than everything is kept is removed.';
COMMENT ON INDEX names_pkey IS 'The text of a number, wherever something is read.';
CREATE UNIQUE INDEX names_text ON names (md5(text));
COMMENT ON INDEX names_text IS 'The number of a text, when records are stored and rows are searched; by its hash, since a URL can be longer than an index takes.';

CREATE TABLE events (
  trace_id uuid NOT NULL,
  ref bigint NOT NULL,
  change_ref bigint NOT NULL,
  uuid_id uuid,
  arrival_id uuid NOT NULL,
  row_ref bigint,
  named_hop bigint,
  context_ref bigint,
  created_at timestamptz NOT NULL,
  arrived_at timestamptz NOT NULL,
  arrival_at timestamptz,
  written_raw timestamp,
  named_trace_id uuid,
  context_trace_id uuid,
  actor_uuid uuid,
  previous_actor_uuid uuid,
  session_uuid uuid,
  source integer NOT NULL,
  trigger integer,
  table_schema integer,
  table_name integer,
  actor integer,
  previous_actor integer,
  session_correlation integer,
  session_user_name integer,
  current_retry integer,
  max_retries integer,
  kind "char" NOT NULL CHECK (kind IN ('h', 'w')),
  op "char" CHECK (op IN ('I', 'U', 'D', 'M')),
  named_by "char" CHECK (named_by IN ('p', 's', 'h', 'c', 'n', 'l', 'u')),
  starts_trace boolean NOT NULL,
  payload_kept boolean NOT NULL,
  lacks_actor boolean NOT NULL,
  has_zone boolean NOT NULL,
  actor_is_named boolean NOT NULL,
  previous_is_named boolean NOT NULL,
  session_is_named boolean NOT NULL,
  row_key text,
  text_id text,
  raw_text text,
  PRIMARY KEY (trace_id, ref),
  CHECK ((uuid_id IS NULL) <> (text_id IS NULL))
) PARTITION BY RANGE (trace_id);
COMMENT ON TABLE events IS 'Database changes and webhooks that reached the edge, one row for each event id of a source. readable_events has it in words.';
COMMENT ON COLUMN events.change_ref IS 'Equal for events in which several triggers report one write.';
COMMENT ON COLUMN events.uuid_id IS 'The sender''s id of it where that is a uuid, as Hasura''s is; text_id otherwise.';
COMMENT ON COLUMN events.arrival_id IS 'The arrival that was recorded first; further ones are in arrivals.';
COMMENT ON COLUMN events.arrival_at IS 'The time of that arrival where it is not arrived_at.';
COMMENT ON COLUMN events.row_ref IS 'The row that was written: 64 bits of a hash of source, table and key. Null where the payload has no id.';
COMMENT ON COLUMN events.named_hop IS 'The hop that the session or the actor names, whether or not it has been recorded: its 40 bits, signed.';
COMMENT ON COLUMN events.named_trace_id IS 'The trace of that hop where it is another one.';
COMMENT ON COLUMN events.context_ref IS '64 bits of a hash of Hasura''s trace context, which is with the payload.';
COMMENT ON COLUMN events.context_trace_id IS 'The trace that the trace context names, where its id is one of ours.';
COMMENT ON COLUMN events.created_at IS 'The write''s UTC time, corrected once when the event was recorded.';
COMMENT ON COLUMN events.written_raw IS 'created_at as the sender wrote it, without its zone: in the time zone of the writer''s session, unmarked. raw_text where it cannot be written again from this and has_zone.';
COMMENT ON COLUMN events.arrived_at IS 'Its earliest known arrival.';
COMMENT ON COLUMN events.actor IS 'The actor in names; where it ends with a uuid, what stands before that, with the uuid in actor_uuid, or in the hop that is named where actor_is_named. So with the previous actor and the session''s correlation ID.';
COMMENT ON COLUMN events.named_by IS 'What the write says of its author: p a person, s a declared system action, h a hop, c carried, n not attributed, l legacy, u unknown. Null where nothing was written.';
COMMENT ON COLUMN events.lacks_actor IS 'The new row was told and has no column of the actor.';

COMMENT ON INDEX events_pkey IS 'The events of a trace, and one event of it.';
CREATE INDEX events_ref ON events (ref);
COMMENT ON INDEX events_ref IS 'One event by its id, where the trace is not known: the API, and comparing with an event log.';
CREATE INDEX events_row ON events (row_ref, created_at) WHERE row_ref IS NOT NULL;
COMMENT ON INDEX events_row IS 'The writes of one row: its history, newest first, and the events whose deliveries are about it.';
CREATE INDEX events_named ON events (named_hop, created_at) WHERE named_hop IS NOT NULL;
COMMENT ON INDEX events_named IS 'Events that name a hop: to grade again when an attempt of it arrives, what it caused, and those that carried its ID before a write.';
CREATE INDEX events_context ON events (context_ref, created_at) WHERE context_ref IS NOT NULL;
COMMENT ON INDEX events_context IS 'The events of a trace context: what else is in its traces, and which to judge again.';
CREATE INDEX events_transaction_named ON events (written_raw, source, ((session_correlation IS NULL)::int), named_hop)
  WHERE op IS NOT NULL AND named_hop IS NOT NULL AND NOT starts_trace;
COMMENT ON INDEX events_transaction_named IS 'The hops that the rows of a transaction name, by session or by value: the first, the last, and those beside one.';
CREATE INDEX events_transaction_unnamed ON events (written_raw, source, row_ref)
  WHERE op IN ('I', 'U', 'D') AND (named_hop IS NULL OR starts_trace);
COMMENT ON INDEX events_transaction_unnamed IS 'The rows that a transaction wrote without naming a cause.';
CREATE INDEX events_transaction_deletes ON events (row_ref, written_raw) WHERE op = 'D';
COMMENT ON INDEX events_transaction_deletes IS 'Whether a new row was deleted elsewhere by the same transaction: a move between partitions.';
CREATE INDEX events_written ON events USING brin (created_at) WITH (pages_per_range = 16, autosummarize = on);
COMMENT ON INDEX events_written IS 'The writes of a span of time, for coverage.';

CREATE TABLE payloads (
  trace_id uuid NOT NULL,
  event_ref bigint NOT NULL,
  is_delta boolean NOT NULL,
  changed text[],
  old_row jsonb,
  new_row jsonb,
  session_variables jsonb,
  context_text text,
  removed_at timestamptz,
  PRIMARY KEY (trace_id, event_ref)
) PARTITION BY RANGE (trace_id);
COMMENT ON TABLE payloads IS 'What an event''s body carried: kept for a shorter time than the event itself.';
COMMENT ON COLUMN payloads.is_delta IS 'old_row has only the columns that the write changed: the others are as in new_row.';
COMMENT ON COLUMN payloads.changed IS 'The columns that an UPDATE changed. Null for others.';
COMMENT ON COLUMN payloads.context_text IS 'Hasura''s trace_context.trace_id, as it came.';
COMMENT ON COLUMN payloads.removed_at IS 'When it was emptied, where it lies in no partition that is dropped as a whole.';
COMMENT ON INDEX payloads_pkey IS 'The payload of an event.';
-- Compressed, in the row as far as it fits there: partitions begin to compress at 256 bytes (make_week).
ALTER TABLE payloads ALTER COLUMN old_row SET STORAGE MAIN, ALTER COLUMN new_row SET STORAGE MAIN,
  ALTER COLUMN session_variables SET STORAGE MAIN;
DO $$
BEGIN
  -- Postgres 14 and later, where it was built with lz4; pglz otherwise, which is slower.
  EXECUTE 'ALTER TABLE payloads ALTER COLUMN old_row SET COMPRESSION lz4, ALTER COLUMN new_row SET COMPRESSION lz4,
    ALTER COLUMN session_variables SET COMPRESSION lz4';
EXCEPTION WHEN syntax_error OR feature_not_supported OR invalid_parameter_value THEN
  RAISE NOTICE 'This Postgres has no lz4: payloads are compressed with pglz.';
END $$;

CREATE TABLE arrivals (
  trace_id uuid NOT NULL,
  event_ref bigint NOT NULL,
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  current_retry integer,
  max_retries integer,
  PRIMARY KEY (trace_id, event_ref, id)
) PARTITION BY RANGE (trace_id);
COMMENT ON TABLE arrivals IS 'One row for each further request that brought an event: the first that was recorded is with the event.';
COMMENT ON INDEX arrivals_pkey IS 'The number of an event''s arrivals, and the last one''s retries.';

CREATE TABLE deliveries (
  trace_id uuid NOT NULL,
  event_ref bigint NOT NULL,
  ref bigint NOT NULL,
  rerun_of bigint,
  source integer NOT NULL,
  target integer NOT NULL,
  algorithm integer NOT NULL,
  job integer NOT NULL,
  named integer NOT NULL,
  is_rollout boolean,
  id bytea CHECK (octet_length(id) = 32),
  PRIMARY KEY (trace_id, event_ref, ref)
) PARTITION BY RANGE (trace_id);
COMMENT ON TABLE deliveries IS 'One event to one target (a hop of its trace). readable_deliveries has it in words.';
COMMENT ON COLUMN deliveries.rerun_of IS 'The ref of the delivery that this one makes again, of the same event; null for a first one.';
COMMENT ON COLUMN deliveries.named IS 'Its correlation ID up to the uuid, which is the trace id with the hop of ref.';
COMMENT ON COLUMN deliveries.is_rollout IS 'Whether the event took its route''s rollout; null where no stored route was named.';
COMMENT ON COLUMN deliveries.id IS 'Null where it is SHA-256 of source, event id and target with NUL between them; a rerun''s own id is hashed with them.';
COMMENT ON INDEX deliveries_pkey IS 'The deliveries of a trace, and of one event.';
CREATE INDEX deliveries_hop ON deliveries ((ref >> 24));
COMMENT ON INDEX deliveries_hop IS 'The delivery that an event names as its cause, or a link, and one by its id: by the 40 bits of its hop.';
CREATE INDEX deliveries_job ON deliveries (job, trace_id);
COMMENT ON INDEX deliveries_job IS 'A job''s deliveries from some time on, when the job turns out to write IDs.';

CREATE TABLE attempts (
  trace_id uuid NOT NULL,
  delivery_ref bigint NOT NULL,
  id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  late_row_ref bigint,
  destination integer NOT NULL,
  status integer,
  outcome "char" NOT NULL CHECK (outcome IN ('r', 'd', 'f', 'u', 't', 'c')),
  degraded boolean NOT NULL,
  works_in_background boolean NOT NULL,
  error text,
  answer text,
  skipped jsonb,
  PRIMARY KEY (trace_id, delivery_ref, id)
) PARTITION BY RANGE (trace_id);
COMMENT ON TABLE attempts IS 'One row for each HTTP request of a delivery. readable_attempts has it in words.';
COMMENT ON COLUMN attempts.late_row_ref IS 'The row that the delivery is about, where the attempt began later than an hour after the write: others are found by their event.';
COMMENT ON COLUMN attempts.outcome IS 'r running, d delivered, f failed, u unreachable, t timed out, c cancelled.';
COMMENT ON COLUMN attempts.degraded IS 'True where a rotation was out of reach, so that a hash chose the destination.';
COMMENT ON COLUMN attempts.works_in_background IS 'True where the job goes on after it has answered, as configured or as its answer says.';
COMMENT ON COLUMN attempts.skipped IS 'Destinations passed over for this attempt, [{"destination", "why"}]; null: none.';
COMMENT ON INDEX attempts_pkey IS 'The attempts of a delivery, for its state, its details and the evidence of links.';
CREATE INDEX attempts_late_row ON attempts (late_row_ref, started_at) WHERE late_row_ref IS NOT NULL;
COMMENT ON INDEX attempts_late_row IS 'Late attempts about a row that were under way when it was written.';

CREATE TABLE links (
  trace_id uuid NOT NULL,
  event_ref bigint NOT NULL,
  cause_ref bigint,
  cause_trace_id uuid,
  reason integer NOT NULL,
  named integer,
  evidence "char" NOT NULL CHECK (evidence IN ('c', 'w', 'p')),
  rule "char" NOT NULL CHECK (rule IN ('s', 'v', 'i', 't', 'x', 'r')),
  PRIMARY KEY (trace_id, event_ref),
  CHECK ((evidence = 'p') = (cause_ref IS NULL))
) PARTITION BY RANGE (trace_id);
COMMENT ON TABLE links IS 'Why an event happened, as far as is known now: graded again, and so replaced or revoked, when more is known. readable_links has it in words.';
COMMENT ON COLUMN links.cause_trace_id IS 'The cause''s trace where it is another one: a weak link then joins two traces into a cascade.';
COMMENT ON COLUMN links.named IS 'The cause''s correlation ID up to its uuid.';
COMMENT ON COLUMN links.evidence IS 'c certain, w weak, p pending.';
COMMENT ON COLUMN links.rule IS 's session, v value, i same or late ID, t same transaction, x same trace context, r row and time.';
COMMENT ON INDEX links_pkey IS 'The link of an event, and those of a trace.';
CREATE INDEX links_cause ON links (cause_ref) WHERE cause_ref IS NOT NULL;
COMMENT ON INDEX links_cause IS 'What a delivery caused, to look along paths again when an event in their middle is recorded late.';
CREATE INDEX links_joins ON links (trace_id) WHERE evidence = 'w' AND cause_trace_id IS NOT NULL;
COMMENT ON INDEX links_joins IS 'The weak links that may join a trace to others.';
CREATE INDEX links_joined ON links (cause_trace_id) WHERE evidence = 'w' AND cause_trace_id IS NOT NULL;
COMMENT ON INDEX links_joined IS 'The weak links that may join other traces to one.';

CREATE TABLE traces (
  id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  root_created_at timestamptz,
  root_ref bigint,
  joined_to uuid,
  source integer NOT NULL,
  PRIMARY KEY (id),
  CHECK (joined_to <> id)
) PARTITION BY RANGE (id);
COMMENT ON TABLE traces IS 'One row for each trace id that an event has carried.';
COMMENT ON COLUMN traces.root_ref IS 'The earliest event that nothing in Throughline caused; null until it is recorded.';
COMMENT ON COLUMN traces.joined_to IS 'The earlier trace that a weak link makes this one a part of; null for the root of a cascade.';
COMMENT ON COLUMN traces.source IS 'Of the events that are known, the source with the lowest number.';
COMMENT ON INDEX traces_pkey IS 'One trace.';
CREATE INDEX traces_newest ON traces (started_at DESC, id DESC);
COMMENT ON INDEX traces_newest IS 'The list of traces, newest first, page by page.';
CREATE INDEX traces_newest_roots ON traces (started_at DESC, id DESC) WHERE joined_to IS NULL;
COMMENT ON INDEX traces_newest_roots IS 'The list of cascades, newest first, page by page.';
CREATE INDEX traces_joined_to ON traces (joined_to) WHERE joined_to IS NOT NULL;
COMMENT ON INDEX traces_joined_to IS 'The traces of a cascade, from its root down.';

CREATE TABLE webhook_places (
  event_ref bigint NOT NULL,
  source integer NOT NULL,
  trace_id uuid NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_ref, source)
);
COMMENT ON TABLE webhook_places IS 'The trace in which a generic webhook is stored: its second delivery brings another trace id (decision 18).';
COMMENT ON INDEX webhook_places_pkey IS 'Where a webhook is stored, when it comes again.';

CREATE TABLE jobs (
  source integer NOT NULL,
  name integer NOT NULL,
  writes_ids_since timestamptz,
  judged_since timestamptz,
  PRIMARY KEY (source, name)
);
COMMENT ON TABLE jobs IS 'One row for each job that a source''s events have been delivered to.';
COMMENT ON COLUMN jobs.writes_ids_since IS 'When the earliest event was written whose delivery to this job was named by a later write; null while none was.';
COMMENT ON COLUMN jobs.judged_since IS 'The writes_ids_since that links have been judged by: differs while the consumer that noted it has not judged again.';
COMMENT ON INDEX jobs_pkey IS 'What is known of a job.';

ALTER TABLE dead_letters ADD COLUMN trace_id uuid NOT NULL, ADD COLUMN ref bigint NOT NULL;
COMMENT ON COLUMN dead_letters.ref IS 'With trace_id: its row in deliveries.';
CREATE INDEX dead_letters_delivery ON dead_letters (trace_id, ref);
COMMENT ON INDEX dead_letters_delivery IS 'Whether a delivery is a dead letter.';
ALTER TABLE loops ADD COLUMN event_ref bigint NOT NULL;
CREATE INDEX loops_event ON loops (trace_id, event_ref);
COMMENT ON INDEX loops_event IS 'The loops that end with an event, when it is judged again.';

COMMENT ON INDEX refusals_pkey IS 'One row for each refusal, however often its record comes.';
COMMENT ON INDEX unreadable_records_pkey IS 'One row for each record, however often its message comes.';
COMMENT ON INDEX dead_letters_pkey IS 'One dead letter, by the id in the URL of a replay.';
COMMENT ON INDEX loops_pkey IS 'The loops of a cascade.';
COMMENT ON INDEX event_gaps_pkey IS 'One row for each gap, however often it is found.';
COMMENT ON INDEX reconciliations_pkey IS 'How far an event log has been compared.';
COMMENT ON INDEX reconciliation_sizes_pkey IS 'The sizes of an event log, oldest first.';
COMMENT ON INDEX trigger_definitions_pkey IS 'One trigger''s definition, replaced when it is read again.';
COMMENT ON INDEX replay_runs_pkey IS 'One run.';
COMMENT ON INDEX replay_run_letters_pkey IS 'One letter of a run.';
COMMENT ON INDEX reruns_pkey IS 'One rerun: asked for once.';
