// That a job's transaction names its cause through every library that people write with: in the rows, in Hasura's
// event log, for deletes too, and never in the transaction after it. Real libraries, a real Postgres.
import createKnex from 'knex';
import type { Knex } from 'knex';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import createSql from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installEventCatalogue } from '../../../demo/event-engine/catalog.ts';
import { beginCorrelation, useCorrelation, withCorrelation } from '../../../job/src/index.ts';
import type { WithCorrelationOptions } from '../../../job/src/index.ts';
import {
  createApplicationDatabase,
  jane,
  unattributed,
} from '../application/application-database.ts';
import type { ApplicationDatabase } from '../application/application-database.ts';

/** A handler of whatever request; its work does not look at it. */
const asJob = <Result>(
  work: () => Result,
  options?: WithCorrelationOptions,
): ((request: unknown) => Result) =>
  withCorrelation<unknown, [request: unknown], Result>(work, options);

const id = 'order_placed.reserve-stock.01a20ed5-79e3-8349-97d2-cd0123456789';
const otherId = 'order_placed.charge-card.01a20ed5-79e3-8349-97d2-cdabcdef0123';

type Orders = { orders: { id: number; amount: number; updated_by: string | null } };
/** What every library does in its transaction. */
const writes = [
  `insert into orders (id, amount) values (9, 1)`,
  `update orders set amount = amount + 1, updated_by = 'system' where id = 1`,
  `delete from orders where id = 2`,
];

/** A library's transaction on a pool of one connection. */
type Library = {
  /** Tells its cause, waits for `pause`, writes; `fail` makes it roll back. */
  transaction: (work: { pause?: () => Promise<void>; fail?: boolean }) => Promise<void>;
  /** `useCorrelation` where no transaction is open. */
  outside: () => Promise<void>;
  /** The same writes on the same connection, without the kit. */
  plain: () => Promise<void>;
  end: () => Promise<unknown>;
};

const writeWithPg = async (client: pg.PoolClient): Promise<void> => {
  for (const statement of writes) await client.query(statement);
};
const writeWithKnex = async (trx: Knex.Transaction): Promise<void> => {
  await trx('orders').insert({ id: 9, amount: 1 });
  await trx('orders').where({ id: 1 }).increment('amount').update({ updated_by: 'system' });
  await trx('orders').where({ id: 2 }).delete();
};

function ofPg(url: string, max: number, begin: (client: pg.PoolClient) => Promise<void>): Library {
  const pool = new pg.Pool({ connectionString: url, max });
  const onClient = async (
    open: (client: pg.PoolClient) => Promise<unknown>,
    work: (client: pg.PoolClient) => Promise<void>,
  ): Promise<void> => {
    const client = await pool.connect();
    try {
      await open(client);
      await work(client);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };
  return {
    transaction: ({ pause, fail }) =>
      onClient(begin, async (client) => {
        await pause?.();
        await writeWithPg(client);
        if (fail) throw new Error('rolled back');
      }),
    outside: () => (begin === beginCorrelation ? beginCorrelation(pool) : useCorrelation(pool)),
    plain: () => onClient((client) => client.query('begin'), writeWithPg),
    end: () => pool.end(),
  };
}

const libraries: Record<string, (url: string, max: number) => Library> = {
  pg: (url, max) =>
    ofPg(url, max, async (client) => {
      await client.query('begin');
      await useCorrelation(client);
    }),
  'pg in one round trip': (url, max) => ofPg(url, max, beginCorrelation),
  postgres: (url, max) => {
    const sql = createSql(url, { max });
    return {
      transaction: async ({ pause, fail }) => {
        await sql.begin(async (tx) => {
          await useCorrelation(tx);
          await pause?.();
          await tx`insert into orders (id, amount) values (9, 1)`;
          await tx`update orders set amount = amount + 1, updated_by = 'system' where id = 1`;
          await tx`delete from orders where id = 2`;
          if (fail) throw new Error('rolled back');
        });
      },
      outside: () => useCorrelation(sql),
      plain: async () => {
        await sql.begin(async (tx) => {
          for (const statement of writes) await tx.unsafe(statement);
        });
      },
      end: () => sql.end(),
    };
  },
  Knex: (url, max) => {
    const knex = createKnex({ client: 'pg', connection: url, pool: { min: 0, max } });
    return {
      transaction: ({ pause, fail }) =>
        knex.transaction(async (trx) => {
          await useCorrelation(trx);
          await pause?.();
          await writeWithKnex(trx);
          if (fail) throw new Error('rolled back');
        }),
      outside: () => useCorrelation(knex),
      plain: () => knex.transaction(writeWithKnex),
      end: () => knex.destroy(),
    };
  },
  Kysely: (url, max) => {
    const dialect = new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max }) });
    const db = new Kysely<Orders>({ dialect });
    const write = async (trx: Kysely<Orders>): Promise<void> => {
      await trx.insertInto('orders').values({ id: 9, amount: 1, updated_by: null }).execute();
      await trx
        .updateTable('orders')
        .set((of) => ({ amount: of('amount', '+', 1), updated_by: 'system' }))
        .where('id', '=', 1)
        .execute();
      await trx.deleteFrom('orders').where('id', '=', 2).execute();
    };
    return {
      transaction: ({ pause, fail }) =>
        db.transaction().execute(async (trx) => {
          await useCorrelation(trx);
          await pause?.();
          await write(trx);
          if (fail) throw new Error('rolled back');
        }),
      outside: () => useCorrelation(db),
      plain: () => db.transaction().execute(write),
      end: () => db.destroy(),
    };
  },
};

