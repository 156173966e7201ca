// Every way of installing the schema, over what was there before, and that removing it leaves no trace.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeHasuraMigration } from '../../../migrations/hasura-migration.ts';
import { correlationFile, installCorrelation } from '../../../migrations/install.ts';
import { createDatabase } from '../../support/database.ts';
import { hop, inTransaction, installEventLog, jane, listen, one } from './application-database.ts';

const run = promisify(execFile);
const file = await readFile(correlationFile, 'utf8');
const versionOne = await readFile(new URL('earlier/version-1.sql', import.meta.url), 'utf8');
const shopTables = await readFile(
  new URL('../../../demo/application/schema.sql', import.meta.url),
  'utf8',
);

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
beforeEach(async () => {
  database = await createDatabase('install_test');
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const query = (sql: string, values: unknown[] = []) => client.query(sql, values);

/** The schema’s functions and their rights; oids left out, which differ from database to database. */
async function functions(): Promise<unknown[]> {
  const found =
    await query(`select oid::regprocedure::text as name, prosrc, provolatile, proparallel, prosecdef,
      proconfig::text, pg_get_function_arguments(oid) as arguments, pg_get_function_result(oid) as result,
      array(select format('%s %s', grantee::regrole, privilege_type) from aclexplode(proacl) order by 1) as rights,
      obj_description(oid, 'pg_proc') as comment
    from pg_proc where pronamespace = 'correlation'::regnamespace order by 1`);
  return found.rows;
}

/** A shop with an event trigger, as an application has one before it knows of Throughline. */
async function makeShop(): Promise<void> {
  // Postgres 13 has no "or replace" for triggers.
  await query(shopTables.replaceAll('create or replace trigger', 'create trigger'));
  await installEventLog(client, 'guarded');
  await listen(client, { name: 'order_changed', table: 'orders', columns: ['id', 'status'] });
}

async function writeOrder(): Promise<void> {
  await inTransaction(client, async () => {
    if ((await query(`select from pg_namespace where nspname = 'correlation'`)).rowCount) {
      await query('select correlation.use($1)', [hop]);
    }
    await query(`with customer as (insert into customers (email, name, updated_by)
        values (gen_random_uuid() || '@example.com', 'Jane', '${jane}') returning id)
      insert into orders (customer_id, total_cents, updated_by) select id, 1, 'system' from customer`);
    await query(`update orders set status = 'paid'`);
  });
}

/** Every row of every catalogue of this database, but for what is counted, vacuumed or only a hint. */
async function wholeCatalogue(): Promise<Record<string, string[]>> {
  const catalogues = await query(`select relname as name, relisshared as shared from pg_class
    where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'
      and relname not in ('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject')
      and (not relisshared or relname in ('pg_shdepend', 'pg_shdescription', 'pg_db_role_setting'))
    order by 1`);
  const hints = `'{relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid,relhastriggers}'::text[]`;
  const rows: Record<string, string[]> = {};
  for (const { name, shared } of catalogues.rows) {
    const own = { pg_shdepend: 'dbid', pg_db_role_setting: 'setdatabase' }[name as string];
    const here = `(select oid from pg_database where datname = current_database())`;
    const where = own ? `where ${own} = ${here}` : '';
    if (shared && !own) continue;
    const found = await query(
      `select (to_jsonb(c) - ${hints})::text as row from pg_catalog.${name} as c ${where} order by 1`,
    );
    rows[name as string] = found.rows.map(({ row }) => row);
  }
  return rows;
}

/** What `pg_dump --schema-only` says; null where the machine has none that is new enough for the server. */
async function dump(): Promise<string | null> {
  const server = await one(
    client,
    `select current_setting('server_version_num')::int / 10000 as major`,
  );
  try {
    const { stdout } = await run('pg_dump', ['--version']);
    if (Number(/(\d+)/.exec(stdout)?.[1]) < Number(server['major'])) return null;
  } catch {
    return null; // It is not installed.
  }
  const { stdout } = await run('pg_dump', ['--schema-only', database.url]);
  // Since 2025 a dump is guarded by a random word.
  return stdout.replaceAll(/^\\(un)?restrict .*$/gm, '');
}

describe('the file', () => {
  it('is plain SQL without psql’s commands and without transaction statements of its own', () => {
    expect(file).not.toMatch(/^\\/m);
    expect(file.replaceAll(/\$(\w*)\$.*?\$\1\$/gs, '')).not.toMatch(
      /^\s*(begin|commit|rollback|start transaction)\b/im,
    );
  });

  it('refuses to go back from a newer version, with the number that its functions say', async () => {
    const version = await installCorrelation(database.url);
    expect(file).toContain(`if installed > ${version} then`);
    const before = await functions();
    await query(
      `create or replace function correlation.version() returns int language sql as 'select ${version + 1}'`,
    );
    await expect(installCorrelation(database.url)).rejects.toThrow(
      /version 3 is installed, which is newer than this file's[^]*Install the newer file/,
    );
    expect((await functions()).length).toBe(before.length);
  });
});

describe('installing', () => {
  it('as one string, as Hasura’s run_sql does, and again, gives the same', async () => {
    await query(file);
    const once = await functions();
    await query(`begin; ${file}; commit`);
    await installCorrelation(database.url);
    expect(await functions()).toEqual(once);
  });

  it('with psql, statement by statement or at once, gives the same', async (context) => {
    await installCorrelation(database.url);
    const expected = await functions();
    await query('drop schema correlation cascade');
    const path = fileURLToPath(correlationFile);
    try {
      await run('psql', ['--version']);
    } catch {
      context.skip('psql is not installed');
    }
    const psql = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', database.url, '-f', path];
    const first = await run('psql', psql);
    expect(first.stdout).toBe('');
    expect(await functions()).toEqual(expected);
    await run('psql', ['-1', ...psql]);
    expect(await functions()).toEqual(expected);
  });

  it('by several at once waits for the first', async () => {
    await Promise.all(Array.from({ length: 4 }, () => installCorrelation(database.url)));
    expect((await query('select * from correlation.status()')).rows).toEqual([]);
  });

  it('over version 1 keeps what was tracked, as it was given, and writes it anew', async () => {
    await query(versionOne);
    await query(`create table correlation.migrations (id serial, name text, run_on timestamp);
      create table orders (id int, amount int, updated_at timestamptz, updated_by text);
      create table "Odd" (id int, "It's ""who""" text, seen_at timestamptz);
      create table parts (id int, updated_by text) partition by range (id);
      create table parts_1 partition of parts for values from (0) to (9);
      select correlation.track('orders', system_name => 'shop');
      select correlation.track('"Odd"', 'It''s "who"', 'O''Brien''s', '{seen_at}');
      select correlation.track('parts')`);
    // A connection that has written keeps its plans, as a pooled one does.
    await query(`insert into orders values (1, 1); insert into "Odd" values (1)`);
    await installCorrelation(database.url);
    const lines = await query('select "table", state, detail from correlation.status() order by 1');
    expect(lines.rows).toEqual(
      ['public."Odd"', 'public.orders', 'public.parts'].map((table) => ({
        table,
        state: 'tracked',
        detail: null,
      })),
    );
    const order = await one(
      client,
      'insert into orders values (2, 1) returning updated_by as actor',
    );
    expect(order['actor']).toMatch(/^shop\./);
    const odd = await one(client, `insert into "Odd" values (2) returning "It's ""who""" as actor`);
    expect(odd['actor']).toMatch(/^o-brien-s\./);
    await query(`update "Odd" set seen_at = now(), "It's ""who""" = 'system' where id = 2`);
    expect(await one(client, `select "It's ""who""" as actor from "Odd" where id = 2`)).toEqual(
      odd,
    );
    expect((await query(`select to_regclass('correlation.migrations') as t`)).rows).toEqual([
      { t: null },
    ]);

    await query('select correlation.untrack(t::regclass) from (values ($1), ($2), ($3)) as v (t)', [
      'orders',
      '"Odd"',
      'parts',
    ]);
    const upgraded = await functions();
    await query('drop schema correlation cascade');
    await installCorrelation(database.url);
    expect(upgraded).toEqual(await functions());
  });

  it('leaves a table that can be tracked no more as it is, and warns', async () => {
    await installCorrelation(database.url);
    await query(`create table lost (id int, updated_by text); select correlation.track('lost');
      create table found (id int, updated_by text); select correlation.track('found');
      alter table lost drop column updated_by`);
    const warnings: string[] = [];
    client.on('notice', (notice) => warnings.push(notice.message ?? ''));
    await query(file);
    expect(warnings.join('\n')).toMatch(
      /lost stays as it was tracked: .*public\.lost has no column/,
    );
    const states = await query('select state from correlation.status() order by "table"');
    expect(states.rows.map(({ state }) => state)).toEqual(['tracked', 'broken']);
  });
});

describe('a Hasura migration', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'throughline-hasura-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('goes up and down again', async () => {
    await makeShop();
    const before = await wholeCatalogue();
    const made = await writeHasuraMigration(join(folder, 'default'), { version: 1764000000000 });
    expect(made).toBe(join(folder, 'default', '1764000000000_throughline'));
    await query(await readFile(join(made ?? '', 'up.sql'), 'utf8'));
    await query(`select correlation.track_all('public')`);
    await query(await readFile(join(made ?? '', 'down.sql'), 'utf8'));
    expect(await wholeCatalogue()).toEqual(before);
  });

  it('is written once for each version, and going back from a later one uninstalls nothing', async () => {
    const made = (await writeHasuraMigration(folder, { version: 10 })) ?? '';
    expect(await writeHasuraMigration(folder, { version: 11 })).toBeNull();
    await writeFile(join(made, 'up.sql'), versionOne);
    const upgrade = (await writeHasuraMigration(folder, { version: 9_000 })) ?? '';
    expect(await readdir(folder)).toEqual(['10_throughline', '9000_throughline']);
    expect(await writeHasuraMigration(folder, { version: 9_001 })).toBeNull();
    for (const step of [`${made}/up.sql`, `${upgrade}/up.sql`, `${upgrade}/down.sql`]) {
      await query(await readFile(step, 'utf8'));
    }
    expect(await one(client, 'select correlation.version() as version')).toEqual({ version: 2 });
  });
});

