// Goods changed: write them to the search index. Deliberately uninstrumented: it ignores its correlation ID, writes
// "system" to `updated_by` and logs without the ID, as a job does that nobody has touched yet.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const stock = z.object({ id: z.number(), sku: z.string() });

export default defineJob(
  'refresh-search',
  { takesMs: 50, instrumented: false },
  async ({ event, db, log, actor }) => {
    const { id, sku } = newRow(event, stock);
    await db.write(
      'UPDATE',
      'stock',
      `update stock set indexed_at = clock_timestamp(), indexed_price_cents = price_cents, updated_by = $2
       where id = $1 returning id`,
      [id, actor],
    );
    log.info(`indexed ${sku}`, { stock_id: id });
  },
);
