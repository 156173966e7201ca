// Putting tables under tracking, taking them off, and what happens when the application alters them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { correlationFile } from '../../../migrations/install.ts';
import type { ApplicationDatabase } from './application-database.ts';
import {
  createApplicationDatabase,
  foreignId,
  hop,
  inTransaction,
  jane,
  one,
  unattributed,
} from './application-database.ts';

let database: ApplicationDatabase;
beforeAll(async () => {
  database = await createApplicationDatabase();
});
afterAll(() => database.drop());

const query = (sql: string, values: unknown[] = []) => database.client.query(sql, values);
const track = (table: string) =>
  query(`select correlation.track($1, system_name => 'shop')`, [table]);

const insertInto = (table: string) =>
  `insert into ${table} values (1) returning updated_by as actor`;

/** Everything in the catalogue that tracking could leave behind. */
async function catalogue(): Promise<unknown[]> {
  const found = await query(`
    select 'function' as kind, oid::regprocedure::text as name, md5(prosrc) as text from pg_proc
      where pronamespace::regnamespace::text in ('public', 'correlation')
    union all
    select 'trigger', tgrelid::regclass || ' ' || tgname, md5(pg_get_triggerdef(oid)) from pg_trigger
      where not tgisinternal
    union all
    select 'relation', oid::regclass::text, relkind::text from pg_class
      where relnamespace::regnamespace::text in ('public', 'correlation')
    order by 1, 2`);
  return found.rows;
}

