// Coverage over real databases: an application's event log, read by a role that may only read, beside what arrived.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installEventCatalogue } from '../../../demo/event-engine/catalog.ts';
import { defaultRetry } from '../../../demo/event-engine/trigger.ts';
import { type CoverageView, coverageViewSchema } from '../../../src/api/coverage-views.ts';
import { reconcile } from '../../../src/coverage/reconcile.ts';
import { withClient } from '../../../src/store/client.ts';
import { createDatabase } from '../../support/database.ts';
import { createTestApi } from '../../support/test-api.ts';
import { createGradedStore, type GradedStore, reported } from '../store/graded-store.ts';
import { hourMs } from '../store/sample-day.ts';
import {
  at as timeOf,
  sampleAttempt,
  type SampleEvent,
  sampleEvent,
  startMs,
} from '../store/sample-records.ts';

const minute = 60_000;
const hour = 60 * minute;
/** When the check runs. */
const nowMs = startMs + 10 * minute;

let store: GradedStore;
let application: Awaited<ReturnType<typeof createDatabase>>;
let owner: pg.Client;
let readerUrl = '';
const role = `reader_${Math.random().toString(36).slice(2)}`;

beforeAll(async () => {
  store = await createGradedStore('coverage');
  application = await createDatabase('coverage_app');
  owner = new pg.Client({ connectionString: application.url });
  await owner.connect();
  await owner.query('create table orders (id int primary key, status text, updated_by text)');
  await installEventCatalogue(application.url, [
    {
      name: 'order_placed',
      table: { schema: 'public', name: 'orders' },
      update: { columns: '*' },
      webhook: 'http://edge.example.com/?destinations=x',
      headers: [],
      retry: defaultRetry,
    },
  ]);
  // As docs/deploying.md says.
  await owner.query(`
    create role ${role} login password 'reader';
    alter role ${role} set default_transaction_read_only = on;
    alter role ${role} set statement_timeout = '5s';
    grant usage on schema hdb_catalog to ${role};
    grant select (id, schema_name, table_name, trigger_name, delivered, error, created_at, locked, archived)
      on hdb_catalog.event_log to ${role};
    grant select on hdb_catalog.hdb_metadata to ${role};
    create index on hdb_catalog.event_log using brin (created_at)`);
  const url = new URL(application.url);
  url.username = role;
  url.password = 'reader';
  readerUrl = url.href;
});
afterAll(async () => {
  await owner.end();
  await application.drop();
  await store.client.query(`drop role ${role}`);
  await store.drop();
});
beforeEach(async () => {
  await store.empty();
  await store.client.query(
    'truncate event_gaps, reconciliations, reconciliation_sizes, trigger_definitions, loops',
  );
  await owner.query('truncate hdb_catalog.event_log');
});

const reports: string[] = [];
const run = (at = nowMs, url = readerUrl): Promise<void> =>
  reconcile({
    source: 'shop',
    application: (work) => withClient(url, work),
    observability: (work) => work(store.client),
    now: () => at,
    report: (text, facts) => reports.push(`${text} ${JSON.stringify(facts)}`),
  });

/** An event in the log, by default delivered, `ms` after the start. */
async function log(
  id: string,
  ms: number,
  given: { delivered?: boolean; error?: boolean; locked?: string } = {},
): Promise<void> {
  await owner.query(
    `insert into hdb_catalog.event_log (id, schema_name, table_name, trigger_name, payload, delivered, error,
       created_at, locked)
     values ($1, 'public', 'orders', 'order_placed', '{}', $2, $3, $4::timestamp, $5::timestamptz)`,
    [
      id,
      given.delivered ?? true,
      given.error ?? false,
      new Date(startMs + ms).toISOString().slice(0, -1),
      given.locked ?? null,
    ],
  );
}

async function arrive(...events: SampleEvent[]): Promise<void> {
  const samples = await Promise.all(
    events.map(async (event) => reported(await sampleEvent(event), event.atMs + 30_000)),
  );
  await store.reportsOf(samples.map(({ ended }) => ended));
}

