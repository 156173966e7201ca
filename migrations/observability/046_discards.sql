-- Who discarded a dead letter, when and why; and that it can be brought back.

ALTER TABLE dead_letters
  ADD COLUMN discard_id uuid,
  ADD COLUMN discarded_by text,
  ADD COLUMN discarded_for text,
  ADD COLUMN discard_note text;
COMMENT ON COLUMN dead_letters.discarded_at IS 'When somebody said that it is not wanted: it leaves the list, until it is restored or dies again, and can be replayed by its id.';
COMMENT ON COLUMN dead_letters.discard_id IS 'Of the act that discarded it, by which everything that it took can be restored.';
COMMENT ON COLUMN dead_letters.discarded_by IS 'Whose act it was, verified.';
COMMENT ON COLUMN dead_letters.discarded_for IS 'On whose behalf, as the caller says; not verified.';

-- What has been discarded stays as long as everything else: the list no longer walks through it.
DROP INDEX dead_letters_newest;
CREATE INDEX dead_letters_newest ON dead_letters (dead_at DESC, delivery_id DESC)
  WHERE replayed_at IS NULL AND discarded_at IS NULL;
COMMENT ON INDEX dead_letters_newest IS 'The list of dead letters, newest first, page by page.';
CREATE INDEX dead_letters_discarded ON dead_letters (dead_at DESC, delivery_id DESC)
  WHERE replayed_at IS NULL AND discarded_at IS NOT NULL;
COMMENT ON INDEX dead_letters_discarded IS 'The list of those that have been discarded, newest first, page by page.';
CREATE INDEX dead_letters_discard ON dead_letters (discard_id) WHERE discard_id IS NOT NULL;
COMMENT ON INDEX dead_letters_discard IS 'What one act has discarded, to restore it.';
