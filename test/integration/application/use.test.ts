// What a transaction that names its cause leaves in its events, and that it leaves nothing behind.
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApplicationDatabase } from './application-database.ts';
import {
  createApplicationDatabase,
  declared,
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
/** A connection that never named a cause, so that no empty setting is left on it. */
let fresh: pg.Client;
beforeAll(async () => {
  database = await createApplicationDatabase();
  fresh = await database.connect();
  const { client } = database;
  await installEventLog(client, 'guarded');
  await client.query('create table orders (id int primary key, amount int, updated_by text)');
  await listen(client, { name: 'on_orders', table: 'orders', columns: ['id', 'amount'] });
  await client.query(`select correlation.track('orders', system_name => 'shop')`);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await fresh.query(`truncate orders; delete from hdb_catalog.event_log;
    insert into orders values (1, 1, '${jane}'), (2, 1, '${jane}'), (3, 1, '${jane}')`);
  await takeEvents(fresh);
});

const setting = async (name: string) =>
  (await one(database.client, `select current_setting($1, true) as value`, [name]))['value'] ?? '';

describe('correlation.use', () => {
  it('puts the ID and the write’s UTC time into every event of the transaction, deletes too', async () => {
    const { client } = database;
    const now = await inTransaction(client, async () => {
      await client.query(`set local timezone = 'Asia/Tokyo'`);
      await client.query('select correlation.use($1)', [hop]);
      await client.query('insert into orders values (9, 1)');
      await client.query('update orders set amount = 2 where id = 1');
      await client.query('delete from orders where id = 2');
      return one(
        client,
        `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as utc`,
      );
    });
    const events = await takeEvents(client);
    expect(events.map((event) => event.payload.op)).toEqual(['INSERT', 'UPDATE', 'DELETE']);
    for (const event of events) {
      expect(event.payload.session_variables).toEqual({
        'x-hasura-correlation-id': hop,
        'x-hasura-correlation-time': now['utc'],
      });
    }
    expect(events[0]?.payload.data.new?.['updated_by']).toBe(hop);
    expect(events[1]?.payload.data.new?.['updated_by']).toBe(hop);
  });

  it('keeps the session variables that are there', async () => {
    const { client } = database;
    await inTransaction(client, async () => {
      await client.query(
        `set local hasura."user" = '{"x-hasura-role": "editor", "x-hasura-correlation-id": "old"}'`,
      );
      await client.query('select correlation.use($1)', [hop]);
      await client.query('delete from orders where id = 1');
    });
    const [event] = await takeEvents(client);
    expect(event?.payload.session_variables).toMatchObject({
      'x-hasura-role': 'editor',
      'x-hasura-correlation-id': hop,
    });
  });

  it('leaves session variables alone that are no JSON object, and says so', async () => {
    const { client } = database;
    const notices: string[] = [];
    client.on('notice', (notice) => notices.push(notice.message ?? ''));
    await inTransaction(client, async () => {
      await client.query(`set local hasura."user" = 'no json'`);
      await client.query('select correlation.use($1)', [hop]);
      expect(await setting('hasura.user')).toBe('no json');
      expect(await one(client, 'select correlation.current() as id')).toEqual({ id: hop });
    });
    client.removeAllListeners('notice');
    expect(notices.join()).toMatch(/hasura.user is left as it is/);
  });

  it('takes the last ID of a transaction, and null takes it back', async () => {
    const { client } = database;
    await inTransaction(client, async () => {
      await client.query('select correlation.use($1)', [hop]);
      await client.query('select correlation.use($1)', [otherHop]);
      expect(await one(client, 'select correlation.current() as id')).toEqual({ id: otherHop });
      await client.query('select correlation.use(null)');
      expect(await one(client, 'select correlation.current() as id')).toEqual({ id: null });
      await client.query('update orders set amount = 2 where id = 1');
    });
    const [event] = await takeEvents(client);
    expect(event?.payload.session_variables?.['x-hasura-correlation-id']).toBeUndefined();
    expect(event?.payload.data.new?.['updated_by']).toBe(jane);
  });

  it('comes before an ID that the session variables name afterwards', async () => {
    const { client } = database;
    await inTransaction(client, async () => {
      await client.query('select correlation.use($1)', [hop]);
      await client.query(`set local hasura."user" = '{"x-hasura-correlation-id": "${otherHop}"}'`);
      await client.query(`update orders set amount = 2, updated_by = 'system' where id = 1`);
    });
    const row = await one(client, 'select updated_by from orders where id = 1');
    expect(row['updated_by']).toBe(hop);
  });

  it('spells the ID as the edge does', async () => {
    await inTransaction(database.client, async () => {
      for (const text of [` ${hop.toUpperCase()}\n`, hop.toUpperCase()]) {
        await database.client.query('select correlation.use($1)', [text]);
        const current = 'select correlation.current() as id';
        expect(await one(database.client, current)).toEqual({ id: hop });
      }
    });
  });

  // On a connection that had the setting before `caused_by` looks at the text itself, so each comes twice.
  it.each([
    hop,
    hop.toUpperCase(),
    ` ${hop} `,
    `Shop.${hop.slice(-36)}`,
    `shop.${hop.slice(-36)}`,
    `${'n'.repeat(64)}.${hop.slice(-36)}`,
    `${'n'.repeat(65)}.${hop.slice(-36)}`,
    `${'n'.repeat(64)}.${'m'.repeat(64)}.${hop.slice(-36)}`,
    `a.b.c.${hop.slice(-36)}`,
    `shop.${'-'.repeat(36)}`,
    'shop.0192aaaa-bbbb-8ccc-9ddd-eeee-eee1000',
    'shop.0192aaaa-bbbb-8ccc-9ddd-eeeeeeee100g',
    'shop.0192aaaabbbb8ccc9dddeeeeeeee1000',
    '.0192aaaa-bbbb-8ccc-9ddd-eeeeeeee1000',
    'system',
    jane,
    '',
    `${hop}'; drop table orders; --`,
    `${hop}", "x-hasura-role": "admin`,
    null,
  ])('by its procedure too names what the text names, and nothing else: %s', async (text) => {
    const client = await database.connect();
    for (const call of ['call correlation.caused_by($1)', 'select correlation.use($1)']) {
      for (const turn of [1, 2]) {
        await inTransaction(client, async () => {
          await client.query(call, [text]);
          const found = await one(
            client,
            `select correlation.current() as id,
              nullif(current_setting('hasura.user', true), '')::json ->> 'x-hasura-correlation-id' as named`,
          );
          const { id } = await one(client, 'select correlation.canonical($1) as id', [text]);
          expect({ turn, ...found }).toEqual({ turn, id, named: id });
        });
      }
    }
  });

  it.each([jane, '42', 'x'.repeat(300), `no.uuid`])(
    'names nobody, warns and lets the job go on where it is given what is no ID: %s',
    async (text) => {
      const { client } = database;
      const notices: string[] = [];
      client.on('notice', (notice) => notices.push(notice.message ?? ''));
      await inTransaction(client, async () => {
        await client.query('select correlation.use($1)', [text]);
        await client.query(`update orders set amount = 3, updated_by = 'system' where id = 1`);
      });
      client.removeAllListeners('notice');
      expect(notices.join()).toMatch(/is no correlation ID/);
      const row = await one(client, 'select updated_by from orders where id = 1');
      expect(row['updated_by']).toMatch(unattributed);
    },
  );

  it('is undone with its savepoint', async () => {
    const { client } = database;
    await inTransaction(client, async () => {
      await client.query('select correlation.use($1)', [hop]);
      await client.query('savepoint step');
      await client.query('select correlation.use($1)', [otherHop]);
      await client.query('update orders set amount = 5 where id = 1');
      await client.query('rollback to step');
      await client.query('update orders set amount = 6 where id = 2');
    });
    const rows = await client.query('select id, updated_by from orders where id < 3 order by id');
    expect(rows.rows).toEqual([
      { id: 1, updated_by: jane },
      { id: 2, updated_by: hop },
    ]);
  });
});

describe('a pooled connection', () => {
  it.each(['commit', 'rollback'])(
    'carries nothing into the next transaction after %s',
    async (end) => {
      const { client } = database;
      await client.query('begin');
      await client.query('select correlation.use($1)', [hop]);
      await client.query(`update orders set amount = 2, updated_by = 'system' where id = 1`);
      await client.query(end);
      await takeEvents(client);
      for (const name of ['correlation.id', 'correlation.minted', 'hasura.user']) {
        expect(await setting(name)).toBe('');
      }
      expect(await one(client, 'select correlation.current() as id')).toEqual({ id: null });
      await client.query('update orders set amount = 7 where id = 2');
      await client.query(`update orders set amount = 7, updated_by = 'system' where id = 3`);
      const [kept, minted] = await takeEvents(client);
      expect(kept?.payload.session_variables).toBeNull();
      expect(kept?.payload.data.new?.['updated_by']).toBe(jane);
      expect(minted?.payload.data.new?.['updated_by']).toMatch(unattributed);
    },
  );

  it('ignores an ID that was set for the whole session by hand', async () => {
    const { client } = database;
    await inTransaction(client, async () => {
      await client.query('select correlation.use($1)', [hop]);
      // What a careless tool would do: make the two settings outlive the transaction.
      await client.query(`select set_config(name, current_setting(name), false)
        from unnest('{correlation.id,correlation.since}'::text[]) as name`);
    });
    expect(await setting('correlation.id')).toBe(hop);
    expect(await one(client, 'select correlation.current() as id')).toEqual({ id: null });
    await client.query('update orders set amount = 8 where id = 1');
    await client.query('update orders set amount = 8, updated_by = null where id = 2');
    const rows = await client.query('select updated_by from orders where id < 3 order by id');
    expect(rows.rows[0].updated_by).toBe(jane);
    expect(rows.rows[1].updated_by).toMatch(unattributed);
    await client.query('reset correlation.id; reset correlation.since');
  });

  it('mints anew after a savepoint was rolled back, and never shares with the next transaction', async () => {
    const { client } = database;
    await client.query('begin');
    await client.query('savepoint step');
    await client.query('insert into orders values (10)');
    await client.query('rollback to step');
    const first = await one(client, 'insert into orders values (11) returning updated_by');
    await client.query('commit');
    const second = await one(client, 'insert into orders values (12) returning updated_by');
    expect(first['updated_by']).toMatch(unattributed);
    expect(second['updated_by']).toMatch(unattributed);
    expect(second['updated_by']).not.toBe(first['updated_by']);
  });

  it('of another job that writes at the same time keeps its own cause', async () => {
    const other = await database.connect();
    await database.client.query('begin');
    await other.query('begin');
    await database.client.query('select correlation.use($1)', [hop]);
    await other.query('select correlation.use($1)', [otherHop]);
    await database.client.query('update orders set amount = 4 where id = 1');
    await other.query('update orders set amount = 4 where id = 2');
    await database.client.query('commit');
    await other.query('commit');
    const rows = await other.query('select updated_by from orders where id < 3 order by id');
    expect(rows.rows).toEqual([{ updated_by: hop }, { updated_by: otherHop }]);
  });
});

describe('correlation.system', () => {
  it('declares the transaction a system action, in its events too', async () => {
    const { client } = database;
    const id = await inTransaction(client, async () => {
      const row = await one(client, `select correlation.system('Nightly Prices') as id`);
      await client.query('delete from orders where id = 1');
      await client.query('update orders set amount = 2 where id = 2');
      return row['id'] ?? '';
    });
    expect(id).toMatch(declared('nightly-prices'));
    const [deleted, updated] = await takeEvents(client);
    expect(deleted?.payload.session_variables?.['x-hasura-correlation-id']).toBe(id);
    expect(updated?.payload.data.new?.['updated_by']).toBe(id);
  });
});

describe('where Hasura’s insert_event_log reads an empty setting unguarded', () => {
  beforeAll(() => installEventLog(database.client, 'unguarded'));
  afterAll(() => installEventLog(database.client, 'guarded'));

  it('would fail the next write of a connection that had hasura.user set locally', async () => {
    const client = await database.connect();
    await inTransaction(client, async () => {
      await client.query(`select set_config('hasura.user', '{}', true)`);
    });
    await expect(client.query('delete from orders where id = 1')).rejects.toThrow(/json/);
  });

  it('leaves hasura.user alone, so that the next write succeeds, and still names the row’s cause', async () => {
    const client = await database.connect();
    await inTransaction(client, async () => {
      await client.query('select correlation.use($1)', [hop]);
      await client.query('update orders set amount = 2 where id = 1');
      const inserted = `insert into orders values (9, 1, 'system') returning updated_by`;
      expect(await one(client, inserted)).toEqual({ updated_by: hop });
      await client.query('delete from hdb_catalog.event_log where payload @> $1', [
        { op: 'INSERT' },
      ]);
    });
    await client.query('delete from orders where id = 2');
    const [updated, deleted] = await takeEvents(client);
    expect(updated?.payload.session_variables).toBeNull();
    expect(updated?.payload.data.new?.['updated_by']).toBe(hop);
    expect(deleted?.payload.op).toBe('DELETE');
  });

  it('merges into a setting that the session has anyway: what it leaves behind is not empty', async () => {
    const client = await database.connect();
    await client.query(`set hasura."user" = '{"x-hasura-role": "job"}'`);
    await inTransaction(client, async () => {
      await client.query('select correlation.use($1)', [hop]);
      await client.query('delete from orders where id = 1');
    });
    await client.query('delete from orders where id = 2');
    const [named, next] = await takeEvents(client);
    expect(named?.payload.session_variables?.['x-hasura-correlation-id']).toBe(hop);
    expect(next?.payload.session_variables).toEqual({ 'x-hasura-role': 'job' });
  });
});
