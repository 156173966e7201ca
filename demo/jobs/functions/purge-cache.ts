// The search index shows a good's new price: drop its pages from the cache. Writes no row.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const stock = z.object({ sku: z.string() });

export default defineJob('purge-cache', { takesMs: 10 }, async ({ event, log }) => {
  const { sku } = newRow(event, stock);
  log.info(`purged /goods/${sku}`);
});
