-- Hasura's event catalogue with the names and columns of its own (v2), for the tables that Throughline reads.
-- Safe to run again.
create schema if not exists hdb_catalog;

create table if not exists hdb_catalog.event_log (
  id            text primary key default gen_random_uuid()::text,
  schema_name   text not null,
  table_name    text not null,
  trigger_name  text not null,
  payload       jsonb not null,
  delivered     boolean not null default false,
  error         boolean not null default false,
  tries         integer not null default 0,
  -- Without zone: it holds the time of the writer's session.
  created_at    timestamp default now(),
  locked        timestamptz,
  next_retry_at timestamp,
  archived      boolean not null default false
);
create index if not exists event_log_trigger_name_idx on hdb_catalog.event_log (trigger_name);
-- For the poller's query.
create index if not exists event_log_fetch_events
  on hdb_catalog.event_log (locked nulls first, next_retry_at nulls first, created_at)
  where not delivered and not error and not archived;

create table if not exists hdb_catalog.event_invocation_logs (
  id           text primary key default gen_random_uuid()::text,
  trigger_name text,
  event_id     text,
  status       integer,
  request      json,
  response     json,
  created_at   timestamp default now()
);
create index if not exists event_invocation_logs_event_id_idx
  on hdb_catalog.event_invocation_logs (event_id);

-- What Hasura is configured to do: one row.
create table if not exists hdb_catalog.hdb_metadata (
  id               integer primary key,
  metadata         json not null,
  resource_version integer not null unique default 1
);

-- Writes one event in the transaction of the row's own write. An empty setting counts as none, as in Hasura's
-- newer versions.
create or replace function hdb_catalog.insert_event_log(
  schema_name text, table_name text, trigger_name text, op text, row_data json
) returns text language plpgsql as $$
declare
  session_variables json := nullif(current_setting('hasura.user', true), '')::json;
  trace_context     json := nullif(current_setting('hasura.tracecontext', true), '')::json;
  event_id          text;
begin
  insert into hdb_catalog.event_log (schema_name, table_name, trigger_name, payload)
  values ($1, $2, $3, jsonb_build_object(
    'op', op,
    'data', row_data,
    'session_variables', session_variables,
    'trace_context', trace_context))
  returning id into event_id;
  return event_id;
end
$$;
