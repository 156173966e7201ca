-- Deliveries of events whose trigger is stopped in their trace are kept as dead letters, until somebody releases them
-- or says that they are not wanted.

ALTER TABLE dead_letters DROP CONSTRAINT dead_letters_reason_check;
ALTER TABLE dead_letters ADD CONSTRAINT dead_letters_reason_check
  CHECK (reason IN ('attempts_used_up', 'gone', 'sender_gave_up', 'not_allowed', 'cancelled', 'disabled', 'stopped'));

ALTER TABLE dead_letters ADD COLUMN discarded_at timestamptz;
COMMENT ON COLUMN dead_letters.discarded_at IS 'When somebody said that it is not wanted: it leaves the list, and can be replayed by its id.';

CREATE INDEX dead_letters_stopped ON dead_letters (source)
  WHERE reason = 'stopped' AND replayed_at IS NULL AND discarded_at IS NULL;
COMMENT ON INDEX dead_letters_stopped IS 'What is kept by stops.';
