// Judging a batch must cost what the batch is, not what the tables hold: every step walks an index.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { findRoot, readCascades } from '../../../src/store/cascades.ts';
import { withClient } from '../../../src/store/client.ts';
import { listTraces, readOutlines } from '../../../src/store/traces.ts';
import { createDatabase } from '../../support/database.ts';
import { sampleAttempt, sampleCascade, sampleEvent } from './sample-records.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase('bounded');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const large = ['events', 'deliveries', 'attempts', 'links', 'traces'];
const rowsBefore = 30_000;

/** As many events as fill the tables, each with its delivery, attempt, weak link and trace. */
async function fill(): Promise<void> {
  await client.query(
    `insert into events (source, id, kind, table_schema, table_name, op, row_key, created_at_raw,
       created_at, arrived_at, trace_id, starts_trace, change_id, payload_kept)
     select 'shop', 'old-' || n, 'hasura', 'public', 'orders', 'UPDATE', (n % 500)::text, 'at ' || n / 3,
       '2026-11-24T12:00:00Z'::timestamptz + n * interval '10 ms', '2026-11-24T12:00:00Z',
       gen_random_uuid(), true, gen_random_uuid(), false
     from generate_series(1, ${rowsBefore}) n`,
  );
  await client.query(
    `insert into deliveries (id, source, event_id, trace_id, target, algorithm, job, correlation_id, hop_id)
     select sha256(id::bytea), source, id, trace_id, 'https://a.example', 'pass-through', 'j', 'j', trace_id
     from events;
     insert into attempts (id, delivery_id, destination, started_at, ended_at, status, outcome, row_id)
     select gen_random_uuid(), sha256(id::bytea), 'https://a.example', created_at,
       created_at + interval '1 s', 200, 'delivered', row_id from events;
     insert into links (source, event_id, evidence, rule, reason, cause_trace_id, cause_delivery_id)
     select source, id, 'weak', 'row_and_time', 'x', gen_random_uuid(), sha256(id::bytea) from events;
     insert into traces (id, source, started_at, root_source, root_event_id, root_created_at)
     select trace_id, source, created_at, source, id, created_at from events;
     insert into jobs values ('shop', 'j')`,
  );
  await client.query(`analyze ${large.join(', ')}`);
}

/** How many rows of each table have been read by walking it whole, everybody's counts in. */
async function walked(): Promise<Record<string, number>> {
  await client.query('select pg_stat_force_next_flush()');
  await expect
    .poll(
      async () => {
        const others = await client.query(
          `select pid from pg_stat_activity
           where datname = current_database() and backend_type = 'client backend'
             and pid <> pg_backend_pid()`,
        );
        return others.rows;
      },
      { timeout: 20_000 },
    )
    .toEqual([]);
  const { rows } = await client.query<{ relname: string; read: number }>(
    `select relname, seq_tup_read::int as read from pg_stat_user_tables where relname = any ($1)`,
    [large],
  );
  return Object.fromEntries(rows.map(({ relname, read }) => [relname, read]));
}

it('judges a batch without walking through a table', async () => {
  await fill();
  const { records } = await sampleCascade();
  const busy = await sampleEvent({ id: 'busy', atMs: 100_000, rowKey: '7', actor: null });
  const all = [
    ...records,
    (await sampleAttempt(busy, { job: 'j', startMs: 100_100, endMs: 100_200 })).ended,
  ];
  const before = await walked();
  const reports: unknown[] = [];
  await consumeRecords(
    {
      queue: 'records',
      messages: [{ id: 'm', body: all, attempts: 1, ack: () => {}, retry: () => {} }],
    },
    {
      connect: (work) => withClient(database.url, work),
      now: () => Date.now(),
      report: (text, facts) => reports.push([text, facts]),
    },
  );
  expect(reports).toEqual([]);
  expect(await walked()).toEqual(before);
  const { rows } = await client.query(
    `select count(*)::int as events from events where id not like 'old-%'`,
  );
  expect(rows).toEqual([{ events: 4 }]);
});

it('finds a page of cascades and the root of one without walking through a table', async () => {
  await client.query(
    `update traces t set joined_to = e.trace_id from events e
     where e.id = 'old-1' and t.root_event_id in ('old-7', 'old-8')`,
  );
  await client.query('analyze traces');
  const before = await walked();
  await withClient(database.url, async (reader) => {
    const page = { limit: 50, after: null, which: 'roots' as const };
    const ids = (await listTraces(reader, page)).map(({ id }) => id);
    const members = await readCascades(reader, ids);
    expect(members.size).toBeGreaterThanOrEqual(50);
    expect(await findRoot(reader, ids[0] ?? '')).toBe(ids[0]);
    await readOutlines(reader, [...members.keys()]);
  });
  expect(await walked()).toEqual(before);
});
