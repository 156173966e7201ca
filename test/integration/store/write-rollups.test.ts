// Rollups of writes are what counting event by event gives, whatever is judged anew, and whatever had been counted before.
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { generateCascades } from '../../../bench/store/generate.ts';
import { rollEverythingUp } from '../../../bench/store/rollups.ts';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { maintainStore } from '../../../src/store/maintain.ts';
import {
  readClocksAhead,
  readCoveredOverTime,
  readNotCounted,
  readWritesByJob,
  readWritesByTrigger,
} from '../../../src/store/read-writes.ts';
import { rollDaysUp } from '../../../src/store/roll-days-up.ts';
import { rollUp } from '../../../src/store/roll-up.ts';
import type { RollupSpan } from '../../../src/store/rollup-pieces.ts';
import { createDatabase } from '../../support/database.ts';
import {
  clocksOfEvents,
  countedWrites,
  coveredEvents,
  expectWrites,
  writeRollups,
  type WriteCount,
  writesOfEvents,
} from './counted-writes.ts';
import { allStale, createRolledStore, type RolledStore } from './rolled-store.ts';
import { randomOf, sampleDay } from './sample-day.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const nowMs = Math.ceil(Date.now() / minuteMs) * minuteMs;

describe('writes', () => {
  let store: RolledStore;
  let client: pg.Client;
  beforeAll(async () => {
    store = await createRolledStore('write_rollups');
    ({ client } = store);
  });
  afterAll(() => store.drop());
  beforeEach(async () => {
    await store.empty();
    await store.consume(await sampleDay(randomOf(7), 60));
    await store.settle();
  });

  const kinds = async (): Promise<Set<string>> =>
    new Set(
      (await writeRollups(client, 'hour')).map(([kind]) => kind.split(' ').slice(6).join(' ')),
    );

  test('of every actor, evidence and rule are counted as what they are', async () => {
    await client.query(
      `with combination as (
         select *, row_number() over () as n from unnest('{c,w,p}'::"char"[]) evidence, unnest('{s,v,i,t,x,r}'::"char"[]) rule),
       numbered as (select *, row_number() over (order by trace_id, event_ref) % 18 + 1 as n from links)
       update links l set evidence = c.evidence, rule = c.rule,
         cause_ref = case when c.evidence <> 'p' then coalesce(x.cause_ref, (select min(ref) from deliveries)) end
       from numbered x join combination c on c.n = x.n where x.trace_id = l.trace_id and x.event_ref = l.event_ref`,
    );
    await client.query(
      `with numbered as (select *, row_number() over (order by trace_id, ref) as n from events)
       update events e set named_by = substr('pshcnlu', (x.n % 7)::int + 1, 1)::"char", lacks_actor = x.n % 3 = 0
       from numbered x where x.trace_id = e.trace_id and x.ref = e.ref and x.n % 5 <> 0`,
    );
    await store.settle();
    await store.expectExact();
    const found = await kinds();
    for (const namedBy of 'pshcnlu') {
      expect([...found].some((kind) => kind.startsWith(`${namedBy} `))).toBe(true);
    }
    expect(new Set([...found].map((kind) => kind.slice(2, 5))).size).toBeGreaterThan(15);
  });

  test('are counted anew where only the rule, or only the job that caused them, turns out to be another', async () => {
    const before = await writeRollups(client, 'hour');
    await client.query(`update links set rule = case rule when 's' then 'v' else 's' end::"char"`);
    await store.settle();
    await expectWrites(client);
    const judged = await writeRollups(client, 'hour');
    expect(judged).not.toEqual(before);
    await client.query(
      `update links l set cause_ref = d.ref, cause_trace_id = d.trace_id
       from (select distinct on (job) trace_id, ref from deliveries order by job limit 1) d where l.evidence <> 'p'`,
    );
    await store.settle();
    await expectWrites(client);
    expect(await writeRollups(client, 'hour')).not.toEqual(judged);
  });

  test('are counted anew where a weak link comes or goes', async () => {
    await client.query('create temporary table kept as select * from links');
    await client.query(`update links set evidence = 'w' where evidence = 'c'`);
    await store.settle();
    await expectWrites(client);
    await client.query('delete from links');
    await store.settle();
    await expectWrites(client);
    expect([...(await kinds())].every((kind) => kind.slice(2, 5) === '- *')).toBe(true);
    await client.query(`update kept set evidence = 'w' where evidence = 'c'`);
    await client.query('insert into links select * from kept');
    await client.query('drop table kept');
    await store.settle();
    await expectWrites(client);
  });

  test('that say to be written after they arrived are told by how much', async () => {
    await client.query(
      `with ahead as (select trace_id, ref, row_number() over (order by ref) as n from events limit 9)
       update events e set created_at = arrived_at + x.n * interval '70 ms' from ahead x
       where x.trace_id = e.trace_id and x.ref = e.ref`,
    );
    await store.settle();
    await expectWrites(client);
    const span = { fromMs: nowMs - dayMs, untilMs: nowMs + dayMs, source: null };
    const clocksAhead = await readClocksAhead(client, span);
    expect(clocksAhead).toEqual(await clocksOfEvents(client, span));
    expect(Math.max(...clocksAhead.map(({ aheadMs }) => aheadMs))).toBeGreaterThanOrEqual(70);
  });
});

