// Each row of the table in docs/architecture.md, "In the application database".
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApplicationDatabase } from './application-database.ts';
import {
  bob,
  createApplicationDatabase,
  declared,
  foreignId,
  hop,
  inTransaction,
  jane,
  one,
  otherHop,
  unattributed,
} from './application-database.ts';

let database: ApplicationDatabase;
beforeAll(async () => {
  database = await createApplicationDatabase();
  await database.client.query(`
    create table orders (id int primary key, amount numeric, updated_at timestamptz, updated_by text);
    select correlation.track('orders', system_name => 'Shop');`);
});
afterAll(() => database.drop());
beforeEach(() => database.client.query('truncate orders'));

/** A row as it stood before tracking. */
async function given(actor: string | null): Promise<void> {
  await database.client.query('alter table orders disable trigger "~correlation"');
  await database.client.query('insert into orders values (1, 1.0, now(), $1)', [actor]);
  await database.client.query('alter table orders enable trigger "~correlation"');
}

async function write(sql: string, values: unknown[] = []): Promise<string | null> {
  const row = await one(database.client, `${sql} returning updated_by`, values);
  return row['updated_by'] ?? null;
}

/** Each runs in a transaction that may begin with some settings. */
async function writeAfter(prelude: string, sql: string, values: unknown[] = []) {
  return inTransaction(database.client, async () => {
    await database.client.query(prelude);
    return write(sql, values);
  });
}

const change = 'update orders set amount = amount + 1, updated_by = $1';
const keepActor = 'update orders set amount = amount + 1';
const use = `select correlation.use('${hop}')`;

describe('an actor set to another value', () => {
  const explicit = [
    jane,
    'jane@work@example.com',
    hop,
    foreignId,
    '42',
    'x'.repeat(300),
    'systems',
  ];

  it.each(explicit)('stays: %s', async (actor) => {
    for (const previous of [null, 'system', bob, otherHop, '41']) {
      await given(previous);
      expect(await write(change, [actor])).toBe(actor);
      await database.client.query('truncate orders');
      await given(previous);
      expect(await writeAfter(use, change, [actor])).toBe(actor);
      await database.client.query('truncate orders');
    }
    expect(await write('insert into orders values (1, 1, now(), $1)', [actor])).toBe(actor);
  });

  it('stays where nothing else changes: a person may claim a row, or be erased from it', async () => {
    await given(bob);
    const claim = 'update orders set updated_by = $1';
    expect(await write(claim, [jane])).toBe(jane);
    expect(await write(claim, [hop])).toBe(hop);
    expect(await write(claim, [jane])).toBe(jane);
    expect(await write(claim, ['erased'])).toBe('erased');
    expect(await write(claim, [jane])).toBe(jane);
    expect(await write(claim, [null])).toMatch(unattributed);
  });
});

describe('an unchanged actor', () => {
  it.each([jane, '42', otherHop])(
    'becomes the transaction’s ID where it has one: %s',
    async (actor) => {
      await given(actor);
      expect(await writeAfter(use, keepActor)).toBe(hop);
    },
  );

  it.each([jane, '42', otherHop])('stays where the transaction has none: %s', async (actor) => {
    await given(actor);
    expect(await write(keepActor)).toBe(actor);
    expect(await write(change, [actor])).toBe(actor);
  });
});

