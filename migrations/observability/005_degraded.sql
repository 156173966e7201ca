-- A destination can have been chosen without the state that the choice rests on otherwise.

ALTER TABLE attempts ADD COLUMN degraded boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN attempts.degraded IS 'True where a rotation was out of reach, so that a hash chose the destination.';
