// The shop's event triggers: which write calls which job. Each webhook is the edge with the job behind it.
import { defaultRetry } from './trigger.ts';
import type { EventTrigger, OperationSpec } from './trigger.ts';

const any: OperationSpec = { columns: '*' };

/** What happens in the shop: one line for each trigger and its job. */
const listeners: {
  name: string;
  table: string;
  job: string;
  insert?: OperationSpec;
  update?: OperationSpec;
  numRetries?: number;
}[] = [
  { name: 'order_placed', table: 'orders', job: 'reserve-stock', insert: any },
  { name: 'order_payment_due', table: 'orders', job: 'charge-card', insert: any, numRetries: 4 },
  { name: 'payment_captured', table: 'payments', job: 'ship-order', insert: any },
  { name: 'payment_points', table: 'payments', job: 'award-points', insert: any },
  // Listens to every column: whatever touches a paid order sends its confirmation once more.
  { name: 'order_changed', table: 'orders', job: 'send-confirmation', update: any },
  { name: 'shipment_created', table: 'shipments', job: 'notify-warehouse', insert: any },
  {
    name: 'shipment_handed_over',
    table: 'shipments',
    job: 'send-tracking',
    update: { columns: ['status'] },
  },
  { name: 'email_queued', table: 'emails', job: 'deliver-email', insert: any },
  {
    name: 'stock_changed',
    table: 'stock',
    job: 'refresh-search',
    update: { columns: ['available', 'price_cents', 'title'] },
  },
  { name: 'stock_level', table: 'stock', job: 'reorder-stock', update: { columns: ['available'] } },
  {
    name: 'search_refreshed',
    table: 'stock',
    job: 'purge-cache',
    update: { columns: ['indexed_price_cents'] },
  },
];

/**
 * @param options.edgeUrl the edge's origin, where events are sent
 * @param options.ingestKey the key that names the source
 * @param options.jobsUrl the job server's origin
 */
export function shopTriggers(options: {
  edgeUrl: string;
  ingestKey: string;
  jobsUrl: string;
}): EventTrigger[] {
  const { edgeUrl, ingestKey, jobsUrl } = options;
  return listeners.map(({ name, table, job, numRetries = 3, insert, update }) => {
    const destination = new URL(`/.netlify/functions/${job}`, jobsUrl).href;
    return {
      name,
      table: { schema: 'public', name: table },
      ...(insert && { insert }),
      ...(update && { update }),
      webhook: `${edgeUrl.replace(/\/$/, '')}/?destinations=${encodeURIComponent(destination)}`,
      headers: [{ name: 'x-throughline-key', value: ingestKey, fromEnv: 'THROUGHLINE_INGEST_KEY' }],
      retry: { ...defaultRetry, numRetries, intervalSec: 2 },
    };
  });
}
