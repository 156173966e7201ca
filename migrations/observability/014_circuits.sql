-- Which destinations an attempt passed over since their circuits were open; and deliveries to a destination that is
-- disabled are kept as dead letters.

ALTER TABLE attempts ADD COLUMN skipped jsonb;
COMMENT ON COLUMN attempts.skipped IS 'Destinations passed over for this attempt, [{"destination", "why"}]; null: none.';

ALTER TABLE dead_letters DROP CONSTRAINT dead_letters_reason_check;
ALTER TABLE dead_letters ADD CONSTRAINT dead_letters_reason_check
  CHECK (reason IN ('attempts_used_up', 'gone', 'sender_gave_up', 'not_allowed', 'cancelled', 'disabled'));
