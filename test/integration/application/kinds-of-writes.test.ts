// Tracking under every way that Postgres has to write a row, and under whoever writes it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApplicationDatabase } from './application-database.ts';
import {
  bob,
  createApplicationDatabase,
  hop,
  inTransaction,
  installEventLog,
  jane,
  listen,
  one,
  otherHop,
  takeEvents,
  unattributed,
} from './application-database.ts';

let database: ApplicationDatabase;
beforeAll(async () => {
  database = await createApplicationDatabase();
  await installEventLog(database.client, 'guarded');
  await query('create table stock (id int primary key, amount int, updated_by text)');
  await listen(database.client, { name: 'on_stock', table: 'stock', columns: ['id', 'amount'] });
  await query(`select correlation.track('stock', system_name => 'shop')`);
});
afterAll(() => database.drop());
beforeEach(() => query('truncate stock; truncate hdb_catalog.event_log'));

const query = (sql: string, values: unknown[] = []) => database.client.query(sql, values);

async function actors(): Promise<Record<number, string>> {
  const rows = await query('select id, updated_by from stock order by id');
  return Object.fromEntries(rows.rows.map((row) => [row.id, row.updated_by]));
}

const used = (sql: string) =>
  inTransaction(database.client, async () => {
    await query('select correlation.use($1)', [hop]);
    await query(sql);
  });

describe('rows written', () => {
  it('by COPY get an actor each, one minted for all', async () => {
    await query(
      `copy stock (id, updated_by) from program 'printf "1,system\n2,\n3,${jane}\n"' csv`,
    );
    const written = await actors();
    expect(written[1]).toMatch(unattributed);
    expect(written[2]).toBe(written[1]);
    expect(written[3]).toBe(jane);
  });

  it('by one statement get an actor each, by what stood there', async () => {
    await query(
      `insert into stock values (1, 1, 'system'), (2, 1, '${jane}'), (3, 1, '${otherHop}')`,
    );
    await query(
      `update stock set amount = 2, updated_by = case id when 1 then '${bob}' else 'system' end`,
    );
    const written = await actors();
    expect(written[1]).toBe(bob);
    expect(written[2]).toMatch(unattributed);
    expect(written[3]).toBe(written[2]);
  });

  it('by INSERT … ON CONFLICT get the transaction’s ID, inserted or updated', async () => {
    await query(`insert into stock values (1, 1, '${jane}'), (2, 1, '${jane}')`);
    await used(`insert into stock (id, amount) values (1, 9), (3, 9)
      on conflict (id) do update set amount = excluded.amount`);
    await query(`insert into stock values (2, 1) on conflict do nothing`);
    expect(await actors()).toEqual({ 1: hop, 2: jane, 3: hop });
  });

  it('by INSERT … ON CONFLICT with an actor of its own keep that', async () => {
    await query(`insert into stock values (1, 1, '${jane}')`);
    const upsert = `insert into stock values (1, 5, $1) on conflict (id)
      do update set amount = excluded.amount, updated_by = excluded.updated_by`;
    await query(upsert, [bob]);
    expect(await actors()).toEqual({ 1: bob });
    await query(upsert, ['system']);
    // Nothing but the actor differs now, and it was a person's: an explicit "system" is written, as an ID.
    expect((await actors())[1]).toMatch(unattributed);
  });

  it('by MERGE get an actor in each branch', async () => {
    const version = await one(
      database.client,
      `select current_setting('server_version_num')::int as number`,
    );
    if (Number(version['number']) < 150_000) return;
    await query(`insert into stock values (1, 1, '${jane}'), (2, 1, '${jane}'), (4, 1, '${jane}')`);
    const merge = `merge into stock using (values (1, 7), (2, 1), (3, 7), (4, 0)) as wanted (id, amount) on stock.id = wanted.id
      when matched and wanted.amount = 0 then delete
      when matched then update set amount = wanted.amount
      when not matched then insert (id, amount) values (wanted.id, wanted.amount)`;
    await used(merge);
    expect(await actors()).toEqual({ 1: hop, 2: jane, 3: hop });
    const events = await takeEvents(database.client);
    const named = events.filter((event) => event.payload.session_variables !== null);
    expect(named.map((event) => event.payload.op).toSorted()).toEqual([
      'DELETE',
      'INSERT',
      'UPDATE',
    ]);
  });

  it('by a stale save of the whole row keep what was there, and so name nobody', async () => {
    await query(`insert into stock values (1, 1, '${jane}')`);
    await query(`update stock set id = 1, amount = 2, updated_by = '${jane}' where id = 1`);
    expect(await actors()).toEqual({ 1: jane });
    await used(`update stock set id = 1, amount = 3, updated_by = '${jane}' where id = 1`);
    expect(await actors()).toEqual({ 1: hop });
  });

  it('by another trigger of the application belong to the same transaction', async () => {
    await query(`create table audit (id serial, updated_by text);
      create function note() returns trigger language plpgsql as
        $$ begin insert into audit default values; return null; end $$;
      create trigger note after insert on stock for each row execute function note();
      select correlation.track('audit', system_name => 'other')`);
    await query('insert into stock values (1), (2)');
    const noted = await query('select distinct updated_by from audit');
    expect(noted.rows).toEqual([{ updated_by: (await actors())[1] }]);
    await used('insert into stock values (3)');
    expect(await one(database.client, 'select updated_by from audit order by id desc')).toEqual({
      updated_by: hop,
    });
    await query('drop trigger note on stock');
  });
});

