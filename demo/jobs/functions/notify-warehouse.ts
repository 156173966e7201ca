// A shipment was packed: the warehouse hands it to the carrier.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const shipment = z.object({ id: z.number(), carrier: z.string() });

export default defineJob(
  'notify-warehouse',
  { takesMs: 120 },
  async ({ event, db, log, actor }) => {
    const { id, carrier } = newRow(event, shipment);
    await db.write(
      'UPDATE',
      'shipments',
      `update shipments set status = 'handed_over', updated_by = $2
     where id = $1 and status = 'packed' returning id`,
      [id, actor],
    );
    log.info(`handed over to ${carrier}`, { shipment_id: id });
  },
);