const byTrigger = [
  'source',
  'tableSchema',
  'tableName',
  'trigger',
  'namedBy',
  'evidence',
  'withoutActor',
] as const;
const byJob = ['source', 'job', 'namedBy', 'evidence', 'rule'] as const;

/** How many of each kind, told by some of what is known. */
function summed<K extends keyof WriteCount>(
  counts: readonly (Pick<WriteCount, K> & { events: number })[],
  by: readonly K[],
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const count of counts) {
    const kind = JSON.stringify(by.map((key) => count[key]));
    sums[kind] = (sums[kind] ?? 0) + count.events;
  }
  return sums;
}

const spans = (source: string | null): RollupSpan[] =>
  [
    [1, 0],
    [26.35, 0],
    [26.35, 1.6],
    [7 * 24, 0],
    [11 * 24 + 3, 25],
  ].map(([from = 0, until = 0]) => ({
    fromMs: nowMs - Math.round(from * 60) * minuteMs,
    untilMs: nowMs - Math.round(until * 60) * minuteMs,
    source,
  }));

describe('of any span', () => {
  let store: RolledStore;
  beforeAll(async () => {
    store = await createRolledStore('write_spans');
    await generateCascades(store.client, {
      events: 2_000,
      giants: 0,
      giantHops: 0,
      days: 12,
      nowMs: Date.now(),
      payloads: 0,
    });
    await rollEverythingUp(store.client);
  });
  afterAll(() => store.drop());

  test.each([null, 'shop', 'nobody'])('coverage is what its events give (%s)', async (source) => {
    let isAny = false;
    for (const isStale of [false, true]) {
      if (isStale) {
        await store.client.query(
          `insert into stale_days select date_trunc('day', now() - interval '3 days', 'UTC') on conflict do nothing`,
        );
      }
      for (const span of spans(source)) {
        const counted = await writesOfEvents(store.client, span);
        isAny ||= counted.length > 20;
        expect(summed(await readWritesByTrigger(store.client, span), byTrigger)).toEqual(
          summed(counted, byTrigger),
        );
        expect(summed(await readWritesByJob(store.client, span), byJob)).toEqual(
          summed(
            counted.filter(({ job }) => job !== null),
            byJob,
          ),
        );
        expect(await readClocksAhead(store.client, span)).toEqual(
          await clocksOfEvents(store.client, span),
        );
        for (const [bucket, bucketMs] of [
          ['hour', hourMs],
          ['day', dayMs],
        ] as const) {
          expect(await readCoveredOverTime(store.client, span, bucketMs)).toEqual(
            await coveredEvents(store.client, span, bucket),
          );
        }
      }
    }
    expect(isAny).toBe(source !== 'nobody');
  });
});

test('an hour that takes too long to count is left out, told and tried again, and holds no other back', async () => {
  const store = await createRolledStore('write_rollups_slow');
  const { client } = store;
  try {
    await store.consume(await sampleDay(randomOf(7), 60));
    await store.settle();
    const { rows } = await client.query<{ hour: string; text: string }>(
      `select hour::text, to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as text
       from rolled_hours order by hour desc limit 1`,
    );
    const { hour = '', text } = rows[0] ?? {};
    const all = await writeRollups(client, 'hour');
    await client.query(`
      update rolled_hours set has_writes = false;
      truncate write_rollups;
      alter function make_write_rollups rename to make_without_delay;
      create function make_write_rollups(of_grain text, from_at timestamptz, until_at timestamptz, of_events boolean)
        returns void language plpgsql as $$
      begin
        if from_at = '${hour}' then perform pg_sleep(600); end if;
        perform make_without_delay(of_grain, from_at, until_at, of_events);
      end $$`);
    const maintain = async (timeoutMs?: number): Promise<string> => {
      const done: string[] = [];
      for (let some = ['']; some.length > 0; done.push(...some)) {
        some = await maintainStore(client, timeoutMs);
      }
      return done.join();
    };
    const span = { fromMs: nowMs - 3 * dayMs, untilMs: nowMs + hourMs, source: null };
    expect(await maintain(5_000)).toContain('could not count the writes of the hour of ');
    expect(await readNotCounted(client, span)).toEqual({
      countedFromMs: null,
      hoursLeftOut: [text],
    });
    const counted = await writeRollups(client, 'hour');
    expect(counted).toEqual(all.filter(([kind]) => !kind.startsWith(text?.slice(0, 13) ?? '')));
    expect(counted.length).toBeLessThan(all.length);
    // A day later.
    await client.query(`
      drop function make_write_rollups;
      alter function make_without_delay rename to make_write_rollups;
      update rolled_hours set writes_tried_at = writes_tried_at - interval '25 hours'`);
    expect(await maintain()).toContain('counted the writes of 1 hours');
    expect(await writeRollups(client, 'hour')).toEqual(all);
    expect((await readNotCounted(client, span)).hoursLeftOut).toEqual([]);
  } finally {
    await store.drop();
  }
});