describe('tracking a table', () => {
  it('twice is as once, and the second time takes no lock that a write would wait for', async () => {
    await query('create table twice (id int, updated_by text)');
    await track('twice');
    const before = await catalogue();
    const other = await database.connect();
    await other.query('begin; lock table twice in row exclusive mode');
    await query(`set lock_timeout = '5s'`);
    await track('twice');
    await other.query('rollback');
    expect(await catalogue()).toEqual(before);
  });

  it('by two at once waits for the first', async () => {
    await query('create table at_once (id int, updated_by text)');
    const others = await Promise.all(Array.from({ length: 4 }, () => database.connect()));
    await Promise.all(others.map((other) => other.query(`select correlation.track('at_once')`)));
    const triggers = `select count(*) from pg_trigger where tgrelid = 'at_once'::regclass`;
    expect(await one(database.client, triggers)).toEqual({ count: '1' });
  });

  it('leaves nothing behind when it is taken off, and taking it off twice is no error', async () => {
    await query('create table off (id int, updated_by text)');
    const before = await catalogue();
    await track('off');
    await query(`select correlation.untrack('off')`);
    await query(`select correlation.untrack('off')`);
    expect(await catalogue()).toEqual(before);
    await query('insert into off values (1)');
    expect(await one(database.client, 'select * from off')).toEqual({ id: 1, updated_by: null });
  });

  it('follows it into another name, and does not mistake a new table of the old name for it', async () => {
    await query('create table moved (id int, updated_by text)');
    await track('moved');
    await query(
      'alter table moved rename to renamed; create table moved (id int, updated_by text)',
    );
    await track('moved');
    await query(`select correlation.track('moved', system_name => 'other')`);
    expect((await one(database.client, insertInto('renamed')))['actor']).toMatch(/^shop\./);
    expect((await one(database.client, insertInto('moved')))['actor']).toMatch(/^other\./);
    await query(`select correlation.untrack('moved')`);
    expect((await one(database.client, insertInto('renamed')))['actor']).toMatch(/^shop\./);
  });

  it('works with names that need quoting and another column', async () => {
    await query(`create schema "O'Brien $body$"; create table "O'Brien $body$"."Stock %s" (
      id int, "Last ""Actor""" text, "Updated %I" timestamptz)`);
    await query(
      `select correlation.track($1, $2, 'It''s $throughline$', array['Updated %I']::name[])`,
      [`"O'Brien $body$"."Stock %s"`, 'Last "Actor"'],
    );
    const insert = `insert into "O'Brien $body$"."Stock %s" values (1) returning "Last ""Actor""" as actor`;
    expect((await one(database.client, insert))['actor']).toMatch(/^it-s--throughline-\./);
  });

  it('has its trigger fire last of all BEFORE triggers, and without a WHEN', async () => {
    await query(`create table ordered (id int, updated_by text);
      create function blame() returns trigger language plpgsql as
        $$ begin new.updated_by := 'system'; return new; end $$;
      create trigger zz_blame before insert or update on ordered for each row execute function blame();`);
    await track('ordered');
    const row = await one(
      database.client,
      `insert into ordered values (1, '${jane}') returning updated_by`,
    );
    expect(row['updated_by']).toMatch(unattributed);
    const trigger = `select tgname, tgqual from pg_trigger where tgrelid = 'ordered'::regclass order by tgname desc`;
    expect(await one(database.client, trigger)).toEqual({ tgname: '~correlation', tgqual: null });
  });

  it('pins the search path of every function, or names the schema of all that the function uses', async () => {
    await track('twice');
    const loose =
      await query(`select proname as name, prosrc as body, prorettype = 'trigger'::regtype as generated
      from pg_proc where pronamespace = 'correlation'::regnamespace
        and not coalesce(proconfig @> '{"search_path=pg_catalog, pg_temp"}', false)`);
    const own = loose.rows.filter(({ generated }) => !generated).map(({ name }) => name as string);
    expect(own.toSorted()).toEqual([
      'caused_by',
      'current',
      'may_set_hasura_user',
      'use',
      'use_anything',
    ]);
    for (const { name, body } of loose.rows) {
      const code = (body as string)
        .replaceAll(/--.*$|E?'(?:[^'\\]|''|\\.)*'/gm, (text) => (text.startsWith('--') ? '' : 'x'))
        .replaceAll(/"(?:[^"]|"")*"/g, 'x')
        .replaceAll(/operator\(pg_catalog\.[^)]+\)/g, ';')
        // plpgsql's own: assignments, and the options of RAISE.
        .replaceAll(/:=|\busing hint =/g, '')
        .replaceAll('::', ' :type ');
      // Both take their "=" from the search path.
      expect(code).not.toMatch(/\bdistinct from\b|\bnullif\b/);
      expect({ name, operators: code.match(/[-+*/<>=~!@#%^&|`?]+/g) ?? [] }).toEqual({
        name,
        operators: [],
      });
      // What the grammar itself takes from pg_catalog.
      const grammar = /^(?:coalesce|overlay|extract|row|any|all|exists|array)$/;
      const calls = [...code.matchAll(/([\w.]+)\s*\(/g)].map(([, word = '']) => word);
      const foreign = calls.filter(
        (word) => !/^(?:pg_catalog|correlation)\./.test(word) && !grammar.test(word),
      );
      const keywords = new Set([
        'and',
        'not',
        'or',
        'in',
        'then',
        'else',
        'when',
        'if',
        'case',
        'from',
        'placing',
      ]);
      expect({ name, calls: foreign.filter((word) => !keywords.has(word)) }).toEqual({
        name,
        calls: [],
      });
      const types = [...code.matchAll(/:type ([\w.]+)/g)].map(([, type = '']) => type);
      expect({
        name,
        types: types.filter((type) => !/^pg_catalog\.|^(?:bigint|boolean)$/.test(type)),
      }).toEqual({
        name,
        types: [],
      });
      expect(code).not.toMatch(/\bdistinct from\b|\bnullif\b|\bx in \(/);
    }
  });

  it('installs again over itself without changing anything', async () => {
    await track('twice');
    const before = await catalogue();
    await query(await readFile(correlationFile, 'utf8'));
    expect(await catalogue()).toEqual(before);
  });
});

describe('tracking is refused, with what to change,', () => {
  it.each([
    [
      'a column that is missing',
      'id int',
      /has no column "updated_by"/,
      /add column updated_by text/,
    ],
    [
      'a column too short',
      'updated_by varchar(100)',
      /varying\(100\), which cannot hold/,
      /type text/,
    ],
    [
      'one character too short',
      'updated_by varchar(165)',
      /cannot hold a correlation ID of 166/,
      /text/,
    ],
    ['a number', 'updated_by int', /of type integer, which cannot hold/, /type text/],
    ['a uuid', 'updated_by uuid', /of type uuid/, /type text/],
    ['a type that cuts', 'updated_by name', /of type name/, /type text/],
    ['a domain of e-mails', 'updated_by email', /of type public.email/, /type text/],
    [
      'a generated column',
      `updated_by text generated always as ('x') stored`,
      /is generated/,
      /^$/,
    ],
    [
      'a rule',
      `updated_by text check (updated_by like '%@%')`,
      /constraint "refused_updated_by_check"/,
      /relax/,
    ],
    [
      'a foreign key',
      'updated_by text references people (email)',
      /"refused_updated_by_fkey"/,
      /relax/,
    ],
  ])('for %s', async (_what, column, message, hint) => {
    await query(`drop table if exists refused; drop table if exists people; drop domain if exists email;
      create table people (email text primary key);
      create domain email as text check (value like '%@%');
      create table refused (key int, ${column})`);
    const before = await catalogue();
    const refusal: unknown = await track('refused').then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ message: expect.stringMatching(message) });
    expect((refusal as { hint?: string }).hint ?? '').toMatch(hint);
    expect(await catalogue()).toEqual(before);
  });

  it('for a view', async () => {
    await query('create view seen as select 1 as id, null::text as updated_by');
    await expect(track('seen')).rejects.toThrow(/seen is no table/);
  });
});

