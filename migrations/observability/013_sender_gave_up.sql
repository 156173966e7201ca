-- A failed delivery that its sender would try again is told as a dead letter of the future: due a day later, unless
-- the sender comes again (a later one replaces it) or the delivery arrives.

ALTER TABLE dead_letters ADD COLUMN told_at timestamptz;
UPDATE dead_letters SET told_at = dead_at;
ALTER TABLE dead_letters ALTER COLUMN told_at SET NOT NULL;
COMMENT ON COLUMN dead_letters.told_at IS 'When the failure happened that it tells of: the latest one counts.';
COMMENT ON COLUMN dead_letters.dead_at IS 'The latest death: a replayed delivery can die again. Still to come while its sender may try again.';
