// GET /api/deliveries/{id}/logs: what one hop logged. POST …/cancel: no attempt of it follows; …/rerun: it is made
// again as another delivery.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { findDelivery } from '../store/nodes.ts';
import { cancelDelivery } from './cancel-delivery.ts';
import { deliveryId } from './delivery-id.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { logWindow } from './log-window.ts';
import { notFound, refuseInvalid } from './problem.ts';
import { reading } from './reading.ts';
import { rerunDelivery, rerunSchema } from './rerun-delivery.ts';
import type { LogsView } from './views.ts';

const deliveryParam = z.object({ id: deliveryId });

export function deliveryRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get('/:id/logs', zValidator('param', deliveryParam, refuseInvalid), async (context) => {
      const { id } = context.req.valid('param');
      const delivery = await reading(deps, (client) => findDelivery(client, id));
      if (!delivery) throw notFound(`Delivery ${id}`);
      // The connection is given back by now: a slow Grafana holds none.
      const logs: LogsView = await deps.logs.fetchLogs({
        correlationIds: [delivery.correlationId],
        ...logWindow([delivery], deps.now(), deps.now()),
      });
      return context.json(logs, 200);
    })
    .post('/:id/cancel', zValidator('param', deliveryParam, refuseInvalid), async (context) => {
      const { id } = context.req.valid('param');
      return context.json(await cancelDelivery(deps, id), 202);
    })
    .post(
      '/:id/rerun',
      zValidator('param', deliveryParam, refuseInvalid),
      zValidator('json', rerunSchema, refuseInvalid),
      async (context) => {
        const { id } = context.req.valid('param');
        const asked = context.req.valid('json');
        return context.json(await rerunDelivery(deps, id, asked, context.get('who')), 202);
      },
    );
}
