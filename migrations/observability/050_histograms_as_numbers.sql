-- A histogram as one number, twelve decimal digits for each bucket, beside its arrays: Postgres adds numbers up several times as fast as
-- it takes arrays apart and groups what was in them, which was most of what statistics cost (docs/decisions/053). The database
-- makes it of the arrays, whatever version of the Worker writes those.

-- Whoever makes an hour holds its row first of all: without this he and a migration could wait for each other.
LOCK TABLE rolled_hours IN ACCESS EXCLUSIVE MODE;

CREATE FUNCTION histogram_number(buckets smallint[], counts integer[]) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT
  PARALLEL SAFE
AS $$
DECLARE
  total numeric := 0;
BEGIN
  FOR i IN 1 .. cardinality(buckets) LOOP
    total := total + counts[i] * ('1e' || 12 * buckets[i])::numeric;
  END LOOP;
  RETURN total;
END $$;
COMMENT ON FUNCTION histogram_number IS 'The sum of counts[i] * 10^(12 * buckets[i]): histograms are added up by adding these, and a bucket of the sum is right up to 10^12 - 1.';

DO $$
DECLARE
  lines text;
BEGIN
  FOREACH lines IN ARRAY '{minute_rollups,hour_rollups,day_rollups,rollup_totals}'::text[] LOOP
    EXECUTE format('ALTER TABLE %I ADD latency numeric NOT NULL
      GENERATED ALWAYS AS (histogram_number(latency_buckets, latency_counts)) STORED', lines);
    EXECUTE format('COMMENT ON COLUMN %I.latency IS ''What latency_buckets and latency_counts say, as one number to be added up.''', lines);
  END LOOP;
  FOREACH lines IN ARRAY '{minute_rollups,hour_rollups,day_rollups}'::text[] LOOP
    EXECUTE format('CREATE INDEX %1$s_of_job ON %1$I (job, at)', lines);
    EXECUTE format('COMMENT ON INDEX %I_of_job IS ''The lines of one job in a span of time, of which there are few among those of all.''', lines);
  END LOOP;
END $$;

CREATE INDEX hour_rollups_deliveries ON hour_rollups (at) INCLUDE (source, trigger, job, destination, deliveries) WHERE deliveries > 0;
COMMENT ON INDEX hour_rollups_deliveries IS 'Deliveries of a week over time, of all kinds: 50,000 lines, of which nothing else is read.';
