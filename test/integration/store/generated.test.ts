// Generated cascades have the form in which the consumer stores recorded ones: what is measured on them holds.
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateCascades, type Generated } from '../../../bench/store/generate.ts';
import { rollEverythingUp } from '../../../bench/store/rollups.ts';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { withClient } from '../../../src/store/client.ts';
import { findDelivery, findEvents } from '../../../src/store/nodes.ts';
import { rowRef } from '../../../src/store/refs.ts';
import { rollDaysUp } from '../../../src/store/roll-days-up.ts';
import { createDatabase } from '../../support/database.ts';
import { rollups } from './counted-rollups.ts';
import { createRolledStore } from './rolled-store.ts';
import { countedWrites, expectWrites, writeRollups } from './counted-writes.ts';
import { expectTotals } from './summed-lines.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let made: Generated;
const query = <Row extends pg.QueryResultRow>(text: string): Promise<Row[]> =>
  withClient(database.url, async (client) => (await client.query<Row>(text)).rows);

beforeAll(async () => {
  database = await createDatabase('generated');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  made = await withClient(database.url, (client) =>
    generateCascades(client, {
      events: 7_000,
      giants: 1,
      giantHops: 3_000,
      days: 20,
      nowMs: Date.now(),
      payloads: 0.5,
    }),
  );
});
afterAll(() => database.drop());

describe('generated cascades', () => {
  it('are about as many as asked for, the large one among them, each with the hops it was to have', async () => {
    expect(made.events).toBeGreaterThan(5_000);
    expect(made.events).toBeLessThan(11_000);
    expect(made.deliveries).toBe(made.events);
    expect(made.attempts).toBeGreaterThan(made.deliveries);
    const [largest] = await query<{ hops: string }>(
      'select count(*) as hops from deliveries group by trace_id order by 1 desc limit 1',
    );
    expect(largest).toEqual({ hops: '3000' });
    expect(await query('select from events_default')).toEqual([]);
  });

  it('are found by the refs that the store makes of their ids', async () => {
    const events = await query<{ id: string; source: string; trace_id: string }>(
      'select id, source, trace_id from readable_events order by id limit 5',
    );
    const deliveries = await query<{ id: string; trace_id: string }>(
      'select id, trace_id from readable_deliveries order by id limit 5',
    );
    await withClient(database.url, async (client) => {
      for (const { id, source, trace_id } of events) {
        expect(await findEvents(client, { id, source })).toMatchObject([{ traceId: trace_id }]);
      }
      for (const { id, trace_id } of deliveries) {
        expect(await findDelivery(client, id)).toMatchObject({ traceId: trace_id });
      }
    });
  });

  it('name rows, and deliveries of their own trace as causes', async () => {
    const [row] = await query<{ source: string; table: string; key: string; ref: string }>(
      `select r.source, r.table_name as table, r.row_key as key, e.row_ref::text as ref
       from readable_events r join events e on e.trace_id = r.trace_id and e.uuid_id::text = r.id limit 1`,
    );
    if (!row) throw new Error('no row was written');
    const { source, table, key } = row;
    expect(await rowRef({ source, schema: 'public', table, key })).toBe(row.ref);
    const links = await query(
      `select from readable_links where cause_trace_id = trace_id and cause_delivery_id is null`,
    );
    expect(links).toEqual([]);
    const ids = await query(
      `select from readable_links l left join readable_deliveries d on d.id = l.cause_delivery_id
       where l.evidence = 'certain' and d.correlation_id is distinct from l.correlation_id`,
    );
    expect(ids).toEqual([]);
  });
});

describe('generated rollups', () => {
  it('are those that are counted minute by minute, with days of what is over', async () => {
    const store = await createRolledStore('generated_rollups');
    try {
      await generateCascades(store.client, {
        events: 400,
        giants: 1,
        giantHops: 200,
        days: 2,
        nowMs: Date.now(),
        payloads: 0,
      });
      await rollEverythingUp(store.client);
      const counted = {
        minute: await rollups(store.client, 'minute'),
        hour: await rollups(store.client, 'hour'),
      };
      const days = await daysOf(store.client);
      await expectTotals(store.client);
      await expectWrites(store.client);
      const writesOfDays = await writeRollups(store.client, 'day');
      const today = new Date().toISOString().slice(0, 10);
      expect(writesOfDays).toEqual(
        (await countedWrites(store.client, 'day')).filter(([kind]) => !kind.startsWith(today)),
      );
      expect(Object.keys(counted.hour.lines).length).toBeGreaterThan(100);
      expect(days.length).toBeGreaterThan(10);
      await store.client.query(
        `insert into stale_minutes (minute) select minute from rolled_minutes;
         truncate minute_rollups, hour_rollups, day_rollups, rollup_totals, write_rollups, minute_peaks, hour_peaks, day_peaks`,
      );
      await store.settle();
      expect(await rollups(store.client, 'minute')).toEqual(counted.minute);
      expect(await rollups(store.client, 'hour')).toEqual(counted.hour);
      await rollDaysUp(store.client, { most: 10, timeoutMs: 20_000 });
      expect(await daysOf(store.client)).toEqual(days);
      await expectTotals(store.client);
      await expectWrites(store.client);
      expect(await writeRollups(store.client, 'day')).toEqual(writesOfDays);
    } finally {
      await store.drop();
    }
  });
});

async function daysOf(client: pg.Client): Promise<unknown[]> {
  const { rows } = await client.query(
    `select * from day_rollups order by at, source, trigger, job, destination, named_by`,
  );
  return rows;
}
