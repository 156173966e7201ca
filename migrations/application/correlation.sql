-- The schema "correlation" of an application's database: says who wrote a row, and adds no event to those
-- the application has. Install with `psql -1 -f`, Hasura's run_sql or any migration tool; installing again, or over
-- an older version, replaces the functions, keeps what is tracked and brings it up to date. Postgres 13 or later.
-- It makes no tables. Remove with: drop schema correlation cascade;
--
--   begin;
--   select correlation.use('order_placed.reserve-stock.0192…');   -- first thing in a job's transaction;
--   …                                                             -- call correlation.caused_by(…) does it for less
--   commit;
--
--   select correlation.track('orders');                           -- once for each table
--   select * from correlation.status();                           -- what is tracked, what is not, what to do
--
-- Everyone may run what a write needs. What manages (track, track_all, untrack, status) is its owner's: tracking
-- takes CREATE on the schema and TRIGGER on the table. No function is SECURITY DEFINER.
--
-- Settings it reads, all optional, each with SET, SET LOCAL, ALTER ROLE or ALTER DATABASE:
--   correlation.mode                 'off' leaves every actor as it was written (maintenance)
--   correlation.system               the name of the system action that this session is
--   correlation.system_applications  application_names that are system actions, separated by commas
--   correlation.user_variables       session variables that name a person, the first one there counts;
--                                    'x-hasura-user-email,x-hasura-user-id' unless set
-- Settings that it writes, for the transaction only: correlation.id, correlation.since,
-- correlation.minted, and two keys of hasura.user.

do $install$
declare
  installed int;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('correlation.install'));
  if pg_catalog.to_regprocedure('correlation.version()') is not null then
    execute 'select correlation.version()' into installed;
    if installed > 2 then -- The number of correlation.version() below.
      raise exception 'correlation: version % is installed, which is newer than this file''s', installed
        using hint = 'Install the newer file again, or drop schema correlation cascade first.';
    end if;
  end if;
end
$install$;

create schema if not exists correlation;
comment on schema correlation is 'Throughline: who or what wrote a row. Remove with: drop schema correlation cascade.';
-- Triggers run as whoever writes, so everyone who writes must be able to look in.
grant usage on schema correlation to public;

create or replace function correlation.version() returns int
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as 'select 2';
comment on function correlation.version() is 'Of what is installed. Each release that changes a function has the next number.';

-- Every function has its search_path pinned, but for those that each write or each job's transaction runs (use,
-- caused_by, use_anything, may_set_hasura_user, current and what track generates): switching it costs as much there as
-- all the rest. They name the schema of everything that they use instead.
-- What a write runs is plpgsql where plain SQL would do: Postgres plans the body of an SQL function again for each transaction.

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
language plpgsql stable
as $$
begin
  -- The second setting ties the first to this transaction, whatever was done to the session.
  if pg_catalog.current_setting('correlation.id', true) operator(pg_catalog.<>) ''
    and pg_catalog.current_setting('correlation.since', true) operator(pg_catalog.=) (pg_catalog.date_part('epoch',
      pg_catalog.now()) operator(pg_catalog.*) 1000000)::pg_catalog.int8::pg_catalog.text
  then
    return pg_catalog.current_setting('correlation.id', true);
  end if;
  return null;
end
$$;
comment on function correlation.current() is 'The ID that this transaction was given with correlation.use, or null.';

