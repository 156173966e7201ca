// GET /api/edge: where senders reach the edge; the API is asked under other names, so it cannot tell by itself. And which
// versions of it ran, at GET /api/edge/versions.
import { Hono } from 'hono';
import { z } from 'zod';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { listWorkerVersions } from '../store/worker-versions.ts';
import { reading } from './reading.ts';
import { time } from './times.ts';

/** More than these in one chart would be a fence. */
const mostVersions = 30;

const edgeViewSchema = z
  .object({
    /** An origin, such as `https://events.acme.io`; null where the variable `EDGE_URL` is not set. */
    url: z.string().nullable(),
  })
  .meta({ id: 'Edge' });

const versionListSchema = z
  .object({
    versions: z.array(
      z.object({
        id: z.string(),
        /** As it was given when the version was uploaded; empty where none was. */
        tag: z.string(),
        /** When it was seen first, to five minutes. */
        from: time,
        until: time,
      }),
    ),
  })
  .meta({ id: 'EdgeVersionList' });

export function edgeRoutes(deps: Pick<ApiDeps, 'edgeUrl' | 'connect'>) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'Read where senders reach the edge',
        tag: 'Health',
        answers: { 200: { description: 'Its address.', schema: edgeViewSchema } },
        problems: [],
      }),
      (context) => {
        const view: z.infer<typeof edgeViewSchema> = { url: deps.edgeUrl ?? null };
        return context.json(view, 200);
      },
    )
    .get(
      '/versions',
      endpoint({
        summary: 'List which versions of the Worker ran, newest first',
        description: 'As the cron has seen them, every five minutes.',
        tag: 'Health',
        answers: { 200: { description: 'The latest.', schema: versionListSchema } },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const view: z.infer<typeof versionListSchema> = {
          versions: await reading(deps, (client) => listWorkerVersions(client, mostVersions)),
        };
        return context.json(view, 200);
      },
    );
}
