// A shipment's status changed: once the carrier has it, tell the customer.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const shipment = z.object({ id: z.number(), order_id: z.number(), status: z.string() });

export default defineJob('send-tracking', { takesMs: 40 }, async ({ event, db, log, actor }) => {
  const { id, order_id: orderId, status } = newRow(event, shipment);
  if (status !== 'handed_over') {
    log.info(`the shipment is ${status}, nothing to tell`, { shipment_id: id });
    return;
  }
  const [email] = await db.write<{ id: number }>(
    'INSERT',
    'emails',
    `insert into emails (order_id, kind, recipient, subject, updated_by)
     select o.id, 'tracking', c.email, 'On its way: order ' || o.id, $2
     from orders o join customers c on c.id = o.customer_id where o.id = $1 returning id`,
    [orderId, actor],
  );
  log.info('tracking mail queued', { order_id: orderId, email_id: email?.id });
});