const gaps = async (): Promise<string[]> => {
  const { rows } = await store.client.query<{ gap: string }>(
    `select event_id || ' ' || kind || case when resolved_at is null then '' else ' resolved' end as gap
     from event_gaps order by 1`,
  );
  return rows.map(({ gap }) => gap);
};
const coverage = async (query = '', askedMs = nowMs): Promise<CoverageView> => {
  const api = createTestApi({ connect: (work) => work(store.client), now: () => askedMs });
  return coverageViewSchema.parse(await api.get(`/api/coverage${query}`));
};

describe('an event that only the database knows', () => {
  it('is found within minutes, and let go when it arrives after all', async () => {
    await log('seen', 0);
    await log('lost', 1);
    await arrive({ id: 'seen', atMs: 0 });
    await run();
    expect(await gaps()).toEqual(['lost never_arrived']);
    await arrive({ id: 'lost', atMs: 1 });
    await run(nowMs + 5 * minute);
    expect(await gaps()).toEqual(['lost never_arrived resolved']);
    expect(reports).toEqual([]);
  });

  it('is found later where the writer’s session was in another time zone', async () => {
    // Written now by a session far in the east, whose clock shows a time to come.
    await log('east', 14 * hour);
    await log('west', -12 * hour);
    await run();
    expect(await gaps()).toEqual([]);
    for (let at = nowMs; at < nowMs + 40 * hour; at += hour) await run(at);
    expect(await gaps()).toEqual(['east never_arrived', 'west never_arrived']);
  });

  it('is none while it waits to be delivered, and one when it is given up', async () => {
    await log('waiting', 0, { delivered: false });
    await log('given-up', 1, { delivered: false, error: true });
    await run();
    expect(await gaps()).toEqual(['given-up never_arrived']);
  });

  it('is found in a transaction of many, whatever a run reads at most', async () => {
    await owner.query(
      `insert into hdb_catalog.event_log (id, schema_name, table_name, trigger_name, payload, delivered, created_at)
       select 'bulk-' || n, 'public', 'orders', 'order_placed', '{}', true, $1::timestamp
       from generate_series(1, 20001) n`,
      [new Date(nowMs - 17 * hour).toISOString().slice(0, -1)],
    );
    await run();
    await run(nowMs + 5 * minute);
    expect(await gaps()).toHaveLength(20_001);
  });
});

describe('an event that only the edge knows', () => {
  it('is found: somebody else sends with this key', async () => {
    await log('seen', 0);
    await arrive({ id: 'seen', atMs: 0 }, { id: 'forged', atMs: 0 });
    await run();
    expect(await gaps()).toEqual(['forged not_in_event_log']);
  });
});

describe('the event log’s own state', () => {
  it('tells what waits and what is delivered again', async () => {
    await log('waiting', 0, { delivered: false });
    await log('locked', 1, { delivered: false, locked: '2020-01-01T00:00:00Z' });
    await run();
    expect(reports).toEqual([]);
    const { eventLogs, advice } = await coverage();
    expect(eventLogs).toMatchObject([
      {
        source: 'shop',
        state: 'ok',
        pending: 2,
        oldestPendingAt: '2026-11-24T12:00:00.000000Z',
        longLocked: 1,
      },
    ]);
    expect(advice.map(({ kind }) => kind)).toEqual([
      'events_late',
      'events_again',
      'listens_to_itself',
    ]);
  });

  it('says so where the database cannot be reached, and keeps what it knew', async () => {
    await run();
    const url = new URL(readerUrl);
    url.port = '1';
    await run(nowMs + 5 * minute, url.href);
    const { eventLogs } = await coverage();
    expect(eventLogs[0]).toMatchObject({ state: 'unreachable' });
    expect(eventLogs[0]?.detail).toContain('could not be read');
    await run(nowMs + 10 * minute);
    expect((await coverage()).eventLogs[0]?.state).toBe('ok');
  });

  it('says so where there is no event log', async () => {
    const url = new URL(application.url);
    url.pathname = '/postgres';
    await run(nowMs, url.href);
    expect((await coverage()).eventLogs[0]).toMatchObject({ state: 'no_event_log' });
  });

  it('is read by a role that can change nothing', async () => {
    await withClient(readerUrl, async (client) => {
      await expect(client.query('delete from hdb_catalog.event_log')).rejects.toThrow(
        'read-only transaction',
      );
      await client.query('set default_transaction_read_only = off');
      await expect(client.query('delete from hdb_catalog.event_log')).rejects.toThrow(
        'permission denied',
      );
      await expect(client.query('select payload from hdb_catalog.event_log')).rejects.toThrow(
        'permission denied',
      );
    });
  });
});

