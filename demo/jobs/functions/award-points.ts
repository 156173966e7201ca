// A payment was captured: a point for each euro.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const payment = z.object({ order_id: z.number(), amount_cents: z.number() });

export default defineJob('award-points', { takesMs: 30 }, async ({ event, db, log, actor }) => {
  const { order_id: orderId, amount_cents: amount } = newRow(event, payment);
  const points = Math.floor(amount / 100);
  const [customer] = await db.write<{ id: number; points: number }>(
    'UPDATE',
    'customers',
    `update customers set points = points + $2, updated_by = $3
     where id = (select customer_id from orders where id = $1) returning id, points`,
    [orderId, points, actor],
  );
  log.info(`${points} points, ${customer?.points} in all`, { customer_id: customer?.id });
});
