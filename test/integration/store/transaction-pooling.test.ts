import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { createApi } from '../../../src/api/create-api.ts';
import { traceDetailSchema, tracePageSchema } from '../../../src/api/views.ts';
import { noLogSource } from '../../../src/logs/log-source.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { createDatabase } from '../../support/database.ts';
import { noAdmin } from '../../support/no-admin.ts';
import { noCircuits } from '../../support/no-circuits.ts';
import { sampleCascade } from './sample-records.ts';
import { poolingConnect } from './transaction-pooling.ts';

describe('behind a transaction pooler', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let pool: Awaited<ReturnType<typeof poolingConnect>>;

  beforeAll(async () => {
    database = await createDatabase('pooling');
    await migrate({ databaseUrl: database.url, ...migrationSets.observability });
    pool = await poolingConnect(database.url);
  });
  afterAll(async () => {
    await pool.stop();
    await database.drop();
  });

  test('what a session would keep is refused, so that this test can fail', async () => {
    const setting = pool.connect((client) => client.query('set statement_timeout = 5'));
    await expect(setting).rejects.toThrow('Not through a transaction pooler');
  });

  test('records are stored, judged and read back, with nothing kept in a session', async () => {
    const { records } = await sampleCascade();
    const reports: string[] = [];
    let acknowledged = 0;
    await consumeRecords(
      {
        queue: 'throughline-records',
        messages: [
          {
            id: 'one',
            body: JSON.stringify(records),
            attempts: 1,
            ack: () => {
              acknowledged += 1;
            },
            retry: () => undefined,
          },
        ],
      },
      {
        connect: pool.connect,
        now: () => Date.now(),
        report: (message, facts) => reports.push(`${message} ${JSON.stringify(facts)}`),
      },
    );
    expect(reports).toEqual([]);
    expect(acknowledged).toBe(1);

    const token = 'tl_api_test';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
    const api = createApi({
      connect: pool.connect,
      logs: noLogSource,
      retries: { enqueue: () => Promise.resolve(true) },
      isAllowed: () => Promise.resolve(true),
      replays: { wake: () => Promise.resolve() },
      cancellations: { cancel: () => Promise.resolve(), allow: () => Promise.resolve() },
      bodies: { get: () => Promise.resolve(null) },
      admin: noAdmin,
      circuits: noCircuits,
      apiTokenSha256: Buffer.from(digest).toString('hex'),
      now: () => Date.now(),
      report: (message, facts) => reports.push(`${message} ${JSON.stringify(facts)}`),
    });
    const get = async (path: string): Promise<unknown> =>
      (await api.request(path, { headers: { authorization: `Bearer ${token}` } })).json();
    const { traces } = tracePageSchema.parse(await get('/api/traces'));
    const detail = traceDetailSchema.parse(await get(`/api/traces/${traces[0]?.id}`));
    expect(detail.deliveries.length).toBeGreaterThan(0);
    expect(reports).toEqual([]);
  });
});
