// /api/admin/routes: the named routes, one by one.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { routeNameSchema, routeSchema } from '../../config/configuration.ts';
import type { ApiEnv } from '../env.ts';
import { refuseInvalid } from '../problem.ts';
import { readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { jsonBody } from './json-body.ts';
import { deletePart, putPart, readPart } from './named-parts.ts';
import { noteQuery } from './note-query.ts';
import { partEtag } from './preconditions.ts';

const routeParam = z.object({ name: routeNameSchema });
const collection = 'routes';

export function storedRouteRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>()
    .get('/', async (context) => {
      const { routes } = (await readCurrent(deps)).configuration;
      return context.json({ routes }, 200);
    })
    .get('/:name', zValidator('param', routeParam, refuseInvalid), async (context) => {
      const { part, etag } = await readPart(deps, collection, context.req.valid('param').name);
      return context.json(part, 200, { etag });
    })
    .put(
      '/:name',
      zValidator('param', routeParam, refuseInvalid),
      zValidator('query', noteQuery, refuseInvalid),
      jsonBody(routeSchema),
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
      zValidator('param', routeParam, refuseInvalid),
      zValidator('query', noteQuery, refuseInvalid),
      async (context) => {
        const { name } = context.req.valid('param');
        const { note } = context.req.valid('query');
        return context.json(await deletePart(deps, context, { collection, name, note }), 200);
      },
    );
}
