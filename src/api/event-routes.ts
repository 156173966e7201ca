// GET /api/events/{id} and /api/events/{id}/logs: one event, and what everything it caused directly logged.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import type { StoreClient } from '../store/client.ts';
import { deliveriesOfEvent, findEvents } from '../store/nodes.ts';
import type { StoredEvent } from '../store/read-rows.ts';
import type { ApiDeps } from './deps.ts';
import { eventView } from './event-view.ts';
import { logsOf, logsQuery } from './log-answers.ts';
import { ApiProblem, notFound, refuseInvalid } from './problem.ts';
import { reading } from './reading.ts';

const eventParam = z.object({ id: z.string().min(1).max(500) });
const eventQuery = z.object({ source: z.string().min(1).max(200).optional() });

export function eventRoutes(deps: ApiDeps) {
  return new Hono()
    .get(
      '/:id',
      zValidator('param', eventParam, refuseInvalid),
      zValidator('query', eventQuery, refuseInvalid),
      async (context) => {
        const key = { ...context.req.valid('param'), ...context.req.valid('query') };
        const event = await reading(deps, (client) => theEvent(client, key));
        return context.json(eventView(event), 200);
      },
    )
    .get(
      '/:id/logs',
      zValidator('param', eventParam, refuseInvalid),
      zValidator('query', logsQuery.extend(eventQuery.shape), refuseInvalid),
      async (context) => {
        const query = context.req.valid('query');
        const key = { ...context.req.valid('param'), source: query.source };
        const { event, deliveries } = await reading(deps, async (client) => {
          const found = await theEvent(client, key);
          return { event: found, deliveries: await deliveriesOfEvent(client, found) };
        });
        // The connection is given back by now: a slow source of logs holds none.
        const subject = `event ${event.source} ${event.id}`;
        return context.json(await logsOf(deps, subject, deliveries, query), 200);
      },
    );
}

/** @throws ApiProblem 404, or 409 where several sources know the id and none is named */
async function theEvent(
  client: StoreClient,
  key: { id: string; source?: string | undefined },
): Promise<StoredEvent> {
  const events = await findEvents(client, { id: key.id, source: key.source ?? null });
  const [event] = events;
  if (!event) throw notFound(`Event ${key.id}`);
  if (events.length > 1) {
    throw new ApiProblem('event_ambiguous', {
      title: 'More than one event has this id',
      status: 409,
      detail: `Add ?source= with one of: ${events.map((found) => found.source).join(', ')}.`,
    });
  }
  return event;
}
