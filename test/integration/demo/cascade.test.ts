// One order through the whole shop: what the jobs say they did is what the database says, and they did it once.
/* oxlint-disable vitest/no-standalone-expect -- the whole file looks at one order, which beforeAll waits for */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { authorOf, readTruth } from '../../../demo/jobs/truth.ts';
import type { Truth } from '../../../demo/jobs/truth.ts';
import { runNightly } from '../../../demo/shop/nightly.ts';
import { placeOrder } from '../../../demo/shop/place-order.ts';
import { startShopWorld } from './shop-world.ts';
import type { ShopWorld } from './shop-world.ts';

type EventRow = {
  id: string;
  op: string;
  table_name: string;
  row_id: string;
  created_at: string;
  actor: string | null;
  session_id: string | null;
};

let world: ShopWorld;
let truth: Truth[];
let events: EventRow[];
let orderId: number;

beforeAll(async () => {
  world = await startShopWorld({ engine: true, failEvery: 1 });
  ({ orderId } = await placeOrder({ url: world.url, as: 'jane@example.com', express: true }));
  await vi.waitFor(
    async () => {
      const emails = await world.client.query(`select 1 from emails where status = 'sent'`);
      expect([emails.rowCount, await world.isQuiet()]).toEqual([3, true]);
    },
    { interval: 50, timeout: 30_000 },
  );
  await world.jobs.truth.flush();
  truth = await readTruth(world.truthFile);
  const found = await world.client.query<EventRow>(
    `select id, table_name, payload ->> 'op' as op,
       coalesce(payload #>> '{data,new,id}', payload #>> '{data,old,id}') as row_id,
       to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
       payload #>> '{data,new,updated_by}' as actor,
       payload #>> '{session_variables,x-hasura-correlation-id}' as session_id
     from hdb_catalog.event_log`,
  );
  events = found.rows;
});
afterAll(() => world.stop());

function author(event: EventRow): Truth | null {
  return authorOf(truth, {
    table: event.table_name,
    rowId: event.row_id,
    op: event.op,
    createdAt: event.created_at,
  });
}

/** The chain of jobs that led to an invocation, the first one first: by what they wrote, not by their IDs. */
function chain(invocation: Truth): string[] {
  const event = events.find(({ id }) => id === invocation.eventId);
  const cause = event ? author(event) : null;
  return [...(cause ? chain(cause) : []), invocation.job];
}

describe('one order', () => {
  it('goes at least four jobs deep', () => {
    const chains = truth.filter(({ outcome }) => outcome === 'done').map(chain);
    expect(chains).toContainEqual([
      'charge-card',
      'ship-order',
      'notify-warehouse',
      'send-tracking',
      'deliver-email',
    ]);
  });

  it('is confirmed twice, since a second job touches it and the trigger listens to every column', async () => {
    const found = await world.client.query(
      `select count(*)::int as sent from emails where kind = 'confirmation' and order_id = $1`,
      [orderId],
    );
    expect(found.rows).toEqual([{ sent: 2 }]);
  });

  it('survives the job that fails: a later attempt succeeds and the card is charged once', async () => {
    const charges = truth.filter(({ job }) => job === 'charge-card');
    expect(charges.map(({ outcome }) => outcome)).toEqual(['failed', 'done']);
    expect(charges[0]?.writes).toEqual([]);
    const payments = await world.client.query('select 1 from payments where order_id = $1', [
      orderId,
    ]);
    expect(payments.rowCount).toBe(1);
  });

  it('leaves the ID of the job that wrote them in the events of instrumented jobs, as actor and in the session', () => {
    const ofJobs = events.filter((event) => author(event)?.instrumented);
    expect(ofJobs.length).toBeGreaterThan(8);
    for (const event of ofJobs) {
      expect([event.actor, event.session_id]).toEqual([
        author(event)?.correlationId,
        author(event)?.correlationId,
      ]);
    }
  });

  it('has an author among the jobs for every event but the order itself', () => {
    expect(events.filter((event) => !author(event)).map(({ table_name: table }) => table)).toEqual([
      'orders',
      'orders',
    ]);
  });

  it('is named by e-mail at its root', () => {
    const roots = events.filter(
      ({ table_name: table, op }) => table === 'orders' && op === 'INSERT',
    );
    expect(roots.map(({ actor }) => actor)).toEqual(['jane@example.com', 'jane@example.com']);
  });

  it('never leaves "system" or nobody in a row', async () => {
    for (const table of [
      'orders',
      'order_items',
      'payments',
      'stock',
      'shipments',
      'customers',
      'emails',
    ]) {
      const found = await world.client.query(
        `select id, updated_by from ${table} where updated_by is null or updated_by = 'system'`,
      );
      expect(found.rows).toEqual([]);
    }
  });

  it('is logged with the ID by instrumented jobs, without by the other', () => {
    const lines = world.logLines.map((line) => JSON.parse(line));
    const withId = new Set(lines.filter((line) => line.correlation_id).map((line) => line.job));
    const without = new Set(lines.filter((line) => !line.correlation_id).map((line) => line.job));
    expect([...without]).toEqual(['refresh-search']);
    expect(withId).not.toContain('refresh-search');
    expect(withId).toContain('deliver-email');
  });
});

describe('other writers', () => {
  it('are named by the session where the write goes through Hasura', async () => {
    const placed = await placeOrder({
      url: world.url,
      as: 'new.one@example.com',
      through: 'hasura',
    });
    const found = await world.client.query(
      `select updated_by, (select updated_by from customers where email = 'new.one@example.com') as customer
       from orders where id = $1`,
      [placed.orderId],
    );
    expect(found.rows).toEqual([
      { updated_by: 'new.one@example.com', customer: 'new.one@example.com' },
    ]);
    const event = await world.client.query(
      `select payload #>> '{session_variables,x-hasura-user-email}' as email,
         length(payload #>> '{trace_context,trace_id}') as digits
       from hdb_catalog.event_log where table_name = 'orders' and payload #>> '{data,new,id}' = $1 limit 1`,
      [String(placed.orderId)],
    );
    expect(event.rows).toEqual([{ email: 'new.one@example.com', digits: 32 }]);
  });

  it('of the nightly script become the system action that its connection declares', async () => {
    const { stockIds } = await runNightly(world.url, () => 0.3);
    const found = await world.client.query(
      `select distinct payload #>> '{data,new,updated_by}' as actor from hdb_catalog.event_log
       where trigger_name = 'stock_changed' and payload #>> '{data,new,updated_by}' like 'nightly-prices.%'`,
    );
    expect(stockIds.length).toBeGreaterThan(0);
    expect(found.rows).toEqual([
      { actor: expect.stringMatching(/^nightly-prices\.[0-9a-f-]{26}0000000000$/) },
    ]);
  });
});
