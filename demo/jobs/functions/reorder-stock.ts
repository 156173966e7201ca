// What is available of a good changed: when little is left, fill it up.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const stock = z.object({ id: z.number(), sku: z.string() });

const delivered = 40;

export default defineJob('reorder-stock', { takesMs: 20 }, async ({ event, db, log, actor }) => {
  const { id, sku } = newRow(event, stock);
  const [filled] = await db.write<{ id: number; available: number }>(
    'UPDATE',
    'stock',
    `update stock set available = available + $2, updated_by = $3
     where id = $1 and available < reorder_level returning id, available`,
    [id, delivered, actor],
  );
  log.info(filled ? `${sku} filled up to ${filled.available}` : `enough of ${sku}`, {
    stock_id: id,
  });
});
