// /api/admin/allowlist: which destinations may be called, by variable and as stored.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { configurationSchema } from '../../config/configuration.ts';
import type { ApiEnv } from '../env.ts';
import { refuseInvalid } from '../problem.ts';
import { changeConfiguration, readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { jsonBody } from './json-body.ts';
import { noteQuery } from './note-query.ts';
import { partEtag, requirePrecondition } from './preconditions.ts';
import type { AllowlistView } from './views.ts';

const allowlistSchema = z.strictObject({
  allowedDestinations: configurationSchema.shape.allowedDestinations.unwrap(),
});

export function allowlistRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>()
    .get('/', async (context) => {
      const { allowedDestinations } = (await readCurrent(deps)).configuration;
      const view: AllowlistView = { allowedDestinations, byVariable: [...deps.allowedByVariable] };
      return context.json(view, 200, { etag: await partEtag(allowedDestinations) });
    })
    .put(
      '/',
      zValidator('query', noteQuery, refuseInvalid),
      jsonBody(allowlistSchema),
      async (context) => {
        const { allowedDestinations } = context.req.valid('json');
        const changed = await changeConfiguration(deps, context, {
          action: 'allowlist.put',
          subject: null,
          note: context.req.valid('query').note,
          edit: async ({ configuration }) => {
            requirePrecondition(context.req, await partEtag(configuration.allowedDestinations));
            return { ...configuration, allowedDestinations };
          },
        });
        return context.json(changed, 200, { etag: await partEtag(allowedDestinations) });
      },
    );
}
