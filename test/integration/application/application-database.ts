// A database with the schema "correlation" and with event triggers that compare rows as Hasura's do.
// The triggers are written here from Hasura's rules, not taken from the local world's event engine.
import pg from 'pg';
import { installCorrelation } from '../../../migrations/install.ts';
import { createDatabase } from '../../support/database.ts';

export type ApplicationDatabase = {
  url: string;
  client: pg.Client;
  /** Another connection, closed with the database. */
  connect(config?: pg.ClientConfig): Promise<pg.Client>;
  drop(): Promise<void>;
};

/** Makes a database, installs the schema `correlation`, connects. */
export async function createApplicationDatabase(): Promise<ApplicationDatabase> {
  const database = await createDatabase('application_test');
  const clients: pg.Client[] = [];
  const connect = async (config: pg.ClientConfig = {}): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: database.url, ...config });
    await client.connect();
    clients.push(client);
    return client;
  };
  await installCorrelation(database.url);
  return {
    url: database.url,
    client: await connect(),
    connect,
    drop: async () => {
      await Promise.all(clients.map((client) => client.end()));
      await database.drop();
    },
  };
}

/** The first row of a query's answer; fails where there is none. */
export async function one<Row extends pg.QueryResultRow = Record<string, string | null>>(
  client: pg.Client,
  sql: string,
  values: unknown[] = [],
): Promise<Row> {
  const result = await client.query<Row>(sql, values);
  const row = result.rows[0];
  if (row === undefined) throw new Error(`No row came of: ${sql}`);
  return row;
}

/** Runs statements in one transaction; rolls back where one fails. */
export async function inTransaction<Result>(
  client: pg.Client,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

// How Hasura reads the session: since graphql-engine pull request 10677 with the guard, before it without.
const readings = {
  guarded: `NULLIF(current_setting('hasura.user', 't'), '')`,
  unguarded: `current_setting('hasura.user', 't')`,
};

/** Makes `hdb_catalog` with an `insert_event_log` that reads the session as the given version does. */
export async function installEventLog(
  client: pg.Client,
  version: keyof typeof readings,
): Promise<void> {
  await client.query(`
    create schema if not exists hdb_catalog;
    create table if not exists hdb_catalog.event_log (
      number bigserial, table_name text, trigger_name text, payload jsonb, created_at timestamp default now());
    create or replace function hdb_catalog.insert_event_log(
      schema_name text, table_name text, trigger_name text, op text, row_data json) returns text
    language plpgsql as $$
    declare
      session_variables json;
    begin
      session_variables := ${readings[version]};
      insert into hdb_catalog.event_log (table_name, trigger_name, payload)
      values (table_name, trigger_name, json_build_object('op', op, 'data', row_data, 'session_variables', session_variables));
      return null;
    end $$;`);
}

/**
 * An event trigger on a table: an UPDATE fires where one of the columns differs by `=`, or by its image where a
 * type has no `=`; every INSERT and DELETE fires.
 */
export async function listen(
  client: pg.Client,
  trigger: { name: string; table: string; columns: readonly string[] },
): Promise<void> {
  const row = (side: string) =>
    `row(${trigger.columns.map((name) => `${side}.${name}`).join(', ')})`;
  await client.query(`
    create or replace function hdb_catalog.${trigger.name}() returns trigger language plpgsql as $$
    declare
      before_write record;
      after_write record;
      differs boolean := true;
    begin
      if tg_op = 'UPDATE' then
        before_write := ${row('old')};
        after_write := ${row('new')};
        begin
          differs := before_write <> after_write;
        exception when undefined_function then
          differs := before_write *<> after_write;
        end;
      end if;
      if differs then
        perform hdb_catalog.insert_event_log(tg_table_schema, tg_table_name, '${trigger.name}', tg_op, json_build_object(
          'old', case when tg_op <> 'INSERT' then row_to_json(old) end,
          'new', case when tg_op <> 'DELETE' then row_to_json(new) end));
      end if;
      return null;
    end $$;
    create trigger ${trigger.name} after insert or update or delete on ${trigger.table}
      for each row execute function hdb_catalog.${trigger.name}();`);
}

export type LoggedEvent = {
  trigger_name: string;
  payload: {
    op: string;
    data: { old: Record<string, unknown> | null; new: Record<string, unknown> | null };
    session_variables: Record<string, string> | null;
  };
};

/** The events logged since the last call. */
export async function takeEvents(client: pg.Client): Promise<LoggedEvent[]> {
  const taken = await client.query<LoggedEvent & { number: string }>(
    'delete from hdb_catalog.event_log returning number, trigger_name, payload',
  );
  return taken.rows.toSorted((left, right) => Number(left.number) - Number(right.number));
}

export const jane = 'jane@example.com';
export const bob = 'bob@example.com';
export const hop = 'order_placed.reserve-stock.01a20ed5-79e3-8349-97d2-cd0123456789';
export const otherHop = 'order_placed.charge-card.01a20ed5-79e3-8349-97d2-cdabcdef0123';
export const foreignId = 'import.9b2d6c1e-7a54-4f0b-8c3d-2e1f0a9b8c7d';

const uuidStart = '[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{2}';
/** What the database mints for a write that named no cause. */
export const unattributed = new RegExp(`^shop\\.${uuidStart}f{10}$`);
/** What it mints for a declared system action. */
export const declared = (name: string): RegExp => new RegExp(`^${name}\\.${uuidStart}0{10}$`);