let database: ApplicationDatabase;
beforeAll(async () => {
  database = await createApplicationDatabase();
  await database.client.query(
    'create table orders (id int primary key, amount int, updated_by text)',
  );
  await database.client.query(`select correlation.track('orders', system_name => 'shop')`);
  await installEventCatalogue(database.url, [
    {
      name: 'order_changed',
      table: { schema: 'public', name: 'orders' },
      insert: { columns: '*' },
      update: { columns: ['amount'] },
      delete: { columns: '*' },
      webhook: 'http://127.0.0.1:9/',
      headers: [],
      retry: { numRetries: 0, intervalSec: 10, timeoutSec: 60 },
    },
  ]);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.client.query(`truncate orders;
    insert into orders values (1, 1, '${jane}'), (2, 1, '${jane}')`);
  await database.client.query('delete from hdb_catalog.event_log');
});

type Logged = { op: string; named: string | null; actor: string | null };

/** What the event log says of its events since the last call: who the session names, and the row's new actor. */
async function takeEvents(): Promise<Logged[]> {
  const taken = await database.client.query<Logged>(`
    with taken as (delete from hdb_catalog.event_log returning payload)
    select payload ->> 'op' as op, payload -> 'session_variables' ->> 'x-hasura-correlation-id' as named,
      payload -> 'data' -> 'new' ->> 'updated_by' as actor
    from taken order by payload ->> 'op'`);
  return taken.rows;
}

const named = (by: string): Logged[] => [
  { op: 'DELETE', named: by, actor: null },
  { op: 'INSERT', named: by, actor: by },
  { op: 'UPDATE', named: by, actor: by },
];
const unnamed = [
  { op: 'DELETE', named: null, actor: null },
  { op: 'INSERT', named: null, actor: expect.stringMatching(unattributed) },
  { op: 'UPDATE', named: null, actor: expect.stringMatching(unattributed) },
];

const jobRequest = (correlationId?: string): Request =>
  new Request('https://job.example', {
    headers: correlationId === undefined ? {} : { 'x-correlation-id': correlationId },
  });
const restore = (): Promise<unknown> =>
  database.client.query(
    `delete from orders where id = 9; insert into orders values (2, 1, '${jane}')`,
  );