create or replace function correlation.may_set_hasura_user() returns boolean
language plpgsql stable
as $$
begin
  -- After a local setting its value is the empty string, not null. Older versions of Hasura's
  -- insert_event_log cast that to JSON (github.com/hasura/graphql-engine/issues/8498), and the next write
  -- of the connection fails. Where the connection has the setting already, empty or not, nothing is made worse: so
  -- only the first transaction of a connection looks.
  if pg_catalog.current_setting('hasura.user', true) is not null then return true; end if;
  return not exists (
    select from pg_catalog.pg_proc
    where proname operator(pg_catalog.=) 'insert_event_log'
      and pronamespace operator(pg_catalog.=)
        (select oid from pg_catalog.pg_namespace where nspname operator(pg_catalog.=) 'hdb_catalog')
      and prosrc operator(pg_catalog.~) 'hasura\.user'
      and prosrc operator(pg_catalog.!~*) 'nullif\s*\(\s*current_setting\s*\(\s*''hasura\.user''[^;]*''''');
end
$$;
comment on function correlation.may_set_hasura_user() is
  'False where Hasura''s own trigger would fail on the empty setting that a local hasura.user leaves behind.';

create or replace procedure correlation.caused_by(id text)
language plpgsql
as $$
declare
  done pg_catalog.text;
begin
  -- Spelled as the edge spells it, in a transaction without session variables, on a connection where the setting has
  -- been before. The pattern has no counts and no captures: with {1,64} it takes six times as long as all the rest.
  if pg_catalog.current_setting('hasura.user', true) operator(pg_catalog.=) ''
    and id operator(pg_catalog.~) '^[a-z0-9_-]+(?:\.[a-z0-9_-]+)?\.[0-9a-f-]+$'
    and id operator(pg_catalog.~~) '%.________-____-____-____-____________'
    and pg_catalog.length(pg_catalog.replace(pg_catalog.right(id, 36), '-', '')) operator(pg_catalog.=) 32
    and pg_catalog.length(id) operator(pg_catalog.<) 102 -- A name of 64 and the uuid: no name can be longer.
  then
    done := pg_catalog.set_config('correlation.id', id, true)
      operator(pg_catalog.||) pg_catalog.set_config('correlation.since', (pg_catalog.date_part('epoch',
        pg_catalog.now()) operator(pg_catalog.*) 1000000)::pg_catalog.int8::pg_catalog.text, true)
      operator(pg_catalog.||) pg_catalog.set_config('hasura.user', '{"x-hasura-correlation-id": "'
        operator(pg_catalog.||) id operator(pg_catalog.||) '", "x-hasura-correlation-time": "'
        operator(pg_catalog.||) pg_catalog.to_char(pg_catalog.now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        operator(pg_catalog.||) '"}', true);
  else
    perform correlation.use_anything(id);
  end if;
end
$$;
comment on procedure correlation.caused_by(text) is
  'Names the cause of everything this transaction writes, as correlation.use does, for less: CALL is not planned.';

create or replace function correlation.use_anything(id text) returns void
language plpgsql volatile
as $$
declare
  canonical pg_catalog.text := coalesce(correlation.canonical(id), '');
  session pg_catalog.text := pg_catalog.current_setting('hasura.user', true);
  variables pg_catalog.jsonb;
begin
  if canonical operator(pg_catalog.=) '' and not correlation.is_generic(id) then
    raise warning 'correlation.use: "%" is no correlation ID, so this transaction names no cause', pg_catalog.left(id, 200)
      using hint = 'Give it the request''s x-correlation-id as it came: {trigger}.{job}.{uuid}.';
  end if;
  perform pg_catalog.set_config('correlation.id', canonical, true),
    pg_catalog.set_config('correlation.since', (pg_catalog.date_part('epoch',
      pg_catalog.now()) operator(pg_catalog.*) 1000000)::pg_catalog.int8::pg_catalog.text, true);
  if coalesce(session, '') operator(pg_catalog.=) '' then
    if canonical operator(pg_catalog.<>) '' and (session is not null or correlation.may_set_hasura_user()) then
      perform pg_catalog.set_config('hasura.user', pg_catalog.concat('{"x-hasura-correlation-id": "', canonical,
        '", "x-hasura-correlation-time": "',
        pg_catalog.to_char(pg_catalog.now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '"}'), true);
    end if;
    return;
  end if;
  begin
    variables := session::pg_catalog.jsonb;
    if canonical operator(pg_catalog.<>) '' then
      variables := variables operator(pg_catalog.||) pg_catalog.jsonb_build_object(
        'x-hasura-correlation-id', canonical, 'x-hasura-correlation-time',
        pg_catalog.to_char(pg_catalog.now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
    elsif variables operator(pg_catalog.?) 'x-hasura-correlation-id' then
      variables := variables operator(pg_catalog.-) '{x-hasura-correlation-id,x-hasura-correlation-time}'::pg_catalog.text[];
    else
      return;
    end if;
    perform pg_catalog.set_config('hasura.user', variables::pg_catalog.text, true);
  exception when others then
    raise warning 'correlation.use: hasura.user is left as it is: %', sqlerrm;
  end;
end
$$;
comment on function correlation.use_anything(text) is
  'What correlation.caused_by does with the IDs and transactions that its short way is not for.';

create or replace function correlation.use(id text) returns void
language plpgsql volatile
as $$
begin
  call correlation.caused_by(id);
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
  select 'pg_catalog.' || function_name || '(row(' || string_agg(format('old.%I', name), ', ') || '), row('
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
-- Written by correlation.track; run that again after altering the table.
-- Postgres makes each expression ready again in each transaction, with every branch that it has. So what most writes
-- are comes first, in expressions of few calls, and what is rare stands apart from them.
begin
  begin
    -- A person, set anew, or carried in a transaction without an ID. On INSERT old is null.
    if new.%1$I operator(pg_catalog.~~) '%%@%%' and ((new.%1$I operator(pg_catalog.=) old.%1$I) is not true
      or (pg_catalog.current_setting('correlation.id', true) operator(pg_catalog.<>) '') is not true)
    then
      return new;
    end if;
    if tg_op operator(pg_catalog.=) 'UPDATE' then
      if (%3$s) is not true then
        -- Nothing else changes, of what was there when this was written. A column added later counts too.
        declare
          actor pg_catalog.text := new.%1$I;
          previous pg_catalog.text := old.%1$I;
          same boolean := coalesce(actor operator(pg_catalog.=) previous, actor is null and previous is null);
          probe record;
        begin
          if pg_catalog.current_setting('correlation.mode', true) operator(pg_catalog.=) 'off' then return new; end if;
          if same
            or (coalesce(pg_catalog.lower(pg_catalog.btrim(actor, E' \t\n\r')), '') operator(pg_catalog.=)
                any ('{"",system}'::pg_catalog.text[])
              or pg_catalog.btrim(actor, E' \t\n\r') operator(pg_catalog.~) %6$L)
            and (coalesce(pg_catalog.lower(pg_catalog.btrim(previous, E' \t\n\r')), '') operator(pg_catalog.=)
                any ('{"",system}'::pg_catalog.text[])
              or pg_catalog.btrim(previous, E' \t\n\r') operator(pg_catalog.~) %6$L)
          then
            probe := new;
%7$s            if not (pg_catalog.record_image_ne(probe, old) and correlation.differ(tg_relid,
              pg_catalog.to_jsonb(old), pg_catalog.to_jsonb(new),
              pg_catalog.array_append(%5$L::pg_catalog.text[], %4$L::pg_catalog.text)))
            then
              if not same then new.%1$I := previous; end if;
              return new;
            end if;
          end if;
        end;
      end if;
    end if;
    if pg_catalog.lower(pg_catalog.btrim(new.%1$I, E' \t\n\r')) operator(pg_catalog.<>)
      all ('{"",system}'::pg_catalog.text[])
    then
      if (new.%1$I operator(pg_catalog.=) old.%1$I) is not true then return new; end if;
      -- As correlation.current does.
      if pg_catalog.current_setting('correlation.id', true) operator(pg_catalog.<>) ''
        and pg_catalog.current_setting('correlation.since', true) operator(pg_catalog.=) (pg_catalog.date_part('epoch',
          pg_catalog.now()) operator(pg_catalog.*) 1000000)::pg_catalog.int8::pg_catalog.text
        and (pg_catalog.current_setting('correlation.mode', true) operator(pg_catalog.=) 'off') is not true
      then
        new.%1$I := pg_catalog.current_setting('correlation.id', true);
      end if;
      return new;
    end if;
    -- Null or generic. Where nothing in the session says whose write this is: as correlation.author and
    -- correlation.mint would.
    if pg_catalog.concat(pg_catalog.current_setting('correlation.id', true),
      pg_catalog.current_setting('hasura.user', true), pg_catalog.current_setting('correlation.mode', true),
      pg_catalog.current_setting('correlation.system', true),
      pg_catalog.current_setting('correlation.system_applications', true)) operator(pg_catalog.=) ''%9$s
    then
      new.%1$I := case when pg_catalog.current_setting('correlation.minted', true) operator(pg_catalog.<>) ''
        then pg_catalog.current_setting('correlation.minted', true)
        -- The transaction's number, hashed, is as good as random here, and four times as cheap.
        else pg_catalog.set_config('correlation.minted', %8$s operator(pg_catalog.||) ('0' operator(pg_catalog.||)
          pg_catalog.to_hex((pg_catalog.date_part('epoch', pg_catalog.now()) operator(pg_catalog.*)
            1000)::pg_catalog.int8) operator(pg_catalog.||)
          pg_catalog.to_hex(pg_catalog.hashint8extended(pg_catalog.txid_current(), (pg_catalog.date_part('epoch',
            pg_catalog.now()) operator(pg_catalog.*) 1000000)::pg_catalog.int8)
            operator(pg_catalog.&) 68715282431 operator(pg_catalog.|) 549764202496) -- 0xfff3fffff, 0x8000800000.
          operator(pg_catalog.||) 'ffffffffff')::pg_catalog.uuid::pg_catalog.text, true) end;
      return new;
    end if;
    if pg_catalog.current_setting('correlation.mode', true) operator(pg_catalog.=) 'off' then return new; end if;
    new.%1$I := case when pg_catalog.current_setting('correlation.id', true) operator(pg_catalog.<>) ''
        and pg_catalog.current_setting('correlation.since', true) operator(pg_catalog.=) (pg_catalog.date_part('epoch',
          pg_catalog.now()) operator(pg_catalog.*) 1000000)::pg_catalog.int8::pg_catalog.text
      then pg_catalog.current_setting('correlation.id', true) else correlation.author(%2$L) end;
    return new;
  exception when others then
    -- Whatever it is, the write is the application's: a table altered meanwhile is read by names.
    if pg_catalog.current_setting('correlation.mode', true) operator(pg_catalog.=) 'off' then return new; end if;
    begin
      return pg_catalog.jsonb_populate_record(new, pg_catalog.jsonb_build_object(%4$L, correlation.decide(tg_relid,
        case when tg_op operator(pg_catalog.=) 'UPDATE' then pg_catalog.to_jsonb(old) end, pg_catalog.to_jsonb(new),
        %4$L, %5$L, %2$L)));
    exception when others then
      if coalesce(pg_catalog.current_setting('correlation.warned', true), '') operator(pg_catalog.=) '' then
        perform pg_catalog.set_config('correlation.warned', 'yes', true);
        raise warning 'correlation: %% is written without an actor: %%', tg_relid::pg_catalog.regclass, sqlerrm
          using hint = 'Run correlation.track for it again, or correlation.untrack.';
      end if;
      return new;
    end;
  end;
end
$body$, "column", system_name,
    coalesce(nullif(concat_ws(' or ', correlation.comparison('record_ne', equal),
      correlation.comparison('record_image_ne', imaged)), ''), 'false'),
    "column"::text, maintained::text[],
    -- The pattern of correlation.is_id, in place: calling it would cost more than it.
    '^[^@.]+(?:\.[^@.]+)*\.[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    (select string_agg(format(E'            probe.%1$I := old.%1$I;\n', name), '') from unnest(known) as name),
    -- Without a name of its own the table takes the application's, where that is spelled as IDs spell it;
    -- correlation.author finds every other.
    case when system_name <> '' then quote_literal(correlation.normalise_name(system_name) || '.')
      else 'pg_catalog.current_setting(''application_name'') operator(pg_catalog.||) ''.''' end,
    case when system_name <> '' then ''
      else E'\n      and pg_catalog.current_setting(''application_name'') operator(pg_catalog.~) ''^[a-z0-9_-]+$''' end);
