// Weeks of the tables: where rows lie, what retention takes and when, and that two crons and a busy table do no harm.
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateCascades } from '../../../bench/store/generate.ts';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { assembleTraceId } from '../../../src/correlation/trace-uuid.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import { maintainStore } from '../../../src/store/maintain.ts';
import { findEvents } from '../../../src/store/nodes.ts';
import type { StoredEvent } from '../../../src/store/read-rows.ts';
import type { AttemptRecord } from '../../../src/store/record.ts';
import { listTraces, newest } from '../../../src/store/traces.ts';
import { createDatabase } from '../../support/database.ts';
import { sampleAttempt, sampleEvent, startMs } from './sample-records.ts';

const dayMs = 86_400_000;
const nowMs = Date.now();

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;

beforeEach(async () => {
  database = await createDatabase('partitions');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

/** An event that arrived at a time, in a trace whose id says another. */
async function recordOf(id: string, given: { arrivedMs: number; idMs?: number }) {
  const { arrivedMs, idMs = arrivedMs } = given;
  const bits = new Uint8Array([1, 2, 3, 4, id.length]);
  const event = await sampleEvent({
    id,
    atMs: arrivedMs - startMs,
    traceId: assembleTraceId(idMs, bits),
  });
  const from = arrivedMs - startMs + 10;
  return (await sampleAttempt(event, { job: 'j', startMs: from, endMs: from + 5 })).ended;
}

async function store(...records: AttemptRecord[]): Promise<void> {
  const reports: string[] = [];
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords(
    { queue: 'records', messages: [message] },
    {
      connect: (work) => withClient(database.url, work),
      now: () => nowMs,
      report: (text, facts) => reports.push(`${text} ${JSON.stringify(facts)}`),
    },
  );
  expect(reports).toEqual([]);
}

/** Everything that is due `days` from now, in words. */
async function maintainAfter(days: number): Promise<string[]> {
  const done: string[] = [];
  for (;;) {
    const { rows } = await client.query<{ step: string | null }>(
      `select maintain_store_at(now() + $1 * interval '1 day') as step`,
      [days],
    );
    const step = rows[0]?.step ?? null;
    if (step === null) return done;
    done.push(step);
  }
}

const partitionOf = async (id: string): Promise<string | null> => {
  const { rows } = await client.query<{ name: string }>(
    'select tableoid::regclass::text as name from events where text_id = $1',
    [id],
  );
  expect(rows.length).toBeLessThanOrEqual(1);
  return rows[0]?.name ?? null;
};

const eventOf = async (id: string): Promise<StoredEvent | null> =>
  (await findEvents(client, { id, source: null }))[0] ?? null;

describe('weeks', () => {
  it('hold a trace each in one partition, and the default what is of no week', async () => {
    await store(
      await recordOf('now', { arrivedMs: nowMs }),
      await recordOf('older', { arrivedMs: nowMs, idMs: nowMs - 4_000 * dayMs }),
      await recordOf('in time to come', { arrivedMs: nowMs, idMs: nowMs + 60 * dayMs }),
    );
    expect(await partitionOf('now')).toMatch(/^events_\d{8}$/);
    expect(await partitionOf('older')).toBe('events_default');
    expect(await partitionOf('in time to come')).toBe('events_default');
    // Wherever it lies, it is found, by its id and in the list.
    for (const id of ['now', 'older', 'in time to come']) {
      expect(await eventOf(id)).toMatchObject({ id, newRow: { id: 42, status: 'paid' } });
    }
    expect(
      await listTraces(client, newest({ limit: 10, after: null, which: 'roots' })),
    ).toHaveLength(3);
  });

  it('take over from the default what belongs to them when they are made', async () => {
    await store(await recordOf('early', { arrivedMs: nowMs, idMs: nowMs + 50 * dayMs }));
    const before = await eventOf('early');
    await maintainAfter(49);
    expect(await partitionOf('early')).toMatch(/^events_\d{8}$/);
    expect(await eventOf('early')).toEqual(before);
    const { rows } = await client.query('select from attempts_default');
    expect(rows).toEqual([]);
  });

  it('are made once by two crons at the same time, and neither fails', async () => {
    await client.query(`select drop_week(what, starts_on, now()) from weeks`);
    await client.query('delete from removals');
    const crons = await Promise.all(
      [1, 2, 3].map(() => withClient(database.url, (cron) => maintainStore(cron))),
    );
    await maintainStore(client);
    const done = crons.flat();
    expect(new Set(done).size).toBe(done.length);
    const { rows } = await client.query(
      `select what, count(*)::int as weeks from weeks group by what order by what`,
    );
    expect(rows).toEqual([
      { what: 'events', weeks: 6 },
      { what: 'payloads', weeks: 6 },
    ]);
  });
});

describe('retention', () => {
  it('takes the payload first, says when, and leaves the event; then the event', async () => {
    await store(await recordOf('kept', { arrivedMs: nowMs }));
    expect(await eventOf('kept')).toMatchObject({ payloadRemovedAt: null });

    expect(await maintainAfter(30)).toContainEqual(
      expect.stringMatching(/^dropped the week of .* of payloads$/),
    );
    const event = await eventOf('kept');
    expect(event).toMatchObject({ payloadKept: true, newRow: null, sessionVariables: null });
    const removedMs = Date.parse(event?.payloadRemovedAt ?? '');
    expect(Math.abs(removedMs - (Date.now() + 30 * dayMs))).toBeLessThan(10 * 60_000);

    expect(await maintainAfter(120)).toContainEqual(
      expect.stringMatching(/^dropped the week of .* of events$/),
    );
    expect(await eventOf('kept')).toBeNull();
    const { rows } = await client.query(`select
      (select count(*)::int from arrivals) + (select count(*)::int from deliveries) +
      (select count(*)::int from attempts) + (select count(*)::int from traces) as left`);
    expect(rows).toEqual([{ left: 0 }]);
  });

  it('goes by the arrival where an id’s time is wrong, however old the id says it is', async () => {
    await store(await recordOf('crafted', { arrivedMs: nowMs, idMs: dayMs }));
    await maintainAfter(10);
    expect(await eventOf('crafted')).toMatchObject({ newRow: { id: 42, status: 'paid' } });
    await maintainAfter(20);
    expect(await eventOf('crafted')).toMatchObject({
      newRow: null,
      payloadRemovedAt: expect.any(String),
    });
    await maintainAfter(100);
    expect(await eventOf('crafted')).toBeNull();
  });

  it('keeps an event that comes again after its week was dropped', async () => {
    await store(await recordOf('back', { arrivedMs: nowMs }));
    await maintainAfter(120);
    await store(await recordOf('back', { arrivedMs: nowMs }));
    expect(await partitionOf('back')).toBe('events_default');
    expect(await eventOf('back')).toMatchObject({ id: 'back' });
  });

  it('gives way to who uses a table, and drops nothing by half', async () => {
    await store(await recordOf('kept', { arrivedMs: nowMs }));
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    try {
      await reader.query('begin; select from links');
      await expect(maintainAfter(120)).rejects.toThrow('lock timeout');
      expect(await eventOf('kept')).toMatchObject({ id: 'kept' });
      await reader.query('commit');
    } finally {
      await reader.end();
    }
    await maintainAfter(120);
    expect(await eventOf('kept')).toBeNull();
  });
});

/** By name: which file, and how large. @param week as partitions are named */
async function indexesOf(week: string) {
  const { rows } = await client.query<{ name: string; file: string; bytes: number }>(
    `select relname as name, relfilenode::text as file, pg_relation_size(oid)::int as bytes
     from pg_class where relkind = 'i' and relname ~ $1 order by 1`,
    [`_${week}_`],
  );
  return rows;
}

/** Cascades of some weeks. @returns one that is over, and this one */
async function fillWeeks(): Promise<{ over: string; underWay: string }> {
  const { rows } = await client.query<{ over: string; underWay: string }>(
    `with week as (select date_trunc('week', now() at time zone 'UTC')::date as monday),
     made as (select make_week('events', monday - n) from week, unnest('{21,14}'::int[]) n)
     select to_char(monday - 21, 'YYYYMMDD') as over, to_char(monday, 'YYYYMMDD') as "underWay"
     from week where (select count(*) from made) = 2`,
  );
  const [weeks] = rows;
  if (!weeks) throw new Error('The weeks were not made.');
  await generateCascades(client, {
    events: 12_000,
    giants: 0,
    giantHops: 1,
    days: 28,
    nowMs,
    payloads: 0,
  });
  return weeks;
}

describe('indexes of a week', () => {
  it('are made anew once it is over, and only then', async () => {
    const { over, underWay } = await fillWeeks();
    const [before, current] = [await indexesOf(over), await indexesOf(underWay)];
    const done: string[] = [];
    for (let steps; (steps = await maintainStore(client)).length > 0;) done.push(...steps);
    const large = before.filter(({ name, bytes }) => bytes >= 65_536 && !name.includes('_at_idx'));
    expect(large.length).toBeGreaterThan(5);
    expect(done.flatMap((step) => / index (\S+) anew/.exec(step)?.[1] ?? [])).toEqual(
      expect.arrayContaining(large.map(({ name }) => name)),
    );
    const bytesOf = (indexes: typeof before): number =>
      indexes.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(bytesOf(await indexesOf(over))).toBeLessThan(0.9 * bytesOf(before));
    expect(await indexesOf(underWay)).toEqual(current);
    expect(await maintainStore(client)).toEqual([]);
  });

  it('wait for who uses a table, and are made anew later', async () => {
    const { over } = await fillWeeks();
    const fileOf = async (): Promise<string | undefined> =>
      (await indexesOf(over)).find(({ name }) => name.startsWith(`attempts_${over}_trace_id`))
        ?.file;
    const before = await fileOf();
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    try {
      await reader.query('begin; select from attempts limit 1');
      await expect(maintainStore(client)).rejects.toThrow('lock timeout');
    } finally {
      await reader.end();
    }
    expect(await fileOf()).toBe(before);
    while ((await maintainStore(client)).length > 0);
    expect(await fileOf()).not.toBe(before);
  });
});
