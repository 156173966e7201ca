-- Many dead letters replayed at a limited rate: what was chosen, how far it has come, and who did what.

CREATE TABLE replay_runs (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  selection json NOT NULL,
  rate_per_second double precision NOT NULL CHECK (rate_per_second > 0),
  canary integer NOT NULL CHECK (canary >= 0),
  canary_passed boolean NOT NULL DEFAULT false,
  state text NOT NULL
    CHECK (state IN ('running', 'judging', 'paused', 'stopped', 'cancelled', 'completed')),
  because text,
  paced_at timestamptz
);
COMMENT ON TABLE replay_runs IS 'One row for each time that somebody replayed several dead letters.';
COMMENT ON COLUMN replay_runs.canary_passed IS 'The first letters have been judged: the others follow.';
COMMENT ON COLUMN replay_runs.paced_at IS 'Up to here the rate is used up.';
CREATE INDEX replay_runs_newest ON replay_runs (created_at DESC, id DESC);
COMMENT ON INDEX replay_runs_newest IS 'The list of replay runs, newest first, page by page.';

CREATE TABLE replay_run_letters (
  run_id uuid NOT NULL,
  delivery_id bytea NOT NULL CHECK (octet_length(delivery_id) = 32),
  position integer NOT NULL,
  is_canary boolean NOT NULL DEFAULT false,
  state text NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'handing_over', 'queued', 'uncertain', 'skipped')),
  reason text,
  handed_at timestamptz,
  PRIMARY KEY (run_id, delivery_id),
  CHECK ((state = 'skipped') = (reason IS NOT NULL)),
  CHECK ((state IN ('handing_over', 'queued', 'uncertain')) <= (handed_at IS NOT NULL))
);
COMMENT ON TABLE replay_run_letters IS 'The dead letters of a run, chosen when it began: each is handed over once at most.';
COMMENT ON COLUMN replay_run_letters.state IS 'uncertain: the Worker ended while it was handed over, so that it may have been sent.';
CREATE INDEX replay_run_letters_waiting ON replay_run_letters (run_id, position) WHERE state = 'waiting';
COMMENT ON INDEX replay_run_letters_waiting IS 'Which letters are next.';
CREATE INDEX replay_run_letters_handing ON replay_run_letters (run_id) WHERE state = 'handing_over';
COMMENT ON INDEX replay_run_letters_handing IS 'What a crash may have cut off.';
CREATE INDEX replay_run_letters_canaries ON replay_run_letters (run_id) WHERE is_canary;
COMMENT ON INDEX replay_run_letters_canaries IS 'What became of the first letters.';

CREATE TABLE replay_run_actions (
  run_id uuid NOT NULL,
  at timestamptz NOT NULL,
  who text NOT NULL,
  on_behalf_of text,
  action text NOT NULL,
  because text
);
COMMENT ON TABLE replay_run_actions IS 'Who did what to a run, and what it did by itself.';
CREATE INDEX replay_run_actions_run ON replay_run_actions (run_id, at);
COMMENT ON INDEX replay_run_actions_run IS 'The audit of one run.';