end
$$;
comment on function correlation.function_body(regclass, name, name[], text) is
  'The text of a tracked table''s own trigger function.';

create or replace function correlation.tracked()
returns table (relation oid, parent oid, enabled "char", function_oid oid, function_name name, body text, given jsonb)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select t.tgrelid, t.tgparentid, t.tgenabled, p.oid, p.proname, p.prosrc,
    substring(obj_description(p.oid, 'pg_proc') from '\{.*\}')::jsonb
  from pg_trigger t join pg_proc p on p.oid = t.tgfoid
  where t.tgname = '~correlation' and p.pronamespace = (select oid from pg_namespace where nspname = 'correlation')
$$;
comment on function correlation.tracked() is
  'Every table and partition with the trigger; given is what track was given, as it keeps it in a comment.';

create or replace function correlation.alter_briefly(statement text, relation regclass) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  before text := current_setting('lock_timeout');
begin
  -- Whoever waits for a table's lock makes everybody who writes it wait behind.
  if before = '0' then perform set_config('lock_timeout', '1s', true); end if;
  execute statement;
  perform set_config('lock_timeout', before, true);
exception when lock_not_available then
  raise exception 'correlation: % is being written by a transaction that does not end; nothing was changed', relation
    using errcode = 'lock_not_available',
    hint = 'Try again, or wait longer with: set lock_timeout. Writers of the table wait as long.';
