// A payment was captured: pack the order. Express parcels get their tracking code at once, which touches the order.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const payment = z.object({ order_id: z.number(), status: z.string() });

export default defineJob('ship-order', { takesMs: 90 }, async ({ event, db, log, actor }) => {
  const { order_id: orderId, status } = newRow(event, payment);
  if (status !== 'captured') {
    log.info('the payment was not captured, nothing to ship', { order_id: orderId });
    return;
  }
  const [order] = await db.read<{ shipping: string }>('select shipping from orders where id = $1', [
    orderId,
  ]);
  const express = order?.shipping === 'express';
  const [shipment] = await db.write<{ id: number }>(
    'INSERT',
    'shipments',
    'insert into shipments (order_id, carrier, updated_by) values ($1, $2, $3) returning id',
    [orderId, express ? 'Fleetfoot' : 'Post', actor],
  );
  if (express && shipment) {
    await db.write(
      'UPDATE',
      'orders',
      'update orders set tracking_code = $2, updated_by = $3 where id = $1 returning id',
      [orderId, `FF${String(shipment.id).padStart(8, '0')}`, actor],
    );
  }
  log.info('packed', { order_id: orderId, shipment_id: shipment?.id });
});