describe('columns of other types', () => {
  it.each(['varchar', 'varchar(166)', 'varchar(255)', 'citext', 'actor', 'char(200)'])(
    'hold IDs: %s',
    async (type) => {
      await query(`create extension if not exists citext; drop table if exists typed; drop domain if exists actor;
        create domain actor as varchar(200); create table typed (id int, updated_by ${type})`);
      await track('typed');
      await query(`insert into typed values (1, 'System')`);
      const row = await one(database.client, 'select trim(updated_by::text) as actor from typed');
      expect(row['actor']).toMatch(unattributed);
      await inTransaction(database.client, async () => {
        await query('select correlation.use($1)', [hop]);
        await query('update typed set id = 2');
      });
      expect(
        await one(database.client, 'select trim(updated_by::text) as actor from typed'),
      ).toEqual({
        actor: hop,
      });
      await query(`update typed set updated_by = $1`, [foreignId]);
      const unchanged = await one(
        database.client,
        'select trim(updated_by::text) as actor from typed',
      );
      expect(unchanged).toEqual({ actor: hop });
      await query(`update typed set id = 2, updated_by = 'system'`);
      await query(`update typed set id = 3, updated_by = $1`, [jane]);
      expect(
        await one(database.client, 'select trim(updated_by::text) as actor from typed'),
      ).toEqual({
        actor: jane,
      });
    },
  );
});