end
$$;
comment on function correlation.alter_briefly(text, regclass) is
  'Runs a statement that locks a table, and gives up after a second unless lock_timeout says otherwise.';

create or replace function correlation.track(
  "table" regclass, "column" name default null, system_name text default null,
  maintained name[] default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  relation record;
  existing record;
  own_name text;
begin
  -- Two at once wait for each other, without holding up anybody's writes.
  perform pg_advisory_xact_lock(hashtext('correlation.track'), "table"::oid::bigint::bit(32)::int);
  select c.relkind, c.relname, n.nspname into relation
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = "table";
  if relation.relkind is null or relation.relkind not in ('r', 'p') then
    raise exception 'correlation.track: % is no table', "table"
      using errcode = 'wrong_object_type', hint = 'Track the tables that a view reads from.';
  end if;

  select * into existing from correlation.tracked() as t where t.relation = "table";
  if existing.parent <> 0 then
    raise notice 'correlation.track: % is a partition and tracked with its parent', "table";
    return;
  end if;
  "column" := coalesce("column", existing.given ->> 'column', 'updated_by');
  system_name := coalesce(system_name, existing.given ->> 'system_name');
  maintained := coalesce(maintained, case when existing.given ? 'maintained'
    then array(select jsonb_array_elements_text(existing.given -> 'maintained'))::name[] else '{updated_at}' end);
  perform correlation.check_column("table", "column");

  own_name := existing.function_name;
  if own_name is null then
    own_name := left(relation.nspname || '.' || relation.relname, 50);
    if exists (select from correlation.tracked() as t where t.function_name = own_name) then
      -- Another table's, renamed since, or with the same first 50 characters.
      own_name := own_name || '.' || "table"::oid;
    end if;
  end if;
  execute format(
    'create or replace function correlation.%I() returns trigger language plpgsql as %L',
    own_name, correlation.function_body("table", "column", maintained, system_name));
  execute format('comment on function correlation.%I() is %L', own_name, 'Tracks '
    || jsonb_build_object('column', "column", 'system_name', system_name, 'maintained', maintained)::text);
  -- Who attaches a partition makes its trigger, and so needs this, also where nobody is given new functions.
  execute format('grant execute on function correlation.%I() to public', own_name);
  if existing.relation is null then
    -- A partition that was tracked by itself is from now on tracked with its parent.
    perform correlation.untrack(t.relation) from correlation.tracked() as t
    where t.parent = 0 and t.relation in (select relid from pg_partition_tree("table"));
    -- "~" sorts last, so that every other BEFORE trigger has had its say. No WHEN: Postgres would prepare it
    -- for each statement, and it would block altering the columns it names.
    perform correlation.alter_briefly(format(
      'create trigger "~correlation" before insert or update on %s for each row execute function correlation.%I()',
      "table", own_name), "table");
  end if;
end
$$;
comment on function correlation.track(regclass, name, text, name[]) is
  'Puts a table under tracking, or brings its function up to date; what is not given stays as it was given before. column: updated_by unless given. maintained: columns that other triggers keep, {updated_at} unless given.';

create or replace function correlation.untrack("table" regclass) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  existing record;
begin
  perform pg_advisory_xact_lock(hashtext('correlation.track'), "table"::oid::bigint::bit(32)::int);
  select * into existing from correlation.tracked() as t where t.relation = "table";
  if not found then return; end if;
  if existing.parent <> 0 then
    raise notice 'correlation.untrack: % is a partition and tracked with its parent: untrack that', "table";
    return;
  end if;
  perform correlation.alter_briefly(format('drop trigger "~correlation" on %s', "table"), "table");
  execute format('drop function correlation.%I()', existing.function_name);
end
$$;
comment on function correlation.untrack(regclass) is 'Takes a table off tracking; nothing of it stays but the rows.';

create or replace function correlation.inspect(
  relation regclass, "column" name, out state text, out detail text, out run text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  existing record;
  system_name text;
  maintained name[];
begin
  select * into existing from correlation.tracked() as t where t.relation = inspect.relation;
  "column" := coalesce(existing.given ->> 'column', "column", 'updated_by');
  run := format('select correlation.track(%L);', relation::text);
  if existing.given is null and "column" <> 'updated_by' then
    run := format('select correlation.track(%L, %L);', relation::text, "column");
  end if;
  begin
    perform correlation.check_column(relation, "column");
  exception when others then
    get stacked diagnostics detail = message_text, run = pg_exception_hint;
    detail := replace(detail, 'correlation.track: ', '');
    if run !~ ': alter table ' then detail := detail || '. ' || run; end if;
    run := substring(run from ': (alter table .*)$');
    state := case when existing.relation is not null then 'broken'
      when sqlstate = '42703' then 'no column' else 'unfit' end;
    if state = 'broken' then
      detail := detail || ': the actor of its writes is not looked after';
    end if;
    return;
  end;
  if existing.relation is null then
    state := 'untracked';
    return;
  end if;
  system_name := existing.given ->> 'system_name';
  maintained := array(select jsonb_array_elements_text(existing.given -> 'maintained'));
  if existing.given is null
    or existing.body <> correlation.function_body(relation, "column", maintained, system_name)
  then
    state := 'out of date';
    detail := 'the table or correlation was altered since: nothing is lost, but writes take a slower way';
  elsif existing.enabled <> 'O' then
    state := 'disabled';
    detail := case existing.enabled when 'D' then 'its trigger is disabled'
      else 'its trigger fires on replication subscribers too' end;
    run := format('alter table %s enable trigger "~correlation";', relation);
  elsif exists (select from pg_trigger t where t.tgrelid = relation and not t.tgisinternal and t.tgenabled <> 'D'
    and t.tgtype & 3 = 3 and t.tgtype & 20 <> 0 and t.tgname > '~correlation')
  then
    state := 'tracked';
    detail := 'another BEFORE trigger fires after "~correlation" and may overrule it';
    run := null;
  else
    state := 'tracked';
    run := null;
  end if;
end
$$;
comment on function correlation.inspect(regclass, name) is 'One table''s line of correlation.status.';

create or replace function correlation.status(schema text default null, "column" name default 'updated_by')
returns table ("table" text, state text, detail text, run text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select c.oid::regclass::text, i.state, i.detail, i.run
    from pg_class c join pg_namespace n on n.oid = c.relnamespace,
      lateral correlation.inspect(c.oid::regclass, "column") as i
    where c.relkind in ('r', 'p') and c.relpersistence <> 't' and n.nspname !~ '^pg_'
      and n.nspname not in ('information_schema', 'correlation', 'hdb_catalog')
      and (schema is null or n.nspname = schema)
      and (not c.relispartition or exists (select from correlation.tracked() as t where t.relation = c.oid and t.parent = 0))
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by n.nspname, c.relname;
  -- A table's function outlives the table.
  return query
    select p.oid::regprocedure::text, 'left over', 'its table is gone', format('drop function %s;', p.oid::regprocedure)
    from pg_proc p
    where schema is null and p.prorettype = 'trigger'::regtype
      and p.pronamespace = (select oid from pg_namespace where nspname = 'correlation')
      and not exists (select from pg_trigger t where t.tgfoid = p.oid)
    order by p.proname;
end
$$;
comment on function correlation.status(text, name) is
  'Each table: tracked, untracked, out of date, disabled, broken, no column, unfit; why, and what to run. And functions left over.';

create or replace function correlation.track_all(
  schema text, "column" name default 'updated_by', system_name text default null, maintained name[] default null)
returns table ("table" text, state text, detail text, run text)
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
as $$
declare
  line record;
begin
  if not exists (select from pg_namespace where nspname = schema) then
    raise exception 'correlation.track_all: there is no schema "%"', schema using errcode = 'invalid_schema_name';
  end if;
  for line in select * from correlation.status(schema, "column") loop
    if line.state in ('untracked', 'out of date') then
      -- The tables tracked so far stay locked until the transaction ends, so none is waited for.
      begin
        perform correlation.track(line."table"::regclass,
          case when line.state = 'untracked' then "column" end,
          case when line.state = 'untracked' then track_all.system_name end,
          case when line.state = 'untracked' then track_all.maintained end);
        select i.state, i.detail, i.run into line.state, line.detail, line.run
        from correlation.inspect(line."table"::regclass, "column") as i;
      exception when others then
        line.detail := sqlerrm;
      end;
    end if;
    "table" := line."table"; state := line.state; detail := line.detail; run := line.run;
    return next;
  end loop;
end
$$;
comment on function correlation.track_all(text, name, text, name[]) is
  'Tracks every table of a schema that has the column, and answers as correlation.status does. What it could not track stays untracked, and detail says why.';

create or replace function correlation.track_again() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $again$
declare
  tracked record;
  written text[];
begin
  for tracked in select t.relation, t.given, t.body from correlation.tracked() as t where t.parent = 0 loop
    begin
      if tracked.given is null then
        -- Version 1 kept what it was given nowhere but in the call at its function's end.
        written := regexp_match(tracked.body,
          $$\s'((?:[^']|'')*)', '((?:[^']|'')*)', (?:NULL|'((?:[^']|'')*)')\);\s+return jsonb_populate_record$$);
        perform correlation.track(tracked.relation, replace(written[1], $$''$$, $$'$$)::name,
          replace(written[3], $$''$$, $$'$$), replace(written[2], $$''$$, $$'$$)::name[]);
      else
        perform correlation.track(tracked.relation);
      end if;
    exception when others then
      raise warning 'correlation: % stays as it was tracked: %', tracked.relation::regclass, sqlerrm
        using hint = 'Its writes go on. select * from correlation.status() says what to do.';
    end;
  end loop;
end
$again$;
comment on function correlation.track_again() is
  'Writes anew what is kept for each tracked table, without a lock on any of them. Runs when a version is installed.';

-- Whoever writes a tracked table runs these, also where a database gives nobody new functions by default.
grant execute on all routines in schema correlation to public;
revoke execute on function
  correlation.check_column(regclass, name), correlation.has_equality(text), correlation.comparison(text, name[]),
  correlation.function_body(regclass, name, name[], text), correlation.tracked(),
  correlation.alter_briefly(text, regclass), correlation.track(regclass, name, text, name[]),
  correlation.untrack(regclass), correlation.inspect(regclass, name), correlation.status(text, name),
  correlation.track_all(text, name, text, name[]), correlation.track_again()
from public;

do $upgrade$
begin
  if pg_catalog.to_regclass('correlation.migrations') is not null then
    drop table correlation.migrations; -- Version 1 was installed by a tool that kept a list.
  end if;
  perform correlation.track_again();
end
$upgrade$;
