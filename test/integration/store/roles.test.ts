// What each role may do with each table, view and function of the observability database: this and nothing else.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { maintainStore } from '../../../src/store/maintain.ts';
import { withClient } from '../../../src/store/client.ts';
import { createDatabase, loginAs } from '../../support/database.ts';

type Login = Awaited<ReturnType<typeof loginAs>>;
let database: Awaited<ReturnType<typeof createDatabase>>;
let owner: pg.Client;
let writer: Login;
let reader: Login;

beforeAll(async () => {
  database = await createDatabase('roles');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  owner = new pg.Client(database.url);
  await owner.connect();
  [writer, reader] = [
    await loginAs('throughline_writer', database.url),
    await loginAs('throughline_reader', database.url),
  ];
});
afterAll(async () => {
  await owner.end();
  await writer.drop();
  await reader.drop();
  await database.drop();
});

const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];

/** Each relation that is no partition, with the first letters of what the role may do with the whole of it. */
async function rightsOf(role: string): Promise<Record<string, string>> {
  const { rows } = await owner.query<{ name: string; may: string }>(
    `select c.relname as name,
       (select string_agg(left(r, 1), '' order by n) from unnest($2::text[]) with ordinality as u (r, n)
         where has_table_privilege($1, c.oid, r)) as may
     from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
       and c.relname <> 'migrations'`,
    [role, rights],
  );
  return Object.fromEntries(rows.filter(({ may }) => may).map(({ name, may }) => [name, may]));
}

const stored = [
  'arrivals',
  'attempts',
  'dead_letters',
  'deliveries',
  'event_gaps',
  'events',
  'jobs',
  'names',
  'payloads',
  'reconciliations',
  'refusals',
  'replay_run_actions',
  'replay_run_letters',
  'replay_runs',
  'reruns',
  'rolled_hours',
  'rolled_minutes',
  'traces',
  'unreadable_records',
  'webhook_places',
];
const replaced = [
  'links',
  'loops',
  'reconciliation_sizes',
  'stale_days',
  'trigger_definitions',
  'worker_versions',
];
const rolled = [
  'day_peaks',
  'day_rollups',
  'hour_peaks',
  'hour_rollups',
  'minute_peaks',
  'minute_rollups',
  'rollup_totals',
  'stale_minutes',
  'write_rollups',
];
const read = ['removals', 'retention', 'weeks'];
const views = ['arrivals', 'attempts', 'deliveries', 'events', 'links', 'traces'];
const all = (names: string[], may: string): [string, string][] => names.map((name) => [name, may]);

describe('the writer', () => {
  test('stores and judges, and can neither drop nor alter', async () => {
    expect(await rightsOf('throughline_writer')).toEqual(
      Object.fromEntries([
        ...all(stored, 'SIU'),
        ...all(replaced, 'SIUD'),
        ...all(rolled, 'SID'),
        ...all(read, 'S'),
      ]),
    );
  });

  test('cannot make a table, nor reach a partition past its table', async () => {
    await withClient(writer.url, async (client) => {
      await expect(client.query('create table mine (id int)')).rejects.toThrow('permission denied');
      await expect(client.query('select from events_default')).rejects.toThrow('permission denied');
      await expect(client.query(`update retention set keep = '3 days'`)).rejects.toThrow(
        'permission denied',
      );
    });
  });

  test('has weeks made and dropped by the owner’s function, and by no other', async () => {
    const monday = `date_trunc('week', now() at time zone 'UTC')::date`;
    // As if a cron had been missed: the last week that was made ahead is gone.
    await owner.query(
      `do $$ declare t text; begin
         foreach t in array tables_of('payloads') loop
           execute format('drop table %I', t || '_' || to_char(${monday} + 28, 'YYYYMMDD'));
         end loop;
         delete from weeks where what = 'payloads' and starts_on = ${monday} + 28;
       end $$`,
    );
    await withClient(writer.url, async (client) => {
      expect(await maintainStore(client)).toEqual([
        expect.stringMatching(/^made the week of .* for payloads$/),
      ]);
      expect(await maintainStore(client)).toEqual([]);
      await expect(client.query(`select drop_week('events', ${monday}, now())`)).rejects.toThrow(
        'permission denied',
      );
      await expect(client.query('select maintain_store_at(now())')).rejects.toThrow(
        'permission denied',
      );
    });
  });
});

describe('the reader', () => {
  test('reads what happened in words, and of dead letters not what a replay sends', async () => {
    expect(await rightsOf('throughline_reader')).toEqual(
      Object.fromEntries([
        ...all(
          views.map((name) => `readable_${name}`),
          'S',
        ),
        ['loops', 'S'],
        ['event_gaps', 'S'],
      ]),
    );
    await withClient(reader.url, async (client) => {
      await client.query('select source, reason, error from dead_letters');
      for (const column of ['headers', 'body', 'body_key', 'facts']) {
        await expect(client.query(`select ${column} from dead_letters`)).rejects.toThrow(
          'permission denied',
        );
      }
      await client.query('select * from readable_events, readable_attempts limit 1');
      await expect(client.query('select from events')).rejects.toThrow('permission denied');
      await expect(client.query('select maintain_store()')).rejects.toThrow('permission denied');
    });
  });
});

test('an owner who may make no roles migrates all the same, and gives the rights again', async () => {
  const poor = await createDatabase('roles_poor');
  const { username, pathname } = new URL(poor.url);
  await owner.query(`create role poor_owner login password 'poor' nocreaterole`);
  await owner.query(`grant poor_owner to ${username}`);
  await owner.query(`alter database ${pathname.slice(1)} owner to poor_owner`);
  const url = new URL(poor.url);
  url.username = 'poor_owner';
  url.password = 'poor';
  try {
    await migrate({ databaseUrl: url.href, ...migrationSets.observability });
    await withClient(url.href, async (client) => {
      const { rows } = await client.query('select grant_rights() as missing');
      expect(rows).toEqual([{ missing: [] }]);
      expect(await maintainStore(client)).toEqual([]);
    });
  } finally {
    await poor.drop();
    await owner.query('drop role poor_owner');
  }
});
