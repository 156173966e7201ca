// An order was placed: take its items out of the available stock.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const order = z.object({ id: z.number() });

export default defineJob('reserve-stock', { takesMs: 60 }, async ({ event, db, log, actor }) => {
  const { id } = newRow(event, order);
  const items = await db.read<{ id: number; stock_id: number; quantity: number }>(
    // In a fixed order, so that two orders for the same goods cannot lock each other out.
    'select id, stock_id, quantity from order_items where order_id = $1 and not reserved order by stock_id',
    [id],
  );
  for (const item of items) {
    const [left] = await db.write<{ id: number; sku: string; available: number }>(
      'UPDATE',
      'stock',
      `update stock set available = available - $2, updated_by = $3
       where id = $1 and available >= $2 returning id, sku, available`,
      [item.stock_id, item.quantity, actor],
    );
    if (!left) {
      log.warn('not enough in stock, the item waits', { order_id: id, stock_id: item.stock_id });
      continue;
    }
    await db.write(
      'UPDATE',
      'order_items',
      'update order_items set reserved = true, updated_by = $2 where id = $1 returning id',
      [item.id, actor],
    );
    log.info(`reserved ${item.quantity} of ${left.sku}, ${left.available} left`, { order_id: id });
  }
});