describe('altering a tracked table', () => {
  // Each on a connection that has written before, as pooled ones have, so that its plans are old.
  const alterations = {
    'adding a column': 'add column extra int default 1',
    'dropping a column': 'drop column amount',
    'renaming a column': 'rename column amount to total',
    'retyping a column': 'alter column amount type text',
    'dropping updated_at': 'drop column updated_at',
    'retyping updated_at': 'alter column updated_at type timestamp',
    'dropping a generated column': 'drop column twice',
    'adding a generated column': 'add column thrice int generated always as (id * 3) stored',
    'retyping the actor': 'alter column updated_by type varchar(300)',
    'adding a json column': `add column note json default '{}'`,
    'dropping the json column': 'drop column data',
  };
  const tables = { plain: '', imaged: ', data json' };

  it.each(
    Object.entries(tables).flatMap(([table, more]) =>
      Object.entries(alterations).map(([name, sql]) => ({ table, more, name, sql })),
    ),
  )('by $name neither is blocked nor breaks a write ($table)', async ({ table, more, sql }) => {
    await query(`drop table if exists ${table}; create table ${table} (id int primary key, amount numeric,
      twice int generated always as (id * 2) stored, updated_at timestamptz, updated_by text${more})`);
    await track(table);
    const actorOf = async (id: number) =>
      (await one(database.client, `select updated_by from ${table} where id = $1`, [id]))[
        'updated_by'
      ];
    const writes = async () => {
      await query(
        `delete from ${table}; insert into ${table} (id, updated_by) values (1, 'system'), (2, '${jane}')`,
      );
      expect(await actorOf(1)).toMatch(unattributed);
      const first = await actorOf(1);
      await query(`update ${table} set updated_by = 'system' where id = 1`);
      expect(await actorOf(1)).toBe(first);
      await query(`update ${table} set id = 3, updated_by = 'system' where id = 2`);
      expect(await actorOf(3)).toMatch(unattributed);
      await query(`update ${table} set id = 4, updated_by = '${jane}' where id = 3`);
      expect(await actorOf(4)).toBe(jane);
      await inTransaction(database.client, async () => {
        await query('select correlation.use($1)', [hop]);
        await query(`update ${table} set id = 5 where id = 4`);
        await query(`update ${table} set id = id where id = 1`);
      });
      expect(await actorOf(5)).toBe(hop);
      expect(await actorOf(1)).toBe(first);
    };
    await writes();
    await query(
      `alter table ${table} ${table === 'plain' ? sql.replace('drop column data', 'add column data json') : sql}`,
    );
    await writes();
    await track(table);
    await writes();
  });

  it.each(Object.entries(tables))(
    'sees what is written to a column added later (%s)',
    async (table, more) => {
      await query(`drop table if exists ${table};
      create table ${table} (id int, updated_by text${more}); insert into ${table} values (1, 'system')`);
      await track(table);
      await query(`alter table ${table} add column extra int default 1`);
      await query(`update ${table} set extra = 1, updated_by = 'system'`);
      const read = `select updated_by from ${table}`;
      expect(await one(database.client, read)).toEqual({ updated_by: 'system' });
      await query(`update ${table} set extra = 2, updated_by = 'system'`);
      expect((await one(database.client, read))['updated_by']).toMatch(unattributed);
    },
  );

  it.each([
    ['dropping', 'drop column updated_by'],
    ['renaming', 'rename column updated_by to changed_by'],
    ['narrowing', 'alter column updated_by type varchar(20)'],
  ])(
    'by %s its actor lets every write through, and warns once a transaction',
    async (_what, sql) => {
      await query(`drop table if exists orphan; create table orphan (id int, updated_by text)`);
      await track('orphan');
      await query(`insert into orphan values (1, 'system')`);
      await query(`truncate orphan; alter table orphan ${sql}`);
      const warnings: string[] = [];
      database.client.on('notice', (notice) => warnings.push(notice.message ?? ''));
      await inTransaction(database.client, async () => {
        await query('insert into orphan values (1), (2)');
        await query('update orphan set id = id + 1');
        await query('delete from orphan where id = 2');
      });
      database.client.removeAllListeners('notice');
      expect(await one(database.client, 'select id from orphan')).toEqual({ id: 3 });
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/orphan is written without an actor/);
    },
  );
});

describe('removing the schema', () => {
  it('takes every trigger and function of it away and leaves the tables writable', async () => {
    await query('create table kept (id int, updated_by text)');
    await track('kept');
    await query('drop schema correlation cascade');
    const left = await query(`select from pg_trigger where tgname = '~correlation'
      union all select from pg_proc where prosrc like '%correlation.%'`);
    expect(left.rowCount).toBe(0);
    await query(`insert into kept values (1, 'system')`);
    expect(await one(database.client, 'select updated_by from kept')).toEqual({
      updated_by: 'system',
    });
  });
});