describe('coverage', () => {
  // Lately, since what is older than two weeks is counted no more.
  const lately = startMs + hourMs;
  const now = lately + 10 * minute;

  it('counts events whose cause is known, of all that the database recorded', async () => {
    const placed = await sampleEvent({ id: 'placed', atMs: hourMs });
    const charged = await sampleAttempt(placed, {
      job: 'charge-card',
      startMs: hourMs + 10,
      endMs: hourMs + 900,
    });
    const paid = await sampleEvent({
      id: 'paid',
      atMs: hourMs + 500,
      trigger: 'order_paid',
      actor: charged.correlationId,
      sessionCorrelationId: charged.correlationId,
      traceId: placed.traceId,
      startsTrace: false,
    });
    const nobody = await sampleEvent({
      id: 'nobody',
      atMs: hourMs + 20_000,
      rowKey: '43',
      actor: 'system',
      new: { id: 43, updated_by: 'system' },
    });
    await store.reportsOf([
      charged.ended,
      (await reported(paid, hourMs + 30_000)).ended,
      (await reported(nobody, hourMs + 30_000)).ended,
    ]);
    for (const [index, id] of ['placed', 'paid', 'nobody', 'lost'].entries()) {
      await log(id, hourMs + index);
    }
    await run(now);
    const view = await coverage('', now);
    expect(view).toMatchObject({
      events: 4,
      covered: 2,
      share: 0.5,
      byKind: { user: 1, certain: 1, unknown: 1, neverArrived: 1 },
      jobs: [{ source: 'shop', name: 'charge-card', events: 1, covered: 1 }],
      overTime: [{ from: timeOf(hourMs).replace('Z', '000Z'), events: 3, covered: 2 }],
      others: { writes: 0, ofJobs: 0 },
      countedFrom: null,
      hoursLeftOut: [],
      countedUntil: view.until,
    });
    expect(
      view.triggers.map(({ name, events, covered }) => `${name} ${covered}/${events}`),
    ).toEqual(['order_placed 1/3', 'order_paid 1/1']);
    expect(view.advice.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      'never_arrived order_placed',
      'table_not_tracked public.orders',
      'listens_to_itself order_placed',
    ]);
  });

  it('notices a database whose clock is ahead of the edge’s', async () => {
    // The event says that it was written half a second after it had arrived.
    const event = await sampleEvent({ id: 'ahead', atMs: hourMs + 600 });
    const hop = await sampleAttempt(event, {
      job: 'charge-card',
      startMs: hourMs + 100,
      endMs: hourMs + 200,
    });
    await store.consume([hop.ended]);
    const [advice] = (await coverage('', now)).advice;
    expect(advice).toMatchObject({ kind: 'clock_ahead', subject: 'shop', events: 1 });
    expect(advice?.finding).toContain('500 ms');
  });

  it('is told for a source and a span of time', async () => {
    await arrive({ id: 'a', atMs: hourMs }, { id: 'b', atMs: hourMs, source: 'other' });
    expect((await coverage('?source=shop', now)).events).toBe(1);
    expect((await coverage('', now)).events).toBe(2);
    const between = (from: number, until: number): Promise<CoverageView> =>
      coverage(`?from=${timeOf(hourMs + from)}&until=${timeOf(hourMs + until)}`, now);
    expect((await between(0, minute)).events).toBe(2);
    const later = await between(minute, hour);
    expect([later.events, later.share]).toEqual([0, null]);
  });

  it('counts the whole of the minutes in which it begins and ends', async () => {
    await arrive({ id: 'a', atMs: hourMs });
    const view = await coverage(
      `?from=${timeOf(hourMs + 20_000)}&until=${timeOf(hourMs + 30_000)}`,
      now,
    );
    expect([view.from, view.until]).toEqual([timeOf(hourMs), timeOf(hourMs + minute)]);
    expect(view.events).toBe(1);
  });
});
