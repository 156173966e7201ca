// /api/admin/destinations: what is known of destinations, one by one, by their percent-encoded URL.
import { Hono } from 'hono';
import { z } from 'zod';
import { destinationSchema, knownDestinationSchema } from '../../config/configuration.ts';
import type { ApiEnv } from '../env.ts';
import { endpoint } from '../endpoint.ts';
import { readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { deletePart, putPart, readPart } from './named-parts.ts';
import { noteQuery } from './note-query.ts';
import { partEtag } from './preconditions.ts';
import { changedSchema, destinationListSchema } from './views.ts';

const destinationParam = z.object({
  url: destinationSchema.meta({
    description: 'The destination’s URL, percent-encoded.',
    example: 'https://jobs.example.com/hooks/orders',
  }),
});
const collection = 'destinations';

export function destinationRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List the destinations of which something is known',
        tag: 'Destinations',
        answers: { 200: { description: 'All of them.', schema: destinationListSchema } },
        problems: ['configuration_unreadable', 'configuration_unreachable'],
      }),
      async (context) => {
        const { destinations } = (await readCurrent(deps)).configuration;
        return context.json({ destinations }, 200);
      },
    )
    .get(
      '/:url',
      endpoint({
        summary: 'Read what is known of a destination',
        tag: 'Destinations',
        param: destinationParam,
        answers: {
          200: {
            description: 'It, with its ETag.',
            schema: knownDestinationSchema,
            headers: { etag: 'For If-Match.' },
          },
        },
        problems: ['not_found', 'configuration_unreadable', 'configuration_unreachable'],
      }),
      async (context) => {
        const { part, etag } = await readPart(deps, collection, context.req.valid('param').url);
        return context.json(part, 200, { etag });
      },
    )
    .put(
      '/:url',
      endpoint({
        summary: 'Create or replace what is known of a destination',
        tag: 'Destinations',
        hasPrecondition: true,
        param: destinationParam,
        query: noteQuery,
        json: knownDestinationSchema,
        example: { job: 'send-invoice', isSlow: true },
        answers: {
          200: {
            description: 'The version that has it.',
            schema: changedSchema,
            headers: { etag: 'For If-Match.' },
          },
        },
        problems: ['configuration_unreadable', 'configuration_busy', 'configuration_unreachable'],
      }),
      async (context) => {
        const { url: name } = context.req.valid('param');
        const { note } = context.req.valid('query');
        const part = context.req.valid('json');
        const changed = await putPart(deps, context, { collection, name, part, note });
        return context.json(changed, 200, { etag: await partEtag(part) });
      },
    )
    .delete(
      '/:url',
      endpoint({
        summary: 'Delete what is known of a destination',
        tag: 'Destinations',
        hasPrecondition: true,
        param: destinationParam,
        query: noteQuery,
        answers: { 200: { description: 'The version that lacks it.', schema: changedSchema } },
        problems: [
          'not_found',
          'configuration_unreadable',
          'configuration_busy',
          'configuration_unreachable',
        ],
      }),
      async (context) => {
        const { url: name } = context.req.valid('param');
        const { note } = context.req.valid('query');
        return context.json(await deletePart(deps, context, { collection, name, note }), 200);
      },
    );
}
