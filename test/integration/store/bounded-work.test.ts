// Judging a batch must cost what the batch is, not what the tables hold: every step walks an index.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { findRoot, readCascades } from '../../../src/store/cascades.ts';
import { withClient } from '../../../src/store/client.ts';
import { listTraces, newest, readOutlines } from '../../../src/store/traces.ts';
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
    `insert into names (text) values ('shop'), ('public'), ('orders'), ('j'), ('https://a.example'), ('x');
     insert into events (trace_id, ref, change_ref, text_id, arrival_id, row_ref, created_at, arrived_at,
       written_raw, source, table_schema, table_name, kind, op, starts_trace, payload_kept, lacks_actor,
       has_zone, actor_is_named, previous_is_named, session_is_named, row_key)
     select trace_id, n, n, 'old-' || n, gen_random_uuid(), n % 500,
       '2026-11-24T12:00:00Z'::timestamptz + n * interval '10 ms', '2026-11-24T12:00:00Z',
       '2026-11-24T12:00:00'::timestamp + n / 3 * interval '10 ms', 1, 2, 3, 'h', 'U', true, false, false,
       false, false, false, false, (n % 500)::text
     from (
       select n, overlay(gen_random_uuid()::text placing '01a20d6d' from 1)::uuid as trace_id
       from generate_series(1, ${rowsBefore}) n) r`,
  );
  await client.query(
    `insert into deliveries (trace_id, event_ref, ref, source, target, algorithm, job, named)
     select trace_id, ref, ref << 30, 1, 5, 4, 4, 4 from events;
     insert into attempts (trace_id, delivery_ref, id, destination, started_at, ended_at, status, outcome,
       degraded, works_in_background, late_row_ref)
     select trace_id, ref << 30, gen_random_uuid(), 5, created_at, created_at + interval '1 s', 200, 'd',
       false, false, row_ref from events;
     insert into links (trace_id, event_ref, evidence, rule, reason, cause_trace_id, cause_ref)
     select trace_id, ref, 'w', 'r', 6, gen_random_uuid(), ref << 30 from events;
     insert into traces (id, source, started_at, root_ref, root_created_at)
     select trace_id, source, created_at, ref, created_at from events;
     insert into jobs values (1, 4)`,
  );
  await client.query(`analyze ${large.join(', ')}`);
  // Rolling a minute up reads all of it, now and then (api/query-plans.test.ts): these are not due.
  await client.query(
    `insert into rolled_minutes (minute, next_at)
     select minute, 'infinity' from generate_series('2026-11-24T12:00:00Z', '2026-11-24T12:10:00Z', interval '1 minute') minute`,
  );
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
    `select relname, seq_tup_read::int as read from pg_stat_user_tables
     where regexp_replace(relname, '_(default|\\d+)$', '') = any ($1)`,
    [large],
  );
  return Object.fromEntries(rows.map(({ relname, read }) => [relname, read]));
}

/** How many rows have been read by way of an index, everybody's counts in, after `walked`. */
async function fetched(): Promise<number> {
  const { rows } = await client.query<{ read: number }>(
    `select sum(idx_tup_fetch)::int as read from pg_stat_user_tables
     where regexp_replace(relname, '_(default|\\d+)$', '') = any ($1)`,
    [large],
  );
  return rows[0]?.read ?? 0;
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
  const fetchedBefore = await fetched();
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
  // Nor along an index of all rows: five attempts, and some fifty rows about the one that is busy.
  expect((await fetched()) - fetchedBefore).toBeLessThan(500);
  const { rows } = await client.query(
    `select count(*)::int as events from events where text_id not like 'old-%'`,
  );
  expect(rows).toEqual([{ events: 4 }]);
});

it('finds a page of cascades and the root of one without walking through a table', async () => {
  await client.query(
    `update traces t set joined_to = e.trace_id from events e
     where e.text_id = 'old-1' and t.root_ref in (7, 8)`,
  );
  await client.query('analyze traces');
  const before = await walked();
  await withClient(database.url, async (reader) => {
    const page = { limit: 50, after: null, which: 'roots' as const };
    const ids = (await listTraces(reader, newest(page))).map(({ id }) => id);
    const members = await readCascades(reader, ids);
    expect(members.size).toBeGreaterThanOrEqual(50);
    expect(await findRoot(reader, ids[0] ?? '')).toBe(ids[0]);
    await readOutlines(reader, [...members.keys()]);
  });
  expect(await walked()).toEqual(before);
});
