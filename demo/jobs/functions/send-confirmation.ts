// An order changed: if it is paid, tell the customer. Its trigger listens to every column, so an order that is
// touched again while paid is confirmed again: the kind of fault that Throughline is there to show.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const order = z.object({ id: z.number(), status: z.string(), customer_id: z.number() });

export default defineJob(
  'send-confirmation',
  { takesMs: 40 },
  async ({ event, db, log, actor }) => {
    const { id, status, customer_id: customerId } = newRow(event, order);
    if (status !== 'paid') {
      log.info(`the order is ${status}, no confirmation`, { order_id: id });
      return;
    }
    const [customer] = await db.read<{ email: string; name: string }>(
      'select email, name from customers where id = $1',
      [customerId],
    );
    if (!customer) throw new Error(`order ${id} has no customer ${customerId}`);
    const [email] = await db.write<{ id: number }>(
      'INSERT',
      'emails',
      `insert into emails (order_id, kind, recipient, subject, updated_by)
     values ($1, 'confirmation', $2, $3, $4) returning id`,
      [id, customer.email, `Thank you, ${customer.name}: order ${id}`, actor],
    );
    log.info('confirmation queued', { order_id: id, email_id: email?.id });
  },
);
