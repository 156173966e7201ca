// Which function answers at which name. On Netlify the file's name decides; here this list does.
import type { Job } from '../job.ts';
import awardPoints from './award-points.ts';
import chargeCard from './charge-card.ts';
import deliverEmail from './deliver-email.ts';
import hello from './hello.ts';
import notifyWarehouse from './notify-warehouse.ts';
import purgeCache from './purge-cache.ts';
import refreshSearch from './refresh-search.ts';
import reorderStock from './reorder-stock.ts';
import reserveStock from './reserve-stock.ts';
import sendConfirmation from './send-confirmation.ts';
import sendTracking from './send-tracking.ts';
import shipOrder from './ship-order.ts';

export const jobs: ReadonlyMap<string, Job> = new Map([
  ['award-points', awardPoints],
  ['charge-card', chargeCard],
  ['deliver-email', deliverEmail],
  ['hello', hello],
  ['notify-warehouse', notifyWarehouse],
  ['purge-cache', purgeCache],
  ['refresh-search', refreshSearch],
  ['reorder-stock', reorderStock],
  ['reserve-stock', reserveStock],
  ['send-confirmation', sendConfirmation],
  ['send-tracking', sendTracking],
  ['ship-order', shipOrder],
]);
