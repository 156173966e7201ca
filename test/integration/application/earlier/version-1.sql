-- The schema "correlation" of an application's database: says who wrote a row, and adds no event to those
-- the application has. Install with psql -f, Hasura's run_sql or any migration tool; installing again
-- replaces the functions and keeps what is tracked. Postgres 13 or later. It makes no tables.
--
--   begin;
--   select correlation.use('order_placed.reserve-stock.0192…');   -- first thing in a job's transaction
--   …
--   commit;
--
--   select correlation.track('orders');                           -- once for each table
--
-- Settings it reads, all optional, each with SET, SET LOCAL, ALTER ROLE or ALTER DATABASE:
--   correlation.mode                 'off' leaves every actor as it was written (maintenance)
--   correlation.system               the name of the system action that this session is
--   correlation.system_applications  application_names that are system actions, separated by commas
--   correlation.user_variables       session variables that name a person, the first one there counts;
--                                    'x-hasura-user-email,x-hasura-user-id' unless set
-- Settings that it writes, for the transaction only: correlation.id, correlation.since,
-- correlation.minted, and two keys of hasura.user.

create schema if not exists correlation;
comment on schema correlation is 'Throughline: who or what wrote a row. Remove with: drop schema correlation cascade.';
-- Triggers run as whoever writes, so everyone who writes must be able to look in.
grant usage on schema correlation to public;

-- Functions are plpgsql where plain SQL would do: Postgres plans the body of an SQL function again for each transaction.

-- The ID ------------------------------------------------------------------------------------------------

create or replace function correlation.normalise_name(name text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(nullif(left(regexp_replace(
    translate(name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),
    '[^a-z0-9_-]', '-', 'g'), 64), ''), 'unnamed');
end
$$;
comment on function correlation.normalise_name(text) is
  'A name as correlation IDs spell it: [a-z0-9_-]{1,64}, anything else becomes "-".';

create or replace function correlation.is_generic(actor text) returns boolean
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  return actor is null or lower(btrim(actor, E' \t\n\r')) in ('', 'system');
end
$$;
comment on function correlation.is_generic(text) is
  'True for an actor that names nobody: null, blank, "system" in any case.';

create or replace function correlation.is_id(actor text) returns boolean
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    btrim(actor, E' \t\n\r') ~ '^[^@.]+(\.[^@.]+)*\.[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$', false);
end
$$;
comment on function correlation.is_id(text) is 'True for what correlation.parse takes apart.';

create or replace function correlation.parse(
  id text, out kind text, out trigger text, out job text, out system text, out uuid text)
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  parts text[];
begin
  if not correlation.is_id(id) then return; end if;
  parts := string_to_array(btrim(id, E' \t\n\r'), '.');
  uuid := lower(parts[cardinality(parts)]);
  if cardinality(parts) = 2 then
    kind := 'system';
    system := correlation.normalise_name(parts[1]);
  else
    kind := 'hop';
    trigger := correlation.normalise_name(parts[1]);
    job := correlation.normalise_name(array_to_string(parts[2:cardinality(parts) - 1], '-'));
  end if;
end
$$;
comment on function correlation.parse(text) is
  'Takes {trigger}.{job}.{uuid} or {system}.{uuid} apart; all null for anything else. Never fails.';