describe('uninstalling', () => {
  it('leaves no trace: the catalogue is row by row as before, and so is pg_dump --schema-only', async () => {
    await makeShop();
    await query(`create table parts (id int, updated_by text) partition by range (id);
      create table parts_1 partition of parts for values from (0) to (9)`);
    await writeOrder();
    const before = { catalogue: await wholeCatalogue(), dump: await dump() };
    expect(Object.keys(before.catalogue).length).toBeGreaterThan(40);

    await installCorrelation(database.url);
    await query(`select correlation.track_all('public')`);
    await writeOrder();
    const during = { catalogue: await wholeCatalogue(), dump: await dump() };
    expect(during.catalogue).not.toEqual(before.catalogue);
    expect(during.dump === before.dump).toBe(before.dump === null);
    await query(`select correlation.untrack('orders')`);
    await query('drop schema correlation cascade');

    expect({ catalogue: await wholeCatalogue(), dump: await dump() }).toEqual(before);
    await writeOrder();
  });
});

/** A role that cannot log in, made for one test; roles are the server’s, so the name is random. */
async function withRole(work: (role: string) => Promise<void>): Promise<void> {
  const role = `tl_${Math.random().toString(36).slice(2, 10)}`;
  await query(`create role ${role}`);
  try {
    await work(role);
  } finally {
    await query(`reset role; drop owned by ${role} cascade; drop role ${role}`);
  }
}

