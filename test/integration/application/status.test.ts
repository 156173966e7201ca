// What is tracked, what is not, and what to run: correlation.status, and track_all, which does it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApplicationDatabase } from './application-database.ts';
import { createApplicationDatabase, inTransaction, jane, one } from './application-database.ts';

let database: ApplicationDatabase;
beforeAll(async () => {
  database = await createApplicationDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  const left = await query(`select format('drop function %s', oid::regprocedure) as sql from pg_proc
    where pronamespace = 'correlation'::regnamespace and proname like 'public.%'`);
  await query('drop schema public cascade; create schema public');
  for (const { sql } of left.rows) await query(sql);
});

const query = (sql: string, values: unknown[] = []) => database.client.query(sql, values);

type Line = { table: string; state: string; detail: string | null; run: string | null };
const status = async (): Promise<Line[]> =>
  (await query('select * from correlation.status()')).rows as Line[];
const lineOf = async (table: string): Promise<Line | undefined> =>
  (await status()).find((line) => line.table === table);

describe('correlation.status', () => {
  it('says of each table whether it is tracked, could be, or what it lacks, and what to run', async () => {
    await query(`create table done (id int, updated_by text); select correlation.track('done');
      create table open (id int, updated_by text);
      create table without (id int);
      create table "Too short" (id int, updated_by varchar(20));
      create table ruled (id int, updated_by text check (updated_by like '%@%'))`);
    expect(await status()).toEqual([
      {
        table: 'public."Too short"',
        state: 'unfit',
        detail: expect.stringMatching(/character varying\(20\), which cannot hold/),
        run: 'alter table public."Too short" alter column updated_by type text;',
      },
      { table: 'public.done', state: 'tracked', detail: null, run: null },
      {
        table: 'public.open',
        state: 'untracked',
        detail: null,
        run: `select correlation.track('public.open');`,
      },
      {
        table: 'public.ruled',
        state: 'unfit',
        detail: expect.stringMatching(/"ruled_updated_by_check".*Drop or relax/),
        run: null,
      },
      {
        table: 'public.without',
        state: 'no column',
        detail: expect.stringMatching(/has no column "updated_by"/),
        run: 'alter table public.without add column updated_by text;',
      },
    ]);
  });

  it('gives what, run as it stands and once more, leaves every table tracked', async () => {
    await query(`create schema "it's"; create table "it's"."A B" (id int);
      create table narrow (id int, updated_by varchar(20)); create table plain (id int, updated_by text)`);
    const runAll = async (): Promise<void> => {
      for (const line of await status()) if (line.run) await query(line.run);
    };
    await runAll();
    await runAll();
    expect((await status()).map(({ state }) => state)).toEqual(['tracked', 'tracked', 'tracked']);
    await query(`drop schema "it's" cascade; drop function correlation."it's.A B"()`);
  });

  it('asks for the column that it is told of', async () => {
    await query('create table other (id int, changed_by text)');
    const line = await one(
      database.client,
      `select * from correlation.status('public', 'changed_by')`,
    );
    expect(line['run']).toBe(`select correlation.track('public.other', 'changed_by');`);
    await query(line['run'] ?? '');
    expect((await lineOf('public.other'))?.state).toBe('tracked');
  });

  it.each([
    ['a column is added', 'add column note text'],
    ['a column is dropped', 'drop column amount'],
    ['a column is renamed', 'rename column amount to total'],
    ['a column loses its "="', 'alter column amount type json using null'],
    [
      'a column becomes generated',
      'drop column amount, add column amount int generated always as (1) stored',
    ],
  ])(
    'says to run track again when %s, and forgets nothing that track was given',
    async (_what, sql) => {
      await query(`create table altered (id int, amount int, touched_at timestamptz, changed_by text);
      select correlation.track('altered', 'changed_by', 'Depot', '{touched_at}')`);
      expect((await lineOf('public.altered'))?.state).toBe('tracked');
      await query(`alter table altered ${sql}`);
      const line = await lineOf('public.altered');
      expect(line).toMatchObject({
        state: 'out of date',
        run: `select correlation.track('public.altered');`,
      });
      await query(line?.run ?? '');
      expect((await lineOf('public.altered'))?.state).toBe('tracked');
      const inserted = 'insert into altered (id) values (1) returning changed_by as actor';
      const { actor } = await one(database.client, inserted);
      expect(actor).toMatch(/^depot\./);
      await query(`update altered set touched_at = now(), changed_by = 'system'`);
      expect(await one(database.client, 'select changed_by as actor from altered')).toEqual({
        actor,
      });
    },
  );

  it('is content with a table that was renamed, or has another index, rule or default', async () => {
    await query(`create table kept (id int, updated_by text); select correlation.track('kept');
      alter table kept rename to moved; alter table moved alter column id set default 1;
      create index on moved (id); alter table moved add check (id > 0)`);
    expect((await lineOf('public.moved'))?.state).toBe('tracked');
  });

  it('names a table whose actor is gone, too short by now, or bound by a rule', async () => {
    for (const sql of [
      'drop column updated_by',
      'alter column updated_by type varchar(20)',
      `add check (updated_by like '%@%') not valid`,
    ]) {
      await query(`drop table if exists broken; create table broken (id int, updated_by text);
        select correlation.track('broken'); alter table broken ${sql}`);
      expect(await lineOf('public.broken')).toMatchObject({
        state: 'broken',
        detail: expect.stringMatching(/is not looked after/),
      });
    }
  });

  it('names a trigger that is disabled, and one that fires after ours', async () => {
    await query(`create table quiet (id int, updated_by text); select correlation.track('quiet');
      alter table quiet disable trigger "~correlation"`);
    const line = await lineOf('public.quiet');
    expect(line?.state).toBe('disabled');
    await query(line?.run ?? '');
    expect((await lineOf('public.quiet'))?.state).toBe('tracked');
    await query(`create function last() returns trigger language plpgsql as 'begin return new; end';
      create trigger "~zz" before update on quiet for each row execute function last()`);
    expect((await lineOf('public.quiet'))?.detail).toMatch(/fires after "~correlation"/);
  });

  it('shows a partitioned table once, and no partition of it', async () => {
    await query(`create table split (id int, updated_by text) partition by range (id);
      create table split_1 partition of split for values from (0) to (9); select correlation.track('split')`);
    expect((await status()).map(({ table, state }) => [table, state])).toEqual([
      ['public.split', 'tracked'],
    ]);
  });

  it('names the function of a table that is gone', async () => {
    await query(`create table gone (id int, updated_by text); select correlation.track('gone');
      drop table gone`);
    const [line] = await status();
    expect(line).toMatchObject({
      state: 'left over',
      run: 'drop function correlation."public.gone"();',
    });
    await query(line?.run ?? '');
    expect(await status()).toEqual([]);
  });

  it('leaves out Hasura’s catalogue and temporary tables', async () => {
    await query(`create schema hdb_catalog; create table hdb_catalog.event_log (id int);
      create temporary table passing (id int, updated_by text)`);
    expect(await status()).toEqual([]);
    await query('drop schema hdb_catalog cascade; drop table passing');
  });

  it('changes nothing', async () => {
    await query(`create table seen (id int, updated_by text); select correlation.track('seen')`);
    await query('begin read only');
    expect(await status()).toHaveLength(1);
    await query('commit');
  });
});