create or replace function correlation.canonical(id text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  parts record := correlation.parse(id);
begin
  return nullif(concat_ws('.', parts.trigger, parts.job, parts.system, parts.uuid), '');
end
$$;
comment on function correlation.canonical(text) is
  'A correlation ID spelled as the edge spells it, 166 characters at most; null for anything else.';

create or replace function correlation.place(uuid text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case
    when uuid !~ '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' then 'foreign'
    when right(uuid, 10) = '0000000000' then 'trace'
    when right(uuid, 10) = 'ffffffffff' then 'unattributed'
    else 'hop'
  end
$$;
comment on function correlation.place(text) is
  'What a uuid stands for: trace, hop, unattributed, or foreign where it was minted elsewhere.';

create or replace function correlation.trace_id(uuid text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case when correlation.place(uuid) <> 'foreign' then left(uuid, 26) || '0000000000' end
$$;
comment on function correlation.trace_id(text) is 'The trace of a uuid; null where it is foreign.';

create or replace function correlation.mint(system_name text, unattributed boolean default false) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  -- A random uuid with the time and the version over its first 15 characters and the hop over its last 10:
  -- its variant and 34 random bits stay.
  return correlation.normalise_name(coalesce(system_name, '')) || '.' || overlay(overlay(gen_random_uuid()::text
    placing overlay(lpad(to_hex(floor(extract(epoch from now()) * 1000)::bigint), 12, '0') placing '-' from 9 for 0) || '-8'
    from 1 for 15) placing case when unattributed then 'ffffffffff' else '0000000000' end from 27 for 10);
end
$$;
comment on function correlation.mint(text, boolean) is
  'A fresh {system_name}.{uuid} of the transaction''s time: a declared system action, or a write that named no cause.';

-- The transaction's cause ---------------------------------------------------------------------------------

create or replace function correlation.current() returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  -- The second setting ties the first to this transaction, whatever was done to the session.
  if current_setting('correlation.since', true) = floor(extract(epoch from now()) * 1000000)::bigint::text then
    return nullif(current_setting('correlation.id', true), '');
  end if;
  return null;
end
$$;
comment on function correlation.current() is 'The ID that this transaction was given with correlation.use, or null.';

create or replace function correlation.may_set_hasura_user() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  -- After a local setting its value is the empty string, not null. Older versions of Hasura's
  -- insert_event_log cast that to JSON (github.com/hasura/graphql-engine/issues/8498), and the next write
  -- of the connection fails. A value that is there already was set by somebody else: more harm is not done.
  if current_setting('hasura.user', true) <> '' then return true; end if;
  return not exists (
    select from pg_proc
    where proname = 'insert_event_log'
      and pronamespace = (select oid from pg_namespace where nspname = 'hdb_catalog')
      and prosrc ~ 'hasura\.user'
      and prosrc !~* 'nullif\s*\(\s*current_setting\s*\(\s*''hasura\.user''[^;]*''''');
end
$$;
comment on function correlation.may_set_hasura_user() is
  'False where Hasura''s own trigger would fail on the empty setting that a local hasura.user leaves behind.';

create or replace function correlation.use(id text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  -- As the edge writes it nothing needs to be spelled anew.
  canonical text := case
    when id ~ '^[a-z0-9_-]{1,64}(\.[a-z0-9_-]{1,64})?\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then id
    else coalesce(correlation.canonical(id), '') end;
  variables jsonb;
begin
  if canonical = '' and not correlation.is_generic(id) then
    raise warning 'correlation.use: "%" is no correlation ID, so this transaction names no cause', left(id, 200)
      using hint = 'Give it the request''s x-correlation-id as it came: {trigger}.{job}.{uuid}.';
  end if;
  perform set_config('correlation.id', canonical, true),
    set_config('correlation.since', floor(extract(epoch from now()) * 1000000)::bigint::text, true);
  if not correlation.may_set_hasura_user() then return; end if;
  begin
    variables := coalesce(nullif(current_setting('hasura.user', true), ''), '{}')::jsonb;
    if canonical <> '' then
      variables := variables || jsonb_build_object(
        'x-hasura-correlation-id', canonical,
        'x-hasura-correlation-time', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
    elsif variables ? 'x-hasura-correlation-id' then
      variables := variables - 'x-hasura-correlation-id' - 'x-hasura-correlation-time';
    else
      return;
    end if;
    perform set_config('hasura.user', variables::text, true);
  exception when others then
    raise warning 'correlation.use: hasura.user is left as it is: %', sqlerrm;
  end;
end
$$;
comment on function correlation.use(text) is
  'Names the cause of everything this transaction writes; null or "" takes it back. Begin a job''s transaction with it.';

create or replace function correlation.system(name text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  id text := correlation.mint(name);
begin
  perform correlation.use(id);
  return id;
end
$$;
comment on function correlation.system(text) is
  'Declares this transaction a system action that no event caused (a cron job, a script) and returns its ID.';

-- What the trigger writes -----------------------------------------------------------------------------------

create or replace function correlation.author(system_name text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  named text := case when current_setting('correlation.id', true) <> '' then correlation.current() end;
  session text := nullif(current_setting('hasura.user', true), '');
  variables jsonb;
  variable text;
  application text;
  declared text;
begin
  if named is not null then return named; end if;
  if session is not null then
    begin
      variables := session::jsonb;
    exception when others then
      variables := null; -- Not ours to judge: a setting that is no JSON names nobody.
    end;
    named := correlation.canonical(variables ->> 'x-hasura-correlation-id');
    if named is not null then return named; end if;
    foreach variable in array string_to_array(coalesce(
      nullif(current_setting('correlation.user_variables', true), ''), 'x-hasura-user-email,x-hasura-user-id'), ',')
    loop
      named := variables ->> btrim(variable);
      if not correlation.is_generic(named) then return named; end if;
    end loop;
  end if;
  named := nullif(current_setting('correlation.minted', true), '');
  if named is not null then return named; end if;
  application := nullif(current_setting('application_name', true), '');
  declared := nullif(current_setting('correlation.system', true), '');
  if declared is null and application = any (regexp_split_to_array(
    current_setting('correlation.system_applications', true), '\s*,\s*')) then
    declared := application;
  end if;
  named := correlation.mint(coalesce(declared, nullif(system_name, ''), application, session_user), declared is null);
  perform set_config('correlation.minted', named, true);
  return named;
end
$$;
comment on function correlation.author(text) is
  'Who this transaction''s writes are by, where the row does not say: its ID, its session''s, or one minted for it.';

create or replace function correlation.differ(
  relation oid, previous_row jsonb, new_row jsonb, apart text[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  -- What is generated is not there yet when a BEFORE trigger looks.
  apart := apart || array(select attname::text from pg_attribute
    where attrelid = relation and attnum > 0 and attgenerated <> '');
  return previous_row - apart <> new_row - apart;
end
$$;
comment on function correlation.differ(oid, jsonb, jsonb, text[]) is
  'Whether two rows differ in anything but some columns and the generated ones; looks into the catalogue.';

create or replace function correlation.decide(
  relation oid, previous_row jsonb, new_row jsonb, "column" text, maintained text[], system_name text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  actor text := new_row ->> "column";
  previous text := previous_row ->> "column";
  generic boolean := correlation.is_generic(actor);
begin
  if not new_row ? "column" then
    raise exception 'it has no column "%" any more', "column" using errcode = 'undefined_column';
  end if;
  if previous_row is not null then
    if (actor is not distinct from previous
        or (generic or correlation.is_id(actor)) and (correlation.is_generic(previous) or correlation.is_id(previous)))
      and not correlation.differ(relation, previous_row, new_row, maintained || "column"::text)
    then
      return previous;
    end if;
    if not generic and actor = previous then return coalesce(correlation.current(), actor); end if;
  end if;
  return case when generic then correlation.author(system_name) else actor end;
end
$$;
comment on function correlation.decide(oid, jsonb, jsonb, text, text[], text) is
  'What a tracked table''s function decides, by column names and slower: for a table altered since it was tracked.';

-- Tracking ----------------------------------------------------------------------------------------------------

create or replace function correlation.check_column(relation regclass, "column" name) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  -- The longest there is: two names of 64, two dots, a uuid of 36.
  longest text := repeat('t', 64) || '.' || repeat('j', 64) || '.' || gen_random_uuid();
  attribute record;
  kept text;
  fits boolean;
  rule record;
begin
  select attnum, attgenerated, format_type(atttypid, atttypmod) as type into attribute
  from pg_attribute where attrelid = relation and attname = "column" and attnum > 0 and not attisdropped;
  if not found then
    raise exception 'correlation.track: table % has no column "%"', relation, "column"
      using errcode = 'undefined_column',
      hint = format('Add it first: alter table %s add column %I text;', relation, "column");
  elsif attribute.attgenerated <> '' then
    raise exception 'correlation.track: column "%" of % is generated, so no trigger can write it', "column", relation
      using errcode = 'generated_always';
  end if;
  begin
    execute format('select (%L::text::%s)::text', longest, attribute.type) into kept;
  exception when others then
    kept := sqlerrm;
  end;
  if kept is distinct from longest then
    raise exception 'correlation.track: column "%" of % is of type %, which cannot hold a correlation ID of % characters',
      "column", relation, attribute.type, length(longest)
      using errcode = 'string_data_right_truncation',
      hint = format('Widen it first: alter table %s alter column %I type text;', relation, "column");
  end if;
  for rule in
    select conname, contype, pg_get_expr(conbin, conrelid) as expression
    from pg_constraint where conrelid = relation
      and (contype = 'f' and attribute.attnum = any (conkey) or contype = 'c' and conkey = array[attribute.attnum])
  loop
    fits := false;
    if rule.contype = 'c' then
      begin
        execute format('select (%s) is not false from (select %L::text::%s as %I) as row',
          rule.expression, longest, attribute.type, "column") into fits;
      exception when others then
        fits := true; -- The rule cannot be tried by itself; it is not known to refuse an ID.
      end;
    end if;
    if not fits then
      raise exception 'correlation.track: constraint "%" of % would refuse a correlation ID in "%"',
        rule.conname, relation, "column"
        using errcode = 'check_violation', hint = 'Drop or relax the constraint first, or track another column.';
    end if;
  end loop;
end
$$;
comment on function correlation.check_column(regclass, name) is
  'Fails with what to change where a column could not hold every correlation ID.';

create or replace function correlation.has_equality(type text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  equal boolean;
begin
  execute format('select record_eq(row(null::%s), row(null::%1$s))', type) into equal;
  return true;
exception when undefined_function then
  return false;
end
$$;
comment on function correlation.has_equality(text) is 'Whether rows with a column of this type can be compared with "=".';

create or replace function correlation.comparison(function_name text, columns name[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select function_name || '(row(' || string_agg(format('old.%I', name), ', ') || '), row('
    || string_agg(format('new.%I', name), ', ') || '))'
  from unnest(columns) as name
$$;
comment on function correlation.comparison(text, name[]) is
  'The text of a comparison of some columns before and after a write; null where there are none.';

create or replace function correlation.function_body(
  relation regclass, "column" name, maintained name[], system_name text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  -- Columns compared with "=", and those whose images are compared because their type has none.
  equal name[];
  imaged name[];
  known name[];
begin
  select array_agg(attname order by attnum) filter (where counts and equality),
    array_agg(attname order by attnum) filter (where counts and not equality),
    array_agg(attname order by attnum)
  into equal, imaged, known
  from (
    select attname, attnum, attname <> "column" and attgenerated = '' and attname <> all (maintained) as counts,
      correlation.has_equality(format_type(atttypid, atttypmod)) as equality
    from pg_attribute where attrelid = relation and attnum > 0 and not attisdropped
  ) as columns;
  return format($body$
-- Written by correlation.track for %4$s; run that again after altering the table.
declare
  actor text;
  previous text;
  cause text;
  generic boolean;
  probe record;
  changed boolean;
begin
  begin
    actor := new.%1$I;
    generic := actor is null or lower(btrim(actor, E' \t\n\r')) in ('', 'system');
    if tg_op = 'UPDATE' then
      previous := old.%1$I;
      if not generic then
        if actor = previous then
          if coalesce(current_setting('correlation.id', true), '') = '' then return new; end if;
          cause := correlation.current();
          if cause is null then return new; end if;
        elsif btrim(actor, E' \t\n\r') !~ %7$L then
          return new;
        end if;
      end if;
      if current_setting('correlation.mode', true) = 'off' then return new; end if;
      if actor is not distinct from previous or previous is null
        or lower(btrim(previous, E' \t\n\r')) in ('', 'system') or btrim(previous, E' \t\n\r') ~ %7$L
      then
        changed := %3$s;
        if not changed then
          -- Nothing that was there when this was written. A column added later counts too.
          probe := new;
%8$s          changed := record_image_ne(probe, old)
            and correlation.differ(tg_relid, to_jsonb(old), to_jsonb(new), %6$L::text[] || %5$L::text);
        end if;
        if not changed then
          if actor is distinct from previous then new.%1$I := previous; end if;
          return new;
        end if;
      end if;
    elsif current_setting('correlation.mode', true) = 'off' then
      return new;
    end if;
    if generic then
      -- The short way, where nothing in the session says whose write this is: as correlation.author and
      -- correlation.mint would, in one expression, since each costs again in each transaction.
      cause := case when concat(current_setting('correlation.id', true), current_setting('hasura.user', true)) = '' then
        coalesce(nullif(current_setting('correlation.minted', true), ''), case
          when concat(current_setting('correlation.system', true), current_setting('correlation.system_applications', true)) = ''
            and %9$L <> ''
          then set_config('correlation.minted', %9$L || overlay(overlay(gen_random_uuid()::text
            placing overlay(lpad(to_hex(floor(extract(epoch from now()) * 1000)::bigint), 12, '0') placing '-' from 9 for 0)
            || '-8' from 1 for 15) placing 'ffffffffff' from 27 for 10), true) end) end;
      new.%1$I := coalesce(cause, correlation.author(%2$L));
    elsif cause is not null then
      new.%1$I := cause;
    end if;
    return new;
  exception when others then
    -- Whatever it is, the write is the application's: a table altered meanwhile is read by names.
    if current_setting('correlation.mode', true) = 'off' then return new; end if;
    begin
      actor := correlation.decide(tg_relid, case when tg_op = 'UPDATE' then to_jsonb(old) end, to_jsonb(new),
        %5$L, %6$L, %2$L);
      return jsonb_populate_record(new, jsonb_build_object(%5$L, actor));
    exception when others then
      if coalesce(current_setting('correlation.warned', true), '') = '' then
        perform set_config('correlation.warned', 'yes', true);
        raise warning 'correlation: %% is written without an actor: %%', tg_relid::regclass, sqlerrm
          using hint = 'Run correlation.track for it again, or correlation.untrack.';
      end if;
      return new;
    end;
  end;
end
$body$, "column", system_name,
    coalesce(correlation.comparison('record_ne', equal) || E'\n          or ' || correlation.comparison('record_image_ne', imaged),
      correlation.comparison('record_ne', equal), correlation.comparison('record_image_ne', imaged), 'false'),
    relation, "column"::text, maintained::text[],
    -- The pattern of correlation.is_id, in place: calling it would cost more than it.
    '^[^@.]+(\.[^@.]+)*\.[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    (select string_agg(format(E'          probe.%1$I := old.%1$I;\n', name), '') from unnest(known) as name),
    -- Without a name of its own the table takes the application's, which correlation.author finds.
    case when system_name <> '' then correlation.normalise_name(system_name) || '.' else '' end);
end
$$;
comment on function correlation.function_body(regclass, name, name[], text) is
  'The text of a tracked table''s own trigger function.';

create or replace function correlation.track(
  "table" regclass, "column" name default 'updated_by', system_name text default null,
  maintained name[] default '{updated_at}') returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  relation record;
  existing record;
  function_name text;
begin
  -- Two at once wait for each other, without holding up anybody's writes.
  perform pg_advisory_xact_lock(hashtext('correlation.track'), "table"::oid::bigint::bit(32)::int);
  select c.relkind, c.relname, n.nspname into relation
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = "table";
  if relation.relkind not in ('r', 'p') then
    raise exception 'correlation.track: % is no table', "table"
      using errcode = 'wrong_object_type', hint = 'Track the tables that a view reads from.';
  end if;
  perform correlation.check_column("table", "column");

  select t.tgparentid, p.oid, p.proname into existing
  from pg_trigger t join pg_proc p on p.oid = t.tgfoid
  where t.tgrelid = "table" and t.tgname = '~correlation';
  if existing.tgparentid <> 0 then
    raise notice 'correlation.track: % is a partition and tracked with its parent', "table";
    return;
  end if;
  function_name := existing.proname;
  if function_name is null then
    function_name := left(relation.nspname || '.' || relation.relname, 50);
    if exists (select from pg_proc p join pg_trigger t on t.tgfoid = p.oid
      where p.pronamespace = 'correlation'::regnamespace and p.proname = function_name) then
      -- Another table's, renamed since, or with the same first 50 characters.
      function_name := function_name || '.' || "table"::oid;
    end if;
  end if;
  execute format(
    'create or replace function correlation.%I() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as %L',
    function_name, correlation.function_body("table", "column", maintained, system_name));
  if existing.oid is null then
    -- A partition that was tracked by itself is from now on tracked with its parent.
    perform correlation.untrack(t.tgrelid) from pg_trigger t
    where t.tgname = '~correlation' and t.tgparentid = 0
      and t.tgrelid in (select relid from pg_partition_tree("table"));
    -- "~" sorts last, so that every other BEFORE trigger has had its say. No WHEN: Postgres would prepare it
    -- for each statement, and it would block altering the columns it names.
    execute format(
      'create trigger "~correlation" before insert or update on %s for each row execute function correlation.%I()',
      "table", function_name);
  end if;
end
$$;
comment on function correlation.track(regclass, name, text, name[]) is
  'Puts a table under tracking, or brings its function up to date. maintained: columns that other triggers keep.';

create or replace function correlation.untrack("table" regclass) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  existing record;
begin
  perform pg_advisory_xact_lock(hashtext('correlation.track'), "table"::oid::bigint::bit(32)::int);
  select t.tgparentid, p.proname into existing
  from pg_trigger t join pg_proc p on p.oid = t.tgfoid
  where t.tgrelid = "table" and t.tgname = '~correlation' and p.pronamespace = 'correlation'::regnamespace;
  if not found then return; end if;
  if existing.tgparentid <> 0 then
    raise notice 'correlation.untrack: % is a partition and tracked with its parent: untrack that', "table";
    return;
  end if;
  execute format('drop trigger "~correlation" on %s', "table");
  execute format('drop function correlation.%I()', existing.proname);
end
$$;
comment on function correlation.untrack(regclass) is 'Takes a table off tracking; nothing of it stays but the rows.';

-- Whoever writes a tracked table runs these, also where a database gives nobody new functions by default.
grant execute on all functions in schema correlation to public;
