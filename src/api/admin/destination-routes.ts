// /api/admin/destinations: what is known of destinations, one by one, by their percent-encoded URL.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { destinationSchema, knownDestinationSchema } from '../../config/configuration.ts';
import type { ApiEnv } from '../env.ts';
import { refuseInvalid } from '../problem.ts';
import { readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { jsonBody } from './json-body.ts';
import { deletePart, putPart, readPart } from './named-parts.ts';
import { noteQuery } from './note-query.ts';
import { partEtag } from './preconditions.ts';

const destinationParam = z.object({ url: destinationSchema });
const collection = 'destinations';

export function destinationRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>()
    .get('/', async (context) => {
      const { destinations } = (await readCurrent(deps)).configuration;
      return context.json({ destinations }, 200);
    })
    .get('/:url', zValidator('param', destinationParam, refuseInvalid), async (context) => {
      const { part, etag } = await readPart(deps, collection, context.req.valid('param').url);
      return context.json(part, 200, { etag });
    })
    .put(
      '/:url',
      zValidator('param', destinationParam, refuseInvalid),
      zValidator('query', noteQuery, refuseInvalid),
      jsonBody(knownDestinationSchema),
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
      zValidator('param', destinationParam, refuseInvalid),
      zValidator('query', noteQuery, refuseInvalid),
      async (context) => {
        const { url: name } = context.req.valid('param');
        const { note } = context.req.valid('query');
        return context.json(await deletePart(deps, context, { collection, name, note }), 200);
      },
    );
}