describe('a partitioned table', () => {
  beforeAll(async () => {
    await query(`create table parts (id int, region text, amount int, updated_by text) partition by list (region);
      create table parts_eu partition of parts for values in ('eu');
      create table parts_us (amount int, updated_by text, region text, dropped int, id int);
      alter table parts_us drop column dropped;
      select correlation.track('parts', system_name => 'shop');
      alter table parts attach partition parts_us for values in ('us')`);
  });

  it('is tracked with all its partitions, later ones too', async () => {
    await query(`insert into parts values (1, 'eu', 1), (2, 'us', 1)`);
    await query(`update parts set amount = 1, updated_by = 'SYSTEM'`);
    const before = await query('select updated_by from parts order by id');
    for (const row of before.rows) expect(row.updated_by).toMatch(unattributed);
    await used(`update parts_us set amount = 2; update parts set amount = 2 where id = 1`);
    const after = await query('select distinct updated_by from parts');
    expect(after.rows).toEqual([{ updated_by: hop }]);
  });

  it('keeps the actor of a row that moves between partitions', async () => {
    await query(`truncate parts; insert into parts values (1, 'eu', 1, '${jane}')`);
    await used(`update parts set region = 'us'`);
    expect(await one(database.client, 'select updated_by from parts_us')).toEqual({
      updated_by: hop,
    });
    await query(`update parts set region = 'eu', updated_by = 'system'`);
    const moved = await one(database.client, 'select updated_by from parts_eu');
    expect(moved['updated_by']).toMatch(unattributed);
  });

  it('takes tracking one of its partitions as done', async () => {
    const count = `select count(*) from pg_trigger where tgname = '~correlation'
      and tgrelid in ('parts'::regclass, 'parts_eu'::regclass, 'parts_us'::regclass)`;
    await query(`select correlation.track('parts_eu', system_name => 'other')`);
    const insert = `insert into parts values (7, 'eu', 1) returning updated_by`;
    expect((await one(database.client, insert))['updated_by']).toMatch(unattributed);
    await query(`select correlation.track('parts')`);
    expect(await one(database.client, count)).toEqual({ count: '3' });
    await query(`select correlation.untrack('parts_eu')`);
    expect(await one(database.client, count)).toEqual({ count: '3' });
    await query(`select correlation.untrack('parts')`);
    expect(await one(database.client, count)).toEqual({ count: '0' });
    await query(`select correlation.track('parts_us'); select correlation.track('parts')`);
    expect(await one(database.client, count)).toEqual({ count: '3' });
    const own = `select count(*) from pg_proc where pronamespace = 'correlation'::regnamespace
      and proname like 'public.parts%'`;
    expect(await one(database.client, own)).toEqual({ count: '1' });
  });
});

