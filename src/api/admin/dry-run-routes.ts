// POST /api/admin/dry-runs: what would be sent where, by the configuration as it is stored now, without sending it.
import { Hono } from 'hono';
import { z } from 'zod';
import { routeNameSchema } from '../../config/configuration.ts';
import { endpoint } from '../endpoint.ts';
import type { ApiEnv } from '../env.ts';
import { readStored } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { type DryRunView, dryRunViewSchema } from './views.ts';

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'must be a header’s name');

const wanted = z
  .strictObject({
    /** As the sender would ask: `/?destinations=…`, `/r/{route}`, with or without the edge's host. */
    url: z.string().min(1).max(65_536).nullable().default(null),
    /** Instead of a URL: a stored route. */
    route: routeNameSchema.nullable().default(null),
    method: z
      .string()
      .regex(/^[A-Z]{1,20}$/, 'must be a method in capitals')
      .default('POST'),
    headers: z
      .record(
        headerName,
        z
          .string()
          .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be a header’s value, without line ends'),
      )
      .default({}),
    /** As text, or as JSON, which is sent as it stands here. */
    body: z
      .union([z.string(), z.looseObject({}), z.array(z.unknown())])
      .nullable()
      .default(null),
    /** Whose key the sender has; null: the key of the Worker's variables. */
    keyId: z.string().min(1).max(64).nullable().default(null),
  })
  .refine(({ url, route }) => (url === null) !== (route === null), {
    path: ['url'],
    message: 'give either url or route',
  });

export function dryRunRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>().post(
    '/',
    endpoint({
      summary: 'Tell what would be sent where, without sending it',
      description: 'By the configuration as it is stored now. Takes no turn of a rotation.',
      tag: 'Dry runs',
      json: wanted,
      example: { route: 'orders', body: { id: 'e1', table: { schema: 'public', name: 'orders' } } },
      answers: {
        200: { description: 'What would become of the request.', schema: dryRunViewSchema },
      },
      problems: ['configuration_unreadable', 'configuration_unreachable'],
    }),
    async (context) => {
      const { url, route, body, ...rest } = context.req.valid('json');
      const { version, text, publication } = await deps.store.current();
      const report = await deps.dryRun(
        {
          ...rest,
          url: url ?? `/r/${route}`,
          body: body === null || typeof body === 'string' ? body : JSON.stringify(body),
        },
        { version, configuration: readStored(version, text) },
      );
      const view: DryRunView = { version, publishedVersion: publication.version, ...report };
      return context.json(view, 200);
    },
  );
}
