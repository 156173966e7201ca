// GET /api/events/{id}, …/payload and …/logs: one event, what its sender sent, and what everything it caused directly
// logged.
import { Hono } from 'hono';
import { z } from 'zod';
import type { StoreClient } from '../store/client.ts';
import { deliveriesOfEvent, findEvents } from '../store/nodes.ts';
import type { StoredEvent } from '../store/read-rows.ts';
import type { ApiDeps } from './deps.ts';
import { eventPayloadView, eventView } from './event-view.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { logsOf, logsQuery } from './log-answers.ts';
import { ApiProblem, notFound } from './problem.ts';
import { reading } from './reading.ts';
import { logsViewSchema } from './log-views.ts';
import { eventPayloadViewSchema, eventViewSchema } from './views.ts';

const eventParam = z.object({
  id: z.string().min(1).max(500).meta({
    description: 'As its sender gave it.',
    example: '5b0f3d2e-8f6a-4c1e-9a7d-2c4b6e8f0a1c',
  }),
});
const eventQuery = z.object({
  source: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Needed where several databases know the id.' }),
});

export function eventRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/:id',
      endpoint({
        summary: 'Read an event',
        tag: 'Events',
        param: eventParam,
        query: eventQuery,
        answers: { 200: { description: 'The event, with its cause.', schema: eventViewSchema } },
        problems: ['not_found', 'event_ambiguous', 'database_unreachable'],
      }),
      async (context) => {
        const key = { ...context.req.valid('param'), ...context.req.valid('query') };
        const event = await reading(deps, (client) => theEvent(client, key));
        return context.json(eventView(event), 200);
      },
    )
    .get(
      '/:id/payload',
      endpoint({
        summary: 'Read what an event’s sender sent',
        description: 'With whole rows, where a cascade tells what differs in them.',
        tag: 'Events',
        param: eventParam,
        query: eventQuery,
        answers: {
          200: { description: 'It, or why it is not there.', schema: eventPayloadViewSchema },
        },
        problems: ['not_found', 'event_ambiguous', 'database_unreachable'],
      }),
      async (context) => {
        const key = { ...context.req.valid('param'), ...context.req.valid('query') };
        const event = await reading(deps, (client) => theEvent(client, key));
        return context.json(eventPayloadView(event), 200);
      },
    )
    .get(
      '/:id/logs',
      endpoint({
        summary: 'Read what everything that an event caused directly logged',
        description:
          'A log source out of reach is a normal answer (`state: offline`), and says why.',
        tag: 'Events',
        param: eventParam,
        query: logsQuery.extend(eventQuery.shape),
        answers: { 200: { description: 'A page of lines, oldest first.', schema: logsViewSchema } },
        problems: ['not_found', 'event_ambiguous', 'database_unreachable'],
      }),
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
    throw new ApiProblem(
      'event_ambiguous',
      `Add ?source= with one of: ${events.map((found) => found.source).join(', ')}.`,
    );
  }
  return event;
}
