// Places one order as a person, as the shop's own application would. It decides how a person's write looks in the
// database, and never what it causes.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { chance } from './people.ts';

export type PlacedOrder = { orderId: number; express: boolean; totalCents: number };

export type PlaceOrderOptions = {
  /** Connection string of the application database. */
  url: string;
  /** The person's e-mail; a new customer where the shop does not know it. */
  as: string;
  /**
   * How the person is named: in `updated_by`, as an application does that writes for itself, or by the session
   * variables of a Hasura mutation, `updated_by` left to them.
   */
  through?: 'application' | 'hasura';
  /** Express parcels get a tracking code at once; by chance unless given. */
  express?: boolean;
  /** Draws goods and shipping; by chance unless given. */
  random?: () => number;
};

/**
 * Writes order and items in one transaction.
 * @returns the order's row id
 * @throws when the database is out of reach or the shop has no goods
 */
export async function placeOrder(options: PlaceOrderOptions): Promise<PlacedOrder> {
  const { url, as, through = 'application' } = options;
  const random = options.random ?? chance(randomBytes(4).readUInt32LE());
  const express = options.express ?? random() < 0.35;
  const client = new pg.Client({ connectionString: url, application_name: 'shop' });
  await client.connect();
  try {
    await client.query('begin');
    if (through === 'hasura') await actThroughHasura(client, as);
    const actor = through === 'hasura' ? null : as;
    const customerId = await customer(client, as, actor);
    const goods = await client.query<{ id: number; price_cents: number }>(
      'select id, price_cents from stock where available >= 3 order by id',
    );
    const items = draw(goods.rows, random);
    if (items.length === 0) throw new Error('The shop has no goods to order.');
    const totalCents = items.reduce((sum, item) => sum + item.quantity * item.price_cents, 0);
    const placed = await client.query<{ id: number }>(
      `insert into orders (customer_id, shipping, total_cents, updated_by) values ($1, $2, $3, $4) returning id`,
      [customerId, express ? 'express' : 'standard', totalCents, actor],
    );
    const orderId = only(placed.rows).id;
    for (const item of items) {
      await client.query(
        `insert into order_items (order_id, stock_id, quantity, price_cents, updated_by)
         values ($1, $2, $3, $4, $5)`,
        [orderId, item.id, item.quantity, item.price_cents, actor],
      );
    }
    await client.query('commit');
    return { orderId, express, totalCents };
  } finally {
    // An open transaction ends with its connection.
    await client.end();
  }
}

/** What Hasura sets in the transaction of a mutation: the session variables and the trace of the request. */
async function actThroughHasura(client: pg.Client, email: string): Promise<void> {
  const user = {
    'x-hasura-role': 'customer',
    'x-hasura-user-id': email,
    'x-hasura-user-email': email,
  };
  const trace = {
    trace_id: randomBytes(16).toString('hex'),
    span_id: randomBytes(8).toString('hex'),
  };
  await client.query(
    `select set_config('hasura.user', $1, true), set_config('hasura.tracecontext', $2, true)`,
    [JSON.stringify(user), JSON.stringify(trace)],
  );
}

async function customer(client: pg.Client, email: string, actor: string | null): Promise<number> {
  const known = await client.query<{ id: number }>('select id from customers where email = $1', [
    email,
  ]);
  if (known.rows[0]) return known.rows[0].id;
  const added = await client.query<{ id: number }>(
    `insert into customers (email, name, updated_by) values ($1, $2, $3)
     on conflict (email) do update set name = customers.name returning id`,
    [email, email.split('@')[0], actor],
  );
  return only(added.rows).id;
}

function draw<T>(goods: readonly T[], random: () => number): (T & { quantity: number })[] {
  const wanted = Math.min(goods.length, 1 + Math.floor(random() * 2));
  const left = [...goods];
  return Array.from({ length: wanted }, () => {
    const [good] = left.splice(Math.floor(random() * left.length), 1);
    if (good === undefined) throw new Error('drew more goods than there are');
    return { ...good, quantity: 1 + Math.floor(random() * 3) };
  });
}

function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (!row) throw new Error('the database returned no row');
  return row;
}
