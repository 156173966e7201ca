-- What the list of cascades is searched by, kept with each cascade's root and made anew from what is stored whenever a
-- batch touches the cascade (src/store/cascade-lines.ts, docs/decisions/036). Of a joined trace it says nothing.

ALTER TABLE traces
  ADD COLUMN about integer[],
  ADD COLUMN last_at timestamptz,
  ADD COLUMN events integer,
  ADD COLUMN deliveries integer,
  ADD COLUMN attempts integer,
  ADD COLUMN weak_links integer,
  ADD COLUMN running integer,
  ADD COLUMN unarrived integer,
  ADD COLUMN failed integer,
  ADD COLUMN dead integer,
  ADD COLUMN unexplained integer,
  ADD COLUMN is_open boolean;
COMMENT ON COLUMN traces.about IS 'What the whole cascade is about: numbers of names times 8, plus what they name: 0 a trigger, 1 a table, 2 a job, 3 an actor, 4 what its first writes say of their author (events.named_by, its code), 5 a source, 6 a target. Null: not made yet, or joined to another.';
COMMENT ON COLUMN traces.last_at IS 'When its last attempt ended; its last event where none has.';
COMMENT ON COLUMN traces.events IS 'How many the whole cascade has; so deliveries, attempts and weak_links.';
COMMENT ON COLUMN traces.running IS 'Deliveries of the cascade with an attempt under way.';
COMMENT ON COLUMN traces.unarrived IS 'Deliveries with none under way, of which none arrived: they wait, have failed or are dead. Which of these changes with time and by replays: it is read anew where the cascade is not large.';
COMMENT ON COLUMN traces.failed IS 'Of the unarrived, those that nobody was going to try again when the line was made.';
COMMENT ON COLUMN traces.dead IS 'Of the unarrived, those with a dead letter that nobody has replayed, though it be dead only from some time on.';
COMMENT ON COLUMN traces.unexplained IS 'Events whose cause is named and has not been recorded, and one where the root itself has not.';
COMMENT ON COLUMN traces.is_open IS 'Whether running or unarrived is above 0.';

CREATE INDEX traces_about ON traces USING gin (about) WHERE joined_to IS NULL;
COMMENT ON INDEX traces_about IS 'The cascades in which a trigger, table, job, actor, source or target occurs, alone and together, where these are rare; where they are not, the list itself is walked.';
CREATE INDEX traces_open ON traces (started_at DESC, id DESC) WHERE joined_to IS NULL AND is_open;
COMMENT ON INDEX traces_open IS 'Cascades in which something runs, waits, has failed or is dead, newest first.';
CREATE INDEX traces_dead ON traces (started_at DESC, id DESC) WHERE joined_to IS NULL AND dead > 0;
COMMENT ON INDEX traces_dead IS 'Cascades with a dead letter, newest first.';
CREATE INDEX traces_unexplained ON traces (started_at DESC, id DESC) WHERE joined_to IS NULL AND unexplained > 0;
COMMENT ON INDEX traces_unexplained IS 'Cascades of which something has not been recorded, newest first.';
