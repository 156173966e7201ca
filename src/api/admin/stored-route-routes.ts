// /api/admin/routes: the named routes, one by one.
import { Hono } from 'hono';
import { z } from 'zod';
import { routeNameSchema, routeSchema } from '../../config/configuration.ts';
import type { ApiEnv } from '../env.ts';
import { endpoint } from '../endpoint.ts';
import { readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { deletePart, putPart, readPart } from './named-parts.ts';
import { noteQuery } from './note-query.ts';
import { partEtag } from './preconditions.ts';
import { changedSchema, routeListSchema } from './views.ts';

const routeParam = z.object({ name: routeNameSchema.meta({ example: 'orders' }) });
const collection = 'routes';

export function storedRouteRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List the stored routes',
        tag: 'Stored routes',
        answers: { 200: { description: 'All of them.', schema: routeListSchema } },
        problems: ['configuration_unreadable', 'configuration_unreachable'],
      }),
      async (context) => {
        const { routes } = (await readCurrent(deps)).configuration;
        return context.json({ routes }, 200);
      },
    )
    .get(
      '/:name',
      endpoint({
        summary: 'Read a stored route',
        tag: 'Stored routes',
        param: routeParam,
        answers: {
          200: {
            description: 'It, with its ETag.',
            schema: routeSchema,
            headers: { etag: 'For If-Match.' },
          },
        },
        problems: ['not_found', 'configuration_unreadable', 'configuration_unreachable'],
      }),
      async (context) => {
        const { part, etag } = await readPart(deps, collection, context.req.valid('param').name);
        return context.json(part, 200, { etag });
      },
    )
    .put(
      '/:name',
      endpoint({
        summary: 'Create or replace a stored route',
        tag: 'Stored routes',
        hasPrecondition: true,
        param: routeParam,
        query: noteQuery,
        json: routeSchema,
        example: {
          algorithm: 'round-robin',
          destinations: ['https://a.example.com/orders', 'https://b.example.com/orders'],
        },
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
        const { name } = context.req.valid('param');
        const { note } = context.req.valid('query');
        const part = context.req.valid('json');
        const changed = await putPart(deps, context, { collection, name, part, note });
        return context.json(changed, 200, { etag: await partEtag(part) });
      },
    )
    .delete(
      '/:name',
      endpoint({
        summary: 'Delete a stored route',
        tag: 'Stored routes',
        hasPrecondition: true,
        param: routeParam,
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
        const { name } = context.req.valid('param');
        const { note } = context.req.valid('query');
        return context.json(await deletePart(deps, context, { collection, name, note }), 200);
      },
    );
}
