// POST /api/admin/dry-runs: what would be sent where, by the configuration as it is stored now, without sending it.
import { Hono } from 'hono';
import { endpoint } from '../endpoint.ts';
import type { ApiEnv } from '../env.ts';
import { askedRequest, askedRequestSchema } from './asked-request.ts';
import { readStored } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { type DryRunView, dryRunViewSchema } from './views.ts';

export function dryRunRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>().post(
    '/',
    endpoint({
      summary: 'Tell what would be sent where, without sending it',
      description: 'By the configuration as it is stored now. Takes no turn of a rotation.',
      tag: 'Dry runs',
      json: askedRequestSchema,
      example: { route: 'orders', body: { id: 'e1', table: { schema: 'public', name: 'orders' } } },
      answers: {
        200: { description: 'What would become of the request.', schema: dryRunViewSchema },
      },
      problems: ['configuration_unreadable', 'configuration_unreachable'],
    }),
    async (context) => {
      const { version, text, publication } = await deps.store.current();
      const report = await deps.dryRun(askedRequest(context.req.valid('json')), {
        version,
        configuration: readStored(version, text),
      });
      const view: DryRunView = { version, publishedVersion: publication.version, ...report };
      return context.json(view, 200);
    },
  );
}
