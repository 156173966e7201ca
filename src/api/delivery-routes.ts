// GET /api/deliveries/{id}/logs: what one hop logged, or one and what follows from it. POST …/cancel: no attempt of it follows; …/rerun: it is made
// again as another delivery.
import { Hono } from 'hono';
import { z } from 'zod';
import { findDelivery } from '../store/nodes.ts';
import { cancelDelivery } from './cancel-delivery.ts';
import { deliveryId } from './delivery-id.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { endpoint } from './endpoint.ts';
import { followingDeliveries } from './following-deliveries.ts';
import { logsOf, logsQuery } from './log-answers.ts';
import { notFound } from './problem.ts';
import { reading } from './reading.ts';
import { rerunViewSchema } from './replay-views.ts';
import { rerunDelivery, rerunSchema } from './rerun-delivery.ts';
import { readCascadeNodes } from './trace-log-routes.ts';
import { logsViewSchema } from './log-views.ts';
import { cancellationViewSchema } from './views.ts';

const deliveryParam = z.object({ id: deliveryId });
const deliveryLogsQuery = logsQuery.extend({
  scope: z
    .enum(['hop', 'effects'])
    .default('hop')
    .meta({ description: '`effects`: the hop and every hop that follows from it.' }),
});

export function deliveryRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/:id/logs',
      endpoint({
        summary: 'Read what one delivery’s job logged, or it and what follows from it',
        description:
          'A log source out of reach is a normal answer (`state: offline`), and says why.',
        tag: 'Deliveries',
        param: deliveryParam,
        query: deliveryLogsQuery,
        answers: { 200: { description: 'A page of lines, oldest first.', schema: logsViewSchema } },
        problems: ['not_found', 'database_unreachable'],
      }),
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
    .post(
      '/:id/cancel',
      endpoint({
        summary: 'Cancel what the edge would attempt again',
        description:
          'No attempt of the edge’s follows; it becomes a dead letter when its next one would have been due.',
        tag: 'Deliveries',
        param: deliveryParam,
        answers: { 202: { description: 'It is cancelled.', schema: cancellationViewSchema } },
        problems: ['not_found', 'nothing_to_cancel', 'database_unreachable'],
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        return context.json(await cancelDelivery(deps, id), 202);
      },
    )
    .post(
      '/:id/rerun',
      endpoint({
        summary: 'Make a delivery that arrived once more',
        description: 'As another delivery, with IDs of its own, of the same event.',
        tag: 'Deliveries',
        param: deliveryParam,
        json: rerunSchema,
        example: { headers: { authorization: 'Bearer the-secret-that-the-job-asks-for' } },
        answers: {
          202: { description: 'It waits for its first attempt.', schema: rerunViewSchema },
        },
        problems: [
          'not_found',
          'not_delivered',
          'not_allowed',
          'body_not_kept',
          'body_redacted',
          'queue_unreachable',
          'database_unreachable',
        ],
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        const asked = context.req.valid('json');
        return context.json(await rerunDelivery(deps, id, asked, context.get('who')), 202);
      },
    );
}
