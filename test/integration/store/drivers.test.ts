// One suite over every way to the observability database: `pg` as it is, `pg` behind Hyperdrive's transaction
// pooling, Neon's driver by WebSocket. What one of them does otherwise would be a defect in one deployment only.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import { traceDetailSchema, tracePageSchema } from '../../../src/api/views.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import {
  type Connect,
  inTransaction,
  isDataError,
  StoreUnreachable,
} from '../../../src/store/client.ts';
import { connectTo } from '../../../src/store/connect.ts';
import { createDatabase, loginAs } from '../../support/database.ts';
import { idleDeps } from '../../support/idle-deps.ts';
import { startWebsocketRelay } from '../../support/websocket-relay.ts';
import { sampleCascade } from './sample-records.ts';
import { poolingConnect } from './transaction-pooling.ts';

type Way = { connect: Connect; stop(): Promise<void> };

const ways: { name: string; open: (url: string) => Promise<Way> }[] = [
  {
    name: 'pg',
    open: (url) =>
      Promise.resolve({
        connect: connectTo({ hyperdrive: url, direct: null }),
        stop: () => Promise.resolve(),
      }),
  },
  { name: 'pg behind transaction pooling', open: poolingConnect },
  {
    name: 'Neon’s driver',
    open: async (url) => {
      const relay = await startWebsocketRelay(new URL(url).host);
      return {
        connect: connectTo({
          hyperdrive: null,
          direct: { url, driver: 'neon', proxyUrl: relay.url },
        }),
        stop: () => relay.stop(),
      };
    },
  },
];

describe.each(ways)('$name', ({ open }) => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let worker: Awaited<ReturnType<typeof loginAs>>;
  let way: Way;
  beforeAll(async () => {
    database = await createDatabase('drivers');
    await migrate({ databaseUrl: database.url, ...migrationSets.observability });
    worker = await loginAs('throughline_writer', database.url);
    way = await open(worker.url);
  });
  afterAll(async () => {
    await way.stop();
    await worker.drop();
    await database.drop();
  });

  test('values come back as the store reads them', async () => {
    const { rows } = await way.connect((client) =>
      client.query(
        `select 9007199254740993::bigint as big, '\\x00ff'::bytea as bytes, '{"a":[1,null]}'::jsonb as json,
           timestamptz '2026-11-25 10:00:00.123456+00' as at, array['a', null] as texts, null as nothing,
           $1::text as text, (select array_agg(n order by n) from unnest($2::int[]) as n) as numbers,
           true as yes, 0.1::float8 as float, uuid '0192e4a0-0000-8000-8000-000000000000' as id`,
        ['naïve “quotes” \\ 🧵', [3, 1, 2]],
      ),
    );
    expect(rows[0]).toEqual({
      big: '9007199254740993',
      bytes: Buffer.from([0, 255]),
      json: { a: [1, null] },
      at: new Date('2026-11-25T10:00:00.123Z'),
      texts: ['a', null],
      nothing: null,
      text: 'naïve “quotes” \\ 🧵',
      numbers: [1, 2, 3],
      yes: true,
      float: 0.1,
      id: '0192e4a0-0000-8000-8000-000000000000',
    });
  });

  test('a megabyte goes in and comes out', async () => {
    const text = 'é'.repeat(524_288);
    const { rows } = await way.connect((client) =>
      client.query<{ back: string }>('select $1::text as back', [text]),
    );
    expect(rows[0]?.back).toBe(text);
  });

  test('a transaction is kept whole, and one that fails leaves nothing', async () => {
    const insert = `insert into refusals (id, at, status, reason, detail, count) values (gen_random_uuid(), now(), 400, $1, '', 1)`;
    const count = async (reason: string): Promise<unknown> => {
      const { rows } = await way.connect((client) =>
        client.query('select count(*)::int as n from refusals where reason = $1', [reason]),
      );
      return rows[0];
    };
    await way.connect((client) =>
      inTransaction(client, { access: 'write', timeoutMs: 5_000 }, () =>
        client.query(insert, ['kept']),
      ),
    );
    const failing = way.connect((client) =>
      inTransaction(client, { access: 'write', timeoutMs: 5_000 }, async () => {
        await client.query(insert, ['lost']);
        throw new Error('halfway');
      }),
    );
    await expect(failing).rejects.toThrow('halfway');
    expect([await count('kept'), await count('lost')]).toEqual([{ n: 1 }, { n: 0 }]);
  });

  test('a reading transaction cannot write', async () => {
    const writing = way.connect((client) =>
      inTransaction(client, { access: 'read', timeoutMs: 5_000 }, () =>
        client.query('delete from refusals'),
      ),
    );
    await expect(writing).rejects.toThrow('read-only transaction');
  });

  test.each([
    ['select 1 / 0', 'division by zero'],
    [`select 'x'::int`, 'invalid input syntax'],
    [
      `insert into refusals (id, at, status, reason, detail, count) values (gen_random_uuid(), now(), 400, '', '', 0)`,
      'violates check constraint',
    ],
  ])('what is wrong with the data is told from what passes: %s', async (text, message) => {
    const error: unknown = await way
      .connect((client) => client.query(text))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ message: expect.stringContaining(message) as string });
    expect(isDataError(error)).toBe(true);
  });

  test('records are stored, judged and read back', async () => {
    const { records } = await sampleCascade();
    const reports: string[] = [];
    const report = (message: string, facts: Record<string, unknown>): void => {
      reports.push(`${message} ${JSON.stringify(facts)}`);
    };
    const acknowledged: string[] = [];
    await consumeRecords(
      {
        queue: 'throughline-records',
        messages: [
          {
            id: 'one',
            body: JSON.stringify(records),
            attempts: 1,
            ack: () => acknowledged.push('one'),
            retry: () => undefined,
          },
        ],
      },
      { connect: way.connect, now: () => Date.now(), report },
    );
    expect(reports).toEqual([]);
    expect(acknowledged).toEqual(['one']);

    const token = 'tl_api_test';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
    const api = createCheckedApi({
      ...idleDeps,
      connect: way.connect,
      apiTokenSha256: Buffer.from(digest).toString('hex'),
      now: () => Date.now(),
      report,
    });
    const get = async (path: string): Promise<unknown> =>
      (await api.request(path, { headers: { authorization: `Bearer ${token}` } })).json();
    const { traces } = tracePageSchema.parse(await get('/api/traces'));
    const detail = traceDetailSchema.parse(await get(`/api/traces/${traces[0]?.id}`));
    expect(detail.deliveries.length).toBeGreaterThan(0);
    expect(reports).toEqual([]);
  });
});

