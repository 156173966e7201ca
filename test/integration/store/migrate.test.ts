import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { createDatabase } from '../../support/database.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let directory: string;
let client: pg.Client;

beforeEach(async () => {
  database = await createDatabase('migrate');
  directory = await mkdtemp(join(tmpdir(), 'throughline-migrate-'));
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
  await rm(directory, { recursive: true });
});

const write = (name: string, sql: string): Promise<void> => writeFile(join(directory, name), sql);
const run = (): Promise<string[]> => migrate({ databaseUrl: database.url, directory });

describe('migrate', () => {
  it('runs plain SQL files in the order of their numbers and tells each step', async () => {
    await write('002_b.sql', 'create table b (a_id int references a (id)); -- {braces} stay');
    await write('001_a.sql', 'create table a (id int primary key);\ncreate index on a (id);');
    const steps: string[] = [];
    const applied = await migrate({
      databaseUrl: database.url,
      directory,
      onStep: (step) => steps.push(step),
    });
    expect(applied).toEqual(['001_a', '002_b']);
    expect(steps).toEqual(['001_a', '002_b']);
    expect(await run()).toEqual([]);
  });

  it('keeps nothing of a run in which a file fails, and says which SQL failed', async () => {
    await write('001_a.sql', 'create table a (id int)');
    await write('002_b.sql', 'create table b (id nonsense)');
    await expect(run()).rejects.toThrow(/nonsense/);
    expect((await client.query(`select to_regclass('a') as a`)).rows).toEqual([{ a: null }]);
    await write('002_b.sql', 'create table b (id int)');
    expect(await run()).toEqual(['001_a', '002_b']);
  });

  it('lets runs that begin together apply every file exactly once', async () => {
    await write('001_a.sql', 'create table a (id int); select pg_sleep(0.2)');
    const runs = await Promise.all([run(), run(), run()]);
    expect(runs.flat()).toEqual(['001_a']);
  });

  it('refuses a new file that stands before one that has run', async () => {
    await write('002_b.sql', 'select 1');
    await run();
    await write('001_a.sql', 'select 1');
    await expect(run()).rejects.toThrow(/001_a is preceding already run migration 002_b/);
  });

  it.each(['001_a.sql', '002_b.sql'])(
    'refuses to go on without %s, which has run',
    async (name) => {
      await write('001_a.sql', 'select 1');
      await write('002_b.sql', 'select 1');
      await run();
      await rm(join(directory, name));
      await expect(run()).rejects.toThrow(
        new RegExp(`has run ${name.slice(0, -4)}, which is missing`),
      );
    },
  );

  it('refuses file names it would have to guess the order of', async () => {
    await write('a.sql', 'select 1');
    await expect(run()).rejects.toThrow(/named like 001_what_it_adds\.sql/);
    await rm(join(directory, 'a.sql'));
    await write('001_a.sql', 'select 1');
    await write('001_b.sql', 'select 1');
    await expect(run()).rejects.toThrow(/001_b\.sql: its number is taken/);
  });

  it('keeps its list in a schema that it makes when there is none', async () => {
    await write('001_a.sql', 'create table kept.a (id int)');
    await migrate({ databaseUrl: database.url, directory, migrationsSchema: 'kept' });
    expect((await client.query('select name from kept.migrations')).rows).toEqual([
      { name: '001_a' },
    ]);
  });
});

describe('the observability migrations', () => {
  let observability: Awaited<ReturnType<typeof createDatabase>>;
  let reader: pg.Client;
  beforeAll(async () => {
    observability = await createDatabase('observability');
    reader = new pg.Client({ connectionString: observability.url });
    await reader.connect();
    await migrate({ databaseUrl: observability.url, ...migrationSets.observability });
  });
  afterAll(async () => {
    await reader.end();
    await observability.drop();
  });

  it('run once from empty, and not again', async () => {
    expect(
      await migrate({ databaseUrl: observability.url, ...migrationSets.observability }),
    ).toEqual([]);
  });

  it('say of every index which query needs it', async () => {
    const unexplained = await reader.query(`
      select i.indexrelid::regclass::text as name
      from pg_index i join pg_class t on t.oid = i.indrelid
      where t.relnamespace = 'public'::regnamespace and t.relname <> 'migrations'
        -- A partition's index is the table's: that one says it.
        and not t.relispartition and not i.indisprimary and obj_description(i.indexrelid, 'pg_class') is null`);
    expect(unexplained.rows).toEqual([]);
  });

  it('make no table of logs and no foreign key', async () => {
    const logs = await reader.query(
      `select table_name from information_schema.tables where table_name ~ '(^|_)logs?(_|$)' and table_schema = 'public'`,
    );
    expect(logs.rows).toEqual([]);
    const keys = await reader.query(`select conname from pg_constraint where contype = 'f'`);
    expect(keys.rows).toEqual([]);
  });
});
