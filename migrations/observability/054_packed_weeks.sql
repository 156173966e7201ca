-- Indexes of a week that is over are made anew, once (docs/decisions/054): rows come to them in no order of theirs, which leaves a
-- third of each page free, and nobody needs that room any more. One step of maintain_store() makes one index. Weeks that are over
-- now follow within some cron runs.

ALTER TABLE weeks ADD COLUMN packed_until text COLLATE "C";
COMMENT ON COLUMN weeks.packed_until IS 'Of its indexes by their names, the last that was made anew since the week was over. Null: none.';

CREATE FUNCTION pack_indexes(at timestamptz) RETURNS text LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  due record;
BEGIN
  -- Three days after its end little comes any more. Who reads or writes the table waits meanwhile, so it must take no longer
  -- than a second or two: larger ones are left to who runs the database, and can be made anew without that.
  SELECT w.starts_on, i.relname AS name, pg_relation_size(i.oid) AS bytes INTO due
  FROM weeks w
  CROSS JOIN LATERAL unnest(tables_of(w.what)) p (parent)
  JOIN pg_class t ON t.oid = to_regclass(format('public.%I', p.parent || '_' || to_char(w.starts_on, 'YYYYMMDD')))
  JOIN pg_index x ON x.indrelid = t.oid
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_am m ON m.oid = i.relam
  WHERE w.what = 'events' AND (w.starts_on + 10)::timestamp AT TIME ZONE 'UTC' < pack_indexes.at
    AND (w.packed_until IS NULL OR i.relname::text COLLATE "C" > w.packed_until)
    AND m.amname IN ('btree', 'gin') AND pg_relation_size(i.oid) >= 65536 AND pg_relation_size(t.oid) <= 268435456
  ORDER BY w.starts_on, i.relname::text COLLATE "C" LIMIT 1 FOR UPDATE OF w SKIP LOCKED;
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE weeks w SET packed_until = due.name WHERE w.what = 'events' AND w.starts_on = due.starts_on;
  BEGIN
    EXECUTE format('REINDEX INDEX %I', due.name);
  EXCEPTION WHEN query_canceled THEN
    -- The time of the whole statement is over: not again, since everybody would wait as long each time.
    RETURN format('could not make the index %s anew in time, and leaves it as it is', due.name);
  END;
  RETURN format('made the index %s anew: %s to %s bytes', due.name, due.bytes, pg_relation_size(to_regclass(quote_ident(due.name))));
END $$;
COMMENT ON FUNCTION pack_indexes IS 'Makes the next index of a week that is over anew, and says which.';

CREATE OR REPLACE FUNCTION maintain_store() RETURNS text LANGUAGE sql SECURITY DEFINER
  SET search_path = public, pg_temp
  SET lock_timeout = '500ms'
AS $$
  SELECT coalesce(maintain_store_at(now()), remove_rollups_before(now()), count_earlier_writes(now()), pack_indexes(now()))
$$;

REVOKE ALL ON FUNCTION pack_indexes FROM PUBLIC;
