-- A delivery whose further attempts somebody cancelled is kept as a dead letter too: it can be replayed.

ALTER TABLE dead_letters DROP CONSTRAINT dead_letters_reason_check;
ALTER TABLE dead_letters ADD CONSTRAINT dead_letters_reason_check
  CHECK (reason IN ('attempts_used_up', 'gone', 'sender_gave_up', 'not_allowed', 'cancelled'));
