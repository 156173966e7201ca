// That what docs/recipes tells other languages to do is true: the pages' own code, against a real Postgres. What has
// no interpreter or driver on this machine is skipped by name.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { installEventCatalogue } from '../../../demo/event-engine/catalog.ts';
import { defaultRetry } from '../../../demo/event-engine/trigger.ts';
import {
  createApplicationDatabase,
  declared,
  unattributed,
} from '../application/application-database.ts';
import type { ApplicationDatabase } from '../application/application-database.ts';
import { codeOf, languages, prepare, startJob } from './recipe.ts';
import type { Job } from './recipe.ts';

const run = promisify(execFile);
const id = 'order_placed.charge-card.01a20ed5-79e3-8349-97d2-cd0123456789';
const otherId = 'order_placed.charge-card.01a20ed5-79e3-8349-97d2-cdabcdef0123';

let database: ApplicationDatabase;
beforeAll(async () => {
  database = await createApplicationDatabase();
  await database.client.query(
    'create table orders (id int primary key, status text, updated_by text)',
  );
  await database.client.query(`select correlation.track('orders', system_name => 'shop')`);
  await installEventCatalogue(database.url, [
    {
      name: 'order_changed',
      table: { schema: 'public', name: 'orders' },
      update: { columns: ['status'] },
      delete: { columns: '*' },
      webhook: 'http://127.0.0.1:9/',
      headers: [],
      retry: defaultRetry,
    },
  ]);
});
afterAll(() => database.drop());
beforeEach(() =>
  database.client.query(`truncate orders;
    insert into orders select number, 'placed', 'jane@example.com' from generate_series(1, 20) as number;
    update orders set updated_by = 'system' where id > 2;
    delete from hdb_catalog.event_log`),
);

/** What the event log says of an order: the operation, who the session names, the row's new actor. */
async function eventsOf(orderId: number): Promise<unknown[]> {
  const found = await database.client.query(
    `select payload ->> 'op' as op, payload -> 'session_variables' ->> 'x-hasura-correlation-id' as named,
       payload -> 'data' -> 'new' ->> 'updated_by' as actor
     from hdb_catalog.event_log
     where coalesce(payload -> 'data' -> 'new' ->> 'id', payload -> 'data' -> 'old' ->> 'id') = $1`,
    [String(orderId)],
  );
  return found.rows;
}

const found = await Promise.all(
  Object.entries(languages).map(async ([name, language]) => {
    const { directory, note } = await prepare(language);
    return { title: `${name}${note}`, language, directory };
  }),
);

describe.each(found)('the recipe for $title', ({ language, directory }) => {
  const isMissing = directory === null;
  let job: Job;
  beforeAll(async () => {
    if (directory !== null) job = await startJob(language, directory, database.url);
  });
  afterAll(() => (isMissing ? undefined : job.stop()));
  // Warnings are Postgres': that what came is no ID.
  const lines = (): Record<string, unknown>[] =>
    job.lines().filter((line) => !/^warn/i.test(String(line['level'])));
  const linesWith = (correlationId: string | undefined): unknown[] =>
    lines().filter((line) => line['correlation_id'] === correlationId);

  it.skipIf(isMissing)('names the hop in row, event and log line, each job its own', async () => {
    const sent = Array.from({ length: 16 }, (_, index) => ({
      orderId: index + 1,
      own: index % 2 === 0 ? id : otherId,
    }));
    const statuses = await Promise.all(sent.map(({ orderId, own }) => job.send(orderId, own)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    for (const { orderId, own } of sent) {
      expect(await eventsOf(orderId)).toEqual([{ op: 'UPDATE', named: own, actor: own }]);
    }
    await vi.waitUntil(() => lines().length === 16);
    expect([linesWith(id).length, linesWith(otherId).length]).toEqual([8, 8]);
  });

  it.skipIf(isMissing)('works without an ID, on connections and threads that had one', async () => {
    const before = linesWith(undefined).length;
    expect(await job.send(17)).toBe(200);
    expect(await eventsOf(17)).toEqual([
      { op: 'UPDATE', named: null, actor: expect.stringMatching(unattributed) },
    ]);
    await vi.waitUntil(() => linesWith(undefined).length === before + 1);
  });

  it.skipIf(isMissing)('names nobody where what comes is no ID, and goes on', async () => {
    for (const text of ['x'.repeat(300), `'); drop table orders; --`, '"}\\n{"level":"forged']) {
      expect(await job.send(18, text)).toBe(200);
      await vi.waitUntil(() => linesWith(text).length === 1);
    }
    expect(await eventsOf(18)).toEqual([
      { op: 'UPDATE', named: null, actor: expect.stringMatching(unattributed) },
    ]);
  });
});

const psql = await run('psql', ['--version']).then(
  () => true,
  () => false,
);

/** Runs a script with psql; what it printed. */
async function psqlOn(url: string, code: string, ...rest: string[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'recipe-sql-'));
  const file = join(directory, 'job.sql');
  await writeFile(file, code);
  try {
    return (await run('psql', [url, '-At', '-v', 'ON_ERROR_STOP=1', ...rest, '-f', file])).stdout;
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe('the recipe for plain SQL', () => {
  it.skipIf(!psql)('names the hop of a job, deletes too, with psql', async () => {
    const [job = ''] = await codeOf('sql', 'sql');
    await psqlOn(database.url, job, '-v', `id=${id}`);
    expect(await eventsOf(1)).toEqual([{ op: 'UPDATE', named: id, actor: id }]);
    expect(await eventsOf(2)).toEqual([{ op: 'DELETE', named: id, actor: null }]);
  });

  it.skipIf(!psql)('is not changed by an ID that is SQL, with psql', async () => {
    const [job = ''] = await codeOf('sql', 'sql');
    await psqlOn(database.url, job, '-v', `id='); drop table orders; --`);
    expect(await eventsOf(1)).toMatchObject([{ op: 'UPDATE', named: null }]);
  });

  it.skipIf(!psql)('names a system action and tells its ID, with psql', async () => {
    const [, nightly = ''] = await codeOf('sql', 'sql');
    await database.client.query(`update orders set status = 'paid' where id = 5;
      delete from hdb_catalog.event_log`);
    const told =
      (await psqlOn(database.url, nightly)).split('\n').find((line) => line.includes('.')) ?? '';
    expect(told).toMatch(declared('nightly-report'));
    expect(await eventsOf(5)).toEqual([{ op: 'UPDATE', named: told, actor: told }]);
  });
});