// The pooler keeps its connections, so what becomes of one is only to be seen without it.
describe.each(ways.filter(({ name }) => !name.includes('pooling')))(
  '$name, when it breaks',
  ({ open }) => {
    let database: Awaited<ReturnType<typeof createDatabase>>;
    let way: Way;
    let beside: pg.Client;
    beforeAll(async () => {
      database = await createDatabase('drivers_fault');
      way = await open(database.url);
      beside = new pg.Client(database.url);
      await beside.connect();
    });
    afterAll(async () => {
      await way.stop();
      await beside.end();
      await database.drop();
    });

    const others = async (): Promise<number> => {
      const { rows } = await beside.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      );
      return rows[0]?.n ?? -1;
    };

    test('a connection is closed after its work, whether it succeeded or not', async () => {
      await way.connect((client) => client.query('select 1'));
      await way.connect((client) => client.query('select 1 / 0')).catch(() => undefined);
      await way.connect(() => Promise.reject(new Error('ours'))).catch(() => undefined);
      await expect.poll(others).toBe(0);
    });

    test('a statement that takes too long can be tried again later', async () => {
      const slow = way.connect((client) =>
        inTransaction(client, { access: 'read', timeoutMs: 20 }, () =>
          client.query('select pg_sleep(60)'),
        ),
      );
      await expect(slow).rejects.toThrow(StoreUnreachable);
    });

    test('a server that ends the session in the middle of a statement is out of reach', async () => {
      const broken = way.connect((client) => client.query('select pg_sleep(60)'));
      const told = broken.catch((error: unknown) => error);
      await expect
        .poll(async () => {
          const { rows } = await beside.query<{ ended: boolean }>(
            `select pg_terminate_backend(pid) as ended from pg_stat_activity
            where datname = current_database() and query like 'select pg_sleep%' and state = 'active'`,
          );
          return rows.length;
        })
        .toBe(1);
      expect(await told).toBeInstanceOf(StoreUnreachable);
    });

    test('a wrong password is out of reach, and the password is not in the message', async () => {
      const wrong = new URL(database.url);
      wrong.password = 'hunter2';
      const other = await open(wrong.href);
      try {
        const error: unknown = await other
          .connect((client) => client.query('select 1'))
          .catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(StoreUnreachable);
        expect(String(error)).toContain('password authentication failed');
        expect(String(error)).not.toContain('hunter2');
      } finally {
        await other.stop();
      }
    });
  },
);

describe('Neon’s driver, when the proxy breaks', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  beforeAll(async () => {
    database = await createDatabase('drivers_proxy');
  });
  afterAll(() => database.drop());
  const through = (proxyUrl: string): Connect =>
    connectTo({ hyperdrive: null, direct: { url: database.url, driver: 'neon', proxyUrl } });

  test('a proxy that is not there is out of reach, with a reason', async () => {
    const error: unknown = await through('ws://127.0.0.1:1/v1')((client) =>
      client.query('select 1'),
    ).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StoreUnreachable);
    expect(String(error)).not.toContain('[object');
    expect(String(error)).toMatch(/Postgres: .{5}/);
  });

  test('a proxy that goes away in the middle of a statement is out of reach', async () => {
    const relay = await startWebsocketRelay(new URL(database.url).host);
    try {
      const broken = through(relay.url)(async (client) => {
        await client.query('select 1');
        relay.cut();
        await client.query('select 2');
      });
      await expect(broken).rejects.toThrow(StoreUnreachable);
    } finally {
      await relay.stop();
    }
  });

  test('a proxy that refuses the address is out of reach', async () => {
    const relay = await startWebsocketRelay('127.0.0.1:2');
    try {
      await expect(through(relay.url)((client) => client.query('select 1'))).rejects.toThrow(
        StoreUnreachable,
      );
    } finally {
      await relay.stop();
    }
  });
});

describe('the stand-in of the pooler', () => {
  test('refuses what a session would keep, so that its suite can fail', async () => {
    const database = await createDatabase('pooling');
    const pool = await poolingConnect(database.url);
    try {
      await expect(
        pool.connect((client) => client.query('set statement_timeout = 5')),
      ).rejects.toThrow('Not through a transaction pooler');
    } finally {
      await pool.stop();
      await database.drop();
    }
  });
});

test('with neither binding nor address the error says what to set', async () => {
  await expect(
    connectTo({ hyperdrive: null, direct: null })((client) => client.query('select 1')),
  ).rejects.toThrow('OBSERVABILITY_DATABASE_URL');
});
