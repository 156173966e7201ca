-- What counting a minute took, so that whoever reads statistics does not begin a count that cannot end in the time he has.

ALTER TABLE rolled_minutes ADD took_ms real;
COMMENT ON COLUMN rolled_minutes.took_ms IS 'What making it last took, with its part of the hour. Null: made before this was kept.';