const trackAll = async (given = `'public'`): Promise<Line[]> =>
  (await query(`select * from correlation.track_all(${given})`)).rows as Line[];

describe('correlation.track_all', () => {
  it('tracks what has the column and says what the rest lacks', async () => {
    await query(`create table a (id int, updated_by text); create table b (id int);
      create table c (id int, updated_by varchar(20)); create table d (id int, updated_by text);
      select correlation.track('d', system_name => 'kept')`);
    expect((await trackAll(`'public', system_name => 'shop'`)).map(({ state }) => state)).toEqual([
      'tracked',
      'no column',
      'unfit',
      'tracked',
    ]);
    const rows = await query(`insert into a values (1) returning updated_by`);
    expect(rows.rows[0].updated_by).toMatch(/^shop\./);
    const kept = await query(`insert into d values (1) returning updated_by`);
    expect(kept.rows[0].updated_by).toMatch(/^kept\./);
    expect(await trackAll()).toEqual(await status());
  });

  it('brings up to date what was altered since', async () => {
    await query(`create table aged (id int, updated_by text);
      select correlation.track('aged', system_name => 'kept'); alter table aged add column note text`);
    expect((await trackAll(`'public', system_name => 'shop'`)).map(({ state }) => state)).toEqual([
      'tracked',
    ]);
    const rows = await query(`insert into aged values (1) returning updated_by`);
    expect(rows.rows[0].updated_by).toMatch(/^kept\./);
  });

  it('waits for no table that somebody is writing: that one stays untracked, and it says why', async () => {
    await query(
      `create table busy (id int, updated_by text); create table idle (id int, updated_by text)`,
    );
    const writer = await database.connect();
    await writer.query('begin; insert into busy values (1)');
    const [busy, idle] = await trackAll();
    await writer.query('rollback');
    expect(busy).toMatchObject({
      state: 'untracked',
      detail: expect.stringMatching(/busy is being written by a transaction that does not end/),
      run: `select correlation.track('public.busy');`,
    });
    expect(idle?.state).toBe('tracked');
    expect(await one(database.client, 'show lock_timeout')).toEqual({ lock_timeout: '0' });
  });

  it('refuses a schema that is not there', async () => {
    await expect(trackAll(`'nowhere'`)).rejects.toThrow(/there is no schema "nowhere"/);
  });
});

describe('tracking a table that somebody is writing', () => {
  it.each(['track', 'untrack'])(
    '%s gives up before writers have waited long, and changes nothing',
    async (call) => {
      await query(`create table hot (id int, updated_by text)`);
      if (call === 'untrack') await query(`select correlation.track('hot')`);
      const before = await status();
      const writer = await database.connect();
      await writer.query('begin; insert into hot values (1)');
      await expect(query(`select correlation.${call}('hot')`)).rejects.toThrow(
        /hot is being written by a transaction that does not end; nothing was changed/,
      );
      await writer.query('commit');
      expect(await status()).toEqual(before);
      await query(`select correlation.${call}('hot')`);
      expect(await status()).not.toEqual(before);
    },
  );

  it('leaves lock_timeout as it was', async () => {
    await query(`create table timed (id int, updated_by text)`);
    const after = await inTransaction(database.client, async () => {
      await query(`set local lock_timeout = '7s'; select correlation.track('timed')`);
      return one(database.client, 'show lock_timeout');
    });
    expect(after).toEqual({ lock_timeout: '7s' });
    expect(
      await one(database.client, `insert into timed values (1, '${jane}') returning id`),
    ).toEqual({ id: 1 });
  });
});
