// /api/admin/allowlist: which destinations may be called, by variable and as stored.
import { Hono } from 'hono';
import { z } from 'zod';
import { configurationSchema } from '../../config/configuration.ts';
import type { ApiEnv } from '../env.ts';
import { endpoint } from '../endpoint.ts';
import { changeConfiguration, readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { noteQuery } from './note-query.ts';
import { partEtag, requirePrecondition } from './preconditions.ts';
import { type AllowlistView, allowlistViewSchema, changedSchema } from './views.ts';

const allowlistSchema = z.strictObject({
  allowedDestinations: configurationSchema.shape.allowedDestinations.unwrap(),
});

export function allowlistRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'Read the allowlist',
        tag: 'Allowlist',
        answers: {
          200: {
            description: 'As stored, and by variable.',
            schema: allowlistViewSchema,
            headers: { etag: 'For If-Match.' },
          },
        },
        problems: ['configuration_unreadable', 'configuration_unreachable'],
      }),
      async (context) => {
        const { allowedDestinations } = (await readCurrent(deps)).configuration;
        const view: AllowlistView = {
          allowedDestinations,
          byVariable: [...deps.allowedByVariable],
        };
        return context.json(view, 200, { etag: await partEtag(allowedDestinations) });
      },
    )
    .put(
      '/',
      endpoint({
        summary: 'Replace the stored allowlist',
        tag: 'Allowlist',
        hasPrecondition: true,
        query: noteQuery,
        json: allowlistSchema,
        example: { allowedDestinations: ['https://jobs.example.com/hooks/*'] },
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