test('what was counted before there were rollups of writes is counted by the cron, hours of before minutes too', async () => {
  const database = await createDatabase('write_rollups_before');
  const directory = await mkdtemp(join(tmpdir(), 'throughline-writes-'));
  const client = new pg.Client(database.url);
  try {
    const { directory: all, ...list } = migrationSets.observability;
    for (const name of await readdir(all)) {
      if (name < '045') await copyFile(join(all, name), join(directory, name));
    }
    await migrate({ databaseUrl: database.url, ...list, directory });
    await client.connect();
    // What stores and what counts now asks for columns that were not there then.
    await client.query(`
      alter table rolled_minutes add took_ms real;
      alter table attempts add arrival_id uuid, add arrived_before integer, add current_retry smallint,
        add max_retries smallint`);
    await generateCascades(client, {
      events: 1_500,
      giants: 0,
      giantHops: 0,
      days: 25,
      nowMs: Date.now(),
      payloads: 0,
    });
    // Of the last hour there are minutes, of all others it is known that they were counted.
    await client.query(
      `delete from stale_minutes where minute < (select max(minute) from stale_minutes) - interval '5 hours'`,
    );
    await rollUp(client, allStale);
    await client.query(`
      alter table rolled_minutes drop took_ms;
      alter table attempts drop arrival_id, drop arrived_before, drop current_retry, drop max_retries`);
    await client.query(
      `insert into rolled_hours select distinct date_trunc('hour', arrived_at, 'UTC') from events on conflict do nothing;
       insert into rolled_hours values (date_trunc('hour', now() - interval '100 days', 'UTC'))`,
    );
    await migrate({ databaseUrl: database.url, ...migrationSets.observability });
    const span = (days: number) => ({
      fromMs: nowMs - days * dayMs,
      untilMs: nowMs + hourMs,
      source: null,
    });
    const { rows } = await client.query<{ ms: number }>(
      `select (extract(epoch from max(hour)) * 1000 + 3600000)::float8 as ms from rolled_hours`,
    );
    expect((await readNotCounted(client, span(30))).countedFromMs).toBe(rows[0]?.ms);
    // A minute that is made anew meanwhile does not make its hour whole.
    await client.query('insert into stale_minutes (minute) select max(minute) from rolled_minutes');
    await rollUp(client, allStale);
    expect((await readNotCounted(client, span(30))).countedFromMs).toBe(rows[0]?.ms);
    const done: string[] = [];
    for (
      let some = await maintainStore(client);
      some.length > 0;
      some = await maintainStore(client)
    ) {
      done.push(...some);
    }
    expect(done.join()).toMatch(/counted the writes of \d+ hours back to \d{4}-/);
    expect(done.join()).not.toMatch(/back to (?!\d{4}-)/);
    expect(await readNotCounted(client, span(30))).toEqual({
      countedFromMs: null,
      hoursLeftOut: [],
    });
    expect(await writeRollups(client, 'hour')).toEqual(await countedWrites(client, 'hour'));
    // Whole hours: one of some of its minutes would be made anew of these alone.
    const since = new Date(Math.floor((nowMs - 13 * dayMs) / hourMs) * hourMs).toISOString();
    const lately = (kinds: [string, string][]): [string, string][] =>
      kinds.filter(([kind]) => kind >= since);
    expect(lately(await writeRollups(client, 'minute'))).toEqual(
      lately(await countedWrites(client, 'minute')),
    );
    // Its events are gone: from when on something is known is said for as long as it is asked.
    expect((await readNotCounted(client, span(120))).countedFromMs).toBeLessThan(
      nowMs - 99 * dayMs,
    );
    await rollDaysUp(client, { most: 100, timeoutMs: 20_000 });
    const { rows: stale } = await client.query(
      'select from stale_days where day < date_trunc($1, now(), $2)',
      ['day', 'UTC'],
    );
    expect(stale).toEqual([]);
  } finally {
    await client.end();
    await database.drop();
    await rm(directory, { recursive: true });
  }
});
