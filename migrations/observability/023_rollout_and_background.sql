-- Which side of a route's rollout a delivery took, and which attempts' jobs go on after they have answered.

ALTER TABLE deliveries ADD COLUMN is_rollout boolean;
COMMENT ON COLUMN deliveries.is_rollout IS 'Whether the event took its route''s rollout; null where no stored route was named.';

ALTER TABLE attempts ADD COLUMN works_in_background boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN attempts.works_in_background IS 'True where the job goes on after it has answered, as configured or as its answer says.';