describe('rights', () => {
  it('of everyone are to run what a write needs, and nothing runs as its owner', async () => {
    await query('alter default privileges revoke execute on functions from public');
    await installCorrelation(database.url);
    const found = await query(`select proname as name from pg_proc, aclexplode(proacl) as acl
      where pronamespace = 'correlation'::regnamespace and acl.grantee = 0 order by 1`);
    expect(found.rows.map(({ name }) => name).join(' ')).toBe(
      'author canonical caused_by current decide differ is_generic is_id may_set_hasura_user mint normalise_name parse' +
        ' place system trace_id use use_anything version',
    );
    const definer = await query(
      `select from pg_proc where pronamespace = 'correlation'::regnamespace and prosecdef`,
    );
    expect(definer.rowCount).toBe(0);
  });

  it('of one who may write a table do not extend to tracking or untracking it', async () => {
    await installCorrelation(database.url);
    await query(
      `create table orders (id int, updated_by text); select correlation.track('orders')`,
    );
    await withRole(async (role) => {
      await query(`grant all on orders to ${role}; set role ${role}`);
      await query('insert into orders values (1)');
      for (const call of [
        `track('orders')`,
        `untrack('orders')`,
        `track_all('public')`,
        'status()',
      ]) {
        await expect(query(`select correlation.${call}`)).rejects.toThrow(
          /permission denied for function/,
        );
      }
    });
  });

  it('that an application’s owner has are enough to attach a partition, whatever functions are given by default', async () => {
    await query('alter default privileges revoke execute on functions from public');
    await installCorrelation(database.url);
    await withRole(async (role) => {
      await query(`create table parts (id int, updated_by text) partition by range (id);
        select correlation.track('parts', system_name => 'shop'); alter table parts owner to ${role};
        grant usage, create on schema public to ${role}; set role ${role};
        create table parts_1 partition of parts for values from (0) to (9);
        create table parts_2 (id int, updated_by text);
        alter table parts attach partition parts_2 for values from (10) to (19)`);
      const rows = await query('insert into parts values (1), (11) returning updated_by');
      for (const row of rows.rows) expect(row.updated_by).toMatch(/^shop\./);
    });
  });

  it('that were taken from everyone cost the actor, never the write', async () => {
    await installCorrelation(database.url);
    await query(
      `create table orders (id int, updated_by text); select correlation.track('orders')`,
    );
    await withRole(async (role) => {
      await query(`revoke usage on schema correlation from public;
        grant all on orders to ${role}; set role ${role}`);
      const warnings: string[] = [];
      client.on('notice', (notice) => warnings.push(notice.message ?? ''));
      await query(
        `begin; set local correlation.system = 'x'; insert into orders values (1); commit`,
      );
      await query(`update orders set id = 2, updated_by = '${jane}'`);
      expect(await one(client, 'select * from orders')).toEqual({ id: 2, updated_by: jane });
      expect(warnings.join()).toMatch(/orders is written without an actor: permission denied/);
    });
  });

  it('and a function that is gone cost the actor, never the write', async () => {
    await installCorrelation(database.url);
    await query(`create table orders (id int, updated_by text); select correlation.track('orders');
      drop function correlation.author(text); drop function correlation.current()`);
    await query(`set correlation.system = 'x'; set correlation.id = 'y'`);
    await query(`insert into orders values (1, 'system')`);
    await query(`update orders set id = 2`);
    expect(await one(client, 'select * from orders')).toEqual({ id: 2, updated_by: 'system' });
  });
});