describe.each(Object.keys(libraries))('a job that writes with %s', (name) => {
  let library: Library;
  const open = (max = 1): Library => {
    const make = libraries[name];
    if (!make) throw new Error(name);
    library = make(database.url, max);
    return library;
  };
  afterEach(() => library.end());

  it('names the hop in each event of its transaction, and nobody in the next one', async () => {
    const { transaction, plain } = open();
    await asJob(() => transaction({}))(jobRequest(id));
    expect(await takeEvents()).toEqual(named(id));
    await restore();
    await takeEvents();
    await plain();
    expect(await takeEvents()).toEqual(unnamed);
  });

  it('leaves nothing behind where its transaction fails', async () => {
    const { transaction, plain } = open();
    const job = asJob(() => transaction({ fail: true }));
    await expect(job(jobRequest(id))).rejects.toThrow('rolled back');
    expect(await takeEvents()).toEqual([]);
    await plain();
    expect(await takeEvents()).toEqual(unnamed);
  });

  it('does not mix two jobs that write at the same time', async () => {
    const { transaction } = open(2);
    let told = 0;
    const both = Promise.withResolvers<void>();
    // Each waits until the other has told its transaction, so that both are open at once.
    const pause = (): Promise<void> => {
      told += 1;
      if (told === 2) both.resolve();
      return both.promise;
    };
    const job = asJob(() => transaction({ pause }));
    const results = await Promise.allSettled([job(jobRequest(id)), job(jobRequest(otherId))]);
    // Both insert order 9: the first to commit wins, and its events name it and not the other.
    const winner = results[0].status === 'fulfilled' ? id : otherId;
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await takeEvents()).toEqual(named(winner));
  });

  it.each([undefined, 'x'.repeat(300), `a\n'; drop table orders; --`])(
    'writes as before where no usable ID comes: %j',
    async (text) => {
      const { transaction } = open();
      const job = asJob(() => transaction({}), { onProblem: () => undefined });
      await job({ headers: { 'x-correlation-id': text } });
      expect(await takeEvents()).toEqual(unnamed);
    },
  );

  it('is told so where it forgot to open a transaction', async () => {
    const { outside } = open();
    const job = asJob(() => outside());
    await expect(job(jobRequest(id))).rejects.toThrow(/outside a transaction/);
  });
});

describe('useCorrelation', () => {
  it('notices that a pg client has no transaction open', async () => {
    const client = await database.connect();
    const job = asJob(() => useCorrelation(client));
    await expect(job(jobRequest(id))).rejects.toThrow(/outside a transaction/);
  });

  it('tells a Prisma transaction by a statement with a parameter, and refuses the whole client', async () => {
    // Prisma is not installed here (300 MB, and it downloads programs). This is what its interactive transactions
    // offer, as read off 7.10: the whole client has `$connect` beside it.
    const asked: string[][] = [];
    const tx = {
      $transaction: () => undefined,
      $executeRawUnsafe: (...statement: string[]) => {
        asked.push(statement);
        return Promise.resolve(1);
      },
    };
    await asJob(() => useCorrelation(tx))(jobRequest(id));
    expect(asked).toEqual([['call correlation.caused_by($1)', id]]);
    const prisma = { ...tx, $connect: () => undefined };
    await expect(useCorrelation(prisma)).rejects.toThrow(/prisma\.\$transaction/);
  });

  it('says what to install where the schema is missing', async () => {
    const client = new pg.Client({ connectionString: database.url.replace(/[^/]*$/, 'postgres') });
    await client.connect();
    await client.query('begin');
    const job = asJob(() => useCorrelation(client));
    await expect(job(jobRequest(id))).rejects.toThrow(/Install the schema "correlation"/);
    await client.end();
  });

  it('asks nothing of the database without an ID, so that it need not be installed yet', async () => {
    const client = new pg.Client({ connectionString: database.url.replace(/[^/]*$/, 'postgres') });
    await client.connect();
    await client.query('begin');
    await useCorrelation(client);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  it('refuses what no library hands out', async () => {
    const nothing = {} as Parameters<typeof useCorrelation>[0];
    await expect(useCorrelation(nothing)).rejects.toThrow(/none of them/);
  });
});