describe('whoever writes', () => {
  it('needs no right on the schema but what everyone has', async () => {
    await query(`drop role if exists tl_clerk; create role tl_clerk; grant select, insert, update on stock to tl_clerk;
      grant usage on schema hdb_catalog to tl_clerk; grant all on all tables in schema hdb_catalog to tl_clerk;
      grant all on all sequences in schema hdb_catalog to tl_clerk`);
    try {
      await query('set role tl_clerk');
      await query(`insert into stock values (1, 1, 'system')`);
      await used('update stock set amount = 2');
      await expect(query(`select correlation.track('stock')`)).rejects.toThrow(/permission|owner/);
    } finally {
      await query('reset role');
      await query('drop owned by tl_clerk; drop role tl_clerk');
    }
    expect(await actors()).toEqual({ 1: hop });
  });

  it('cannot be fooled by operators and functions put before Postgres’ own', async () => {
    const baits = async () =>
      Object.fromEntries(
        (await query('select id, updated_by from bait')).rows.map((row) => [
          row.id,
          row.updated_by,
        ]),
      );
    const comparisons = ['=', '<>', '~', '!~', '~~'];
    await query(`create schema trap;
      create function trap.lie(text, text) returns boolean language plpgsql as
        $$ begin raise exception 'trapped'; end $$;
      ${comparisons.map((name) => `create operator trap.${name} (leftarg = text, rightarg = text, function = trap.lie);`).join('\n')}
      create function trap.current_setting(text, boolean) returns text language sql as $$ select '${bob}' $$;
      create function trap.lower(text) returns text language sql as $$ select 'trapped' $$;
      create function trap.btrim(text, text) returns text language sql as $$ select 'trapped' $$;
      create function trap.now() returns timestamptz language sql as $$ select timestamptz 'epoch' $$;
      create function trap.set_config(text, text, boolean) returns text language sql as $$ select 'trapped' $$`);
    // Without an event trigger: Hasura’s own functions are not pinned.
    await query(`create table bait (id int, amount int, updated_by text);
      select correlation.track('bait', system_name => 'shop')`);
    const trapped = await database.connect();
    try {
      await trapped.query('set search_path = trap, pg_catalog, public');
      await trapped.query(
        `insert into public.bait values (1, 1, 'system'), (2, 1, 'System'), (3, 1, '${bob}')`,
      );
      expect((await baits())[1]).toMatch(unattributed);
      await trapped.query(
        `update public.bait set amount = 2, updated_by = '${jane}' where id operator(pg_catalog.=) 1`,
      );
      await trapped.query('begin');
      await trapped.query('select correlation.use($1)', [hop]);
      await trapped.query('update public.bait set amount = 2 where id operator(pg_catalog.=) 2');
      await trapped.query(
        `update public.bait set amount = amount where id operator(pg_catalog.=) 3`,
      );
      await trapped.query('commit');
    } finally {
      await trapped.query('reset search_path; drop schema trap cascade');
    }
    expect(await baits()).toEqual({ 1: jane, 2: hop, 3: bob });
  });

  it('may be a replication subscriber, on which nothing is decided again', async () => {
    await query('set session_replication_role = replica');
    await query(`insert into stock values (1, 1, 'system')`);
    await query('set session_replication_role = origin');
    expect(await actors()).toEqual({ 1: 'system' });
  });

  it('may be two on one row: the second sees what the first has written', async () => {
    await query(`insert into stock values (1, 1, '${jane}')`);
    const other = await database.connect();
    await query('begin');
    await query('select correlation.use($1)', [hop]);
    await query('update stock set amount = 2');
    const waiting = inTransaction(other, async () => {
      await other.query('select correlation.use($1)', [otherHop]);
      await other.query('update stock set amount = 2');
    });
    await expect
      .poll(async () => {
        const waits = await query(`select count(*)::int as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`);
        return waits.rows[0].count;
      })
      .toBe(1);
    await query('commit');
    await waiting;
    // The second changed nothing but the actor any more, and an unchanged row fires nothing.
    expect(await actors()).toEqual({ 1: hop });
    expect(await takeEvents(database.client)).toHaveLength(2);
  });
});
