// Whole cascades are read in columns and put together in the Worker: of each event and delivery it comes to what is read of it
// by itself, and all are in the order of time.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateCascades } from '../../../bench/store/generate.ts';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { findDelivery, findEvents } from '../../../src/store/nodes.ts';
import { readTraceNodes } from '../../../src/store/read-nodes.ts';
import { createDatabase } from '../../support/database.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
let traceIds: string[];

/** What the generator leaves out, each of some. */
const oddities = [
  'select setseed(0.42)',
  `insert into names (text) values ('broadcast'), ('nobody.'), ('ann@example.com') on conflict do nothing`,
  `insert into arrivals (trace_id, event_ref, id, at, current_retry, max_retries)
   select trace_id, ref, gen_random_uuid(), arrived_at + random() * 20 * interval '1 s',
     case when random() < 0.9 then n end, case when random() < 0.9 then 2 end
   from events, generate_series(1, 3) n where random() < 0.15`,
  `update events set arrival_at = arrived_at + random() * 20 * interval '1 s' where random() < 0.2`,
  `update attempts set arrival_id = gen_random_uuid(), arrived_before = random() * 20e6 - 10e6,
     current_retry = case when random() < 0.9 then 1 + random() end, max_retries = case when random() < 0.9 then 2 end
   where started_at > (select arrived_at + interval '20 s' from events e join deliveries d on d.trace_id = e.trace_id
     and d.event_ref = e.ref where d.trace_id = attempts.trace_id and d.ref = attempts.delivery_ref)`,
  `insert into arrivals select d.trace_id, d.event_ref, a.arrival_id, a.started_at - a.arrived_before * interval '1 microsecond',
     a.current_retry, a.max_retries
   from attempts a join deliveries d on d.trace_id = a.trace_id and d.ref = a.delivery_ref
   where a.arrival_id is not null and random() < 0.3`,
  `update dead_letters set dead_at = now() + interval '1 day' where random() < 0.3`,
  `update dead_letters set replayed_at = now() where random() < 0.3`,
  `update deliveries set algorithm = (select id from names where text = 'broadcast'), is_rollout = random() < 0.5
   where random() < 0.2`,
  `insert into deliveries (trace_id, event_ref, ref, rerun_of, source, target, algorithm, job, named, id)
   select d.trace_id, d.event_ref,
     (d.ref & -16777216) | ('x' || encode(substring(h.id from 6 for 3), 'hex'))::bit(24)::bigint,
     d.ref, d.source, d.target, d.algorithm, d.job, d.named, h.id
   from deliveries d, generate_series(1, 2) n,
     lateral (select ('\\x' || lpad(to_hex((d.ref >> 24) & 1099511627775), 10, '0') || substr(md5(d.ref::text || n), 1, 22)
       || md5(n::text || d.ref))::bytea as id) h
   where random() < 0.3`,
  `insert into attempts (trace_id, delivery_ref, id, started_at, ended_at, destination, status, outcome, degraded,
     works_in_background, error, answer, skipped)
   select d.trace_id, d.ref, gen_random_uuid(), e.created_at + interval '1 hour', e.created_at + interval '2 hours',
     d.target, 200, 'd', true, true, 'odd "error"', E'line\\nline', '[{"destination": "x", "reason": "open"}]'
   from deliveries d join events e on e.trace_id = d.trace_id and e.ref = d.event_ref
   where random() < case when d.rerun_of is null then 0.1 else 0.8 end`,
  `delete from attempts a using deliveries d
   where d.trace_id = a.trace_id and d.ref = a.delivery_ref and mod(abs(d.ref), 17) = 0`,
  `update events set text_id = uuid_id::text, uuid_id = null where random() < 0.2`,
  `update events set created_at = date_trunc('second', created_at), is_test = true where random() < 0.2`,
  `update events set previous_actor = (select id from names where text = 'nobody.'),
     previous_actor_uuid = case when random() < 0.5 then gen_random_uuid() end,
     previous_is_named = random() < 0.5 where random() < 0.3`,
  `update events set session_user_name = (select id from names where text = 'ann@example.com') where random() < 0.2`,
  `update events set named_trace_id = (select id from traces limit 1) where named_hop is not null and random() < 0.1`,
  `update payloads set removed_at = now(), new_row = null, old_row = null where random() < 0.1`,
  `delete from payloads where random() < 0.1`,
  `insert into removals (what, from_id, until_id, removed_at)
   select 'payloads', '00000000-0000-0000-0000-000000000000', 'ffffffff-0000-0000-0000-000000000000', now()`,
];

beforeAll(async () => {
  database = await createDatabase('whole_cascades');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await generateCascades(client, {
    events: 350,
    giants: 1,
    giantHops: 100,
    days: 5,
    nowMs: Date.now(),
    payloads: 0.6,
  });
  for (const oddity of oddities) await client.query(oddity);
  const { rows } = await client.query<{ id: string }>('select id from traces order by id');
  traceIds = rows.map(({ id }) => id);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('cascades that are read whole', () => {
  it('say of each event and delivery what it says by itself', async () => {
    const { events, deliveries } = await readTraceNodes(client, traceIds);
    for (const event of events) {
      const found = await findEvents(client, { id: event.id, source: event.source });
      expect([event]).toEqual(found);
    }
    for (const delivery of deliveries) {
      expect(delivery).toEqual(await findDelivery(client, delivery.id));
    }
    // What all this is about is there.
    expect(events.filter(({ arrivals }) => arrivals > 1).length).toBeGreaterThan(20);
    expect(events.filter(({ link }) => link?.deliveryId).length).toBeGreaterThan(100);
    expect(deliveries.filter(({ isDead }) => isDead).length).toBeGreaterThan(0);
    expect(deliveries.filter(({ reruns }) => reruns.length === 2).length).toBeGreaterThan(5);
    expect(deliveries.filter(({ rerunOf }) => rerunOf !== null).length).toBeGreaterThan(20);
    expect(new Set(deliveries.map(({ hasRetriesLeft }) => hasRetriesLeft)).size).toBe(2);
  });

  it('are the same one by one, but for what is in between', async () => {
    const all = await readTraceNodes(client, traceIds);
    for (const traceId of traceIds) {
      const one = await readTraceNodes(client, [traceId]);
      expect(one.events).toEqual(all.events.filter((event) => event.traceId === traceId));
      expect(one.deliveries).toEqual(all.deliveries.filter((each) => each.traceId === traceId));
    }
  });

  it('come in the order of time, what was never attempted last', async () => {
    const { events, deliveries } = await readTraceNodes(client, traceIds);
    const began = deliveries.map(({ attempts }) => attempts[0]?.startedAt ?? 'never');
    expect(began).toEqual(began.toSorted());
    expect(began).toContain('never');
    const written = events.map(({ createdAt, arrivedAt }) => `${createdAt} ${arrivedAt}`);
    expect(written).toEqual(written.toSorted());
  });

  it('are nothing where nothing is asked for', async () => {
    expect(await readTraceNodes(client, [])).toEqual({ events: [], deliveries: [] });
  });
});
