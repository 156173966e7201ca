// GET /api/deliveries/{id}/logs: what one hop logged, or one and what follows from it. POST …/cancel: no attempt of it follows; …/rerun: it is made
// again as another delivery.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { findDelivery } from '../store/nodes.ts';
import { cancelDelivery } from './cancel-delivery.ts';
import { deliveryId } from './delivery-id.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { followingDeliveries } from './following-deliveries.ts';
import { logsOf, logsQuery } from './log-answers.ts';
import { notFound, refuseInvalid } from './problem.ts';
import { reading } from './reading.ts';
import { rerunDelivery, rerunSchema } from './rerun-delivery.ts';
import { readCascadeNodes } from './trace-log-routes.ts';

const deliveryParam = z.object({ id: deliveryId });
/** `effects`: the hop and every hop that follows from it. */
const deliveryLogsQuery = logsQuery.extend({ scope: z.enum(['hop', 'effects']).default('hop') });

export function deliveryRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/:id/logs',
      zValidator('param', deliveryParam, refuseInvalid),
      zValidator('query', deliveryLogsQuery, refuseInvalid),
      async (context) => {
        const { id } = context.req.valid('param');
        const query = context.req.valid('query');
        const deliveries = await reading(deps, async (client) => {
          const delivery = await findDelivery(client, id);
          if (!delivery) throw notFound(`Delivery ${id}`);
          if (query.scope === 'hop') return [delivery];
          const nodes = await readCascadeNodes(client, delivery.traceId);
          return nodes ? followingDeliveries(nodes, id) : [delivery];
        });
        // The connection is given back by now: a slow source of logs holds none.
        return context.json(await logsOf(deps, `${query.scope} ${id}`, deliveries, query), 200);
      },
    )
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
