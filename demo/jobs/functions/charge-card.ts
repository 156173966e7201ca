// An order was placed: charge the card and mark the order as paid. Now and then the card network is out of reach.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const order = z.object({ id: z.number(), total_cents: z.number() });

export default defineJob(
  'charge-card',
  { takesMs: 180 },
  async ({ event, db, log, actor, mayFail }) => {
    const { id, total_cents: amount } = newRow(event, order);
    log.info('asking the card network', { order_id: id, amount_cents: amount });
    mayFail('the card network did not answer');
    await db.write(
      'INSERT',
      'payments',
      `insert into payments (order_id, status, amount_cents, updated_by)
       values ($1, 'captured', $2, $3) returning id`,
      [id, amount, actor],
    );
    await db.write(
      'UPDATE',
      'orders',
      `update orders set status = 'paid', updated_by = $2 where id = $1 and status = 'placed' returning id`,
      [id, actor],
    );
    log.info(`charged ${(amount / 100).toFixed(2)} EUR`, { order_id: id });
  },
);
