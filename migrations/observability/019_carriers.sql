-- Deliveries about rows that carry an ID can copy it: looked for by time, among all that name one hop.

CREATE INDEX events_named_hop ON events (named_hop_id, created_at, id) WHERE named_hop_id IS NOT NULL;
COMMENT ON INDEX events_named_hop IS 'Events that name a hop: to grade again when an attempt of it arrives, and those that carried its ID before a write.';
DROP INDEX events_named_hop_id;