describe('an actor that is null or generic', () => {
  const generic = [null, '', '  ', 'system', 'SYSTEM', ' System '];

  it.each(generic)('becomes the transaction’s ID: %j', async (actor) => {
    await given(actor);
    expect(await writeAfter(use, keepActor)).toBe(hop);
    expect(await writeAfter(use, change, [actor])).toBe(hop);
    const insert = 'insert into orders values (2, 1, now(), $1)';
    expect(await writeAfter(use, insert, [actor])).toBe(hop);
  });

  it.each(generic)('else becomes the ID of the session variables: %j', async (actor) => {
    await given(actor);
    const session = { 'x-hasura-correlation-id': otherHop, 'x-hasura-user-email': jane };
    const prelude = `set local hasura."user" = '${JSON.stringify(session)}'`;
    expect(await writeAfter(prelude, change, [actor])).toBe(otherHop);
  });

  it.each(generic)('else becomes the user of the session variables: %j', async (actor) => {
    await given(actor);
    const email = `set local hasura."user" = '{"x-hasura-user-email": "${jane}", "x-hasura-user-id": "7"}'`;
    expect(await writeAfter(email, change, [actor])).toBe(jane);
    const id = `set local hasura."user" = '{"x-hasura-correlation-id": "none", "x-hasura-user-id": "7"}'`;
    expect(await writeAfter(id, change, [null])).toBe('7');
    const other = `${email}; set local correlation.user_variables = 'x-hasura-login, x-hasura-user-id'`;
    expect(await writeAfter(other, change, [null])).toBe('7');
  });

  it.each(generic)('else becomes an ID minted for the transaction: %j', async (actor) => {
    await given(actor);
    expect(await write(change, [actor])).toMatch(unattributed);
    expect(await write('insert into orders values (2, 1, now(), $1)', [actor])).toMatch(
      unattributed,
    );
  });

  it('becomes one ID for all rows and statements of a transaction, and another for the next', async () => {
    await database.client.query('insert into orders select n, n from generate_series(1, 3) as n');
    const actors = await inTransaction(database.client, async () => {
      await database.client.query(`update orders set amount = 0, updated_by = 'system'`);
      await database.client.query('insert into orders values (4)');
      return database.client.query('select distinct updated_by from orders');
    });
    expect(actors.rowCount).toBe(1);
    expect(actors.rows[0].updated_by).toMatch(unattributed);
    expect(await write('insert into orders values (5)')).not.toBe(actors.rows[0].updated_by);
  });

  it('is minted under the name of a declared system action, as its root', async () => {
    const called = `select correlation.system('Nightly Prices')`;
    await given('system');
    expect(await writeAfter(called, change, ['system'])).toMatch(declared('nightly-prices'));
    const setting = `set local correlation.system = 'Nightly Prices'`;
    expect(await writeAfter(setting, change, ['system'])).toMatch(declared('nightly-prices'));
    const listed = `set local correlation.system_applications = 'backup, nightly';
      set local application_name = 'nightly'`;
    expect(await writeAfter(listed, change, ['system'])).toMatch(declared('nightly'));
    const unlisted = `set local correlation.system_applications = 'backup';
      set local application_name = 'nightly'`;
    expect(await writeAfter(unlisted, change, ['system'])).toMatch(unattributed);
  });

  it('is minted under the application’s or the role’s name where the table was given none', async () => {
    await database.client.query(`create table unnamed (id int, updated_by text);
      select correlation.track('unnamed');`);
    const insert = 'insert into unnamed values (1)';
    const named = await writeAfter(`set local application_name = 'billing api'`, insert);
    expect(named).toMatch(/^billing-api\.[-0-9a-f]{26}f{10}$/);
    const role = await one(
      database.client,
      'select correlation.normalise_name(session_user) as name',
    );
    expect(await writeAfter(`set local application_name = ''`, insert)).toMatch(
      new RegExp(`^${role['name']}\\.[-0-9a-f]{26}f{10}$`),
    );
  });

  it('is minted even where hasura.user holds no JSON', async () => {
    await given('system');
    expect(await writeAfter(`set local hasura."user" = 'no json'`, change, ['system'])).toMatch(
      unattributed,
    );
    expect(await writeAfter(`set local hasura."user" = '[1]'`, change, ['system'])).toMatch(
      unattributed,
    );
  });
});

describe('a write that changes nothing else', () => {
  const silent = [null, '', 'system', 'SYSTEM', hop, foreignId];

  it.each(silent)(
    'keeps the old actor where both are null, generic or IDs: %j',
    async (previous) => {
      await given(previous);
      for (const actor of [null, ' ', 'system', otherHop, foreignId]) {
        const touch = 'update orders set amount = 1.00, updated_at = now(), updated_by = $1';
        expect(await write(touch, [actor])).toBe(previous);
        expect(await writeAfter(use, touch, [actor])).toBe(previous);
      }
      expect(await writeAfter(use, 'update orders set id = id')).toBe(previous);
    },
  );

  it.each([jane, '42'])(
    'keeps an unchanged actor in a transaction with an ID too: %s',
    async (actor) => {
      await given(actor);
      expect(await writeAfter(use, 'update orders set id = id')).toBe(actor);
    },
  );

  it('leaves "system" in a row from before tracking until something else changes', async () => {
    await given('system');
    expect(await write('update orders set amount = 1')).toBe('system');
    expect(await write('update orders set amount = 2')).toMatch(unattributed);
  });
});

describe('correlation.mode', () => {
  it('off leaves every actor as it is written, for the transaction', async () => {
    await given('system');
    const off = `${use}; set local correlation.mode = 'off'`;
    expect(await writeAfter(off, keepActor)).toBe('system');
    expect(await writeAfter(off, change, [null])).toBeNull();
    expect(await writeAfter(off, 'insert into orders values (2)')).toBeNull();
    expect(await writeAfter(off, 'update orders set updated_by = $1', [hop])).toBe(hop);
    await database.client.query('delete from orders where id = 2');
    expect(await write(change, ['system'])).toMatch(unattributed);
  });
});
