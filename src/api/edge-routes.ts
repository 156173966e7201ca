// GET /api/edge: where senders reach the edge. The API is asked under other names, so it cannot tell by itself.
import { Hono } from 'hono';
import { z } from 'zod';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';

const edgeViewSchema = z
  .object({
    /** An origin, such as `https://events.acme.io`; null where the variable `EDGE_URL` is not set. */
    url: z.string().nullable(),
  })
  .meta({ id: 'Edge' });

export function edgeRoutes({ edgeUrl }: Pick<ApiDeps, 'edgeUrl'>) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'Read where senders reach the edge',
      tag: 'Health',
      answers: { 200: { description: 'Its address.', schema: edgeViewSchema } },
      problems: [],
    }),
    (context) => {
      const view: z.infer<typeof edgeViewSchema> = { url: edgeUrl ?? null };
      return context.json(view, 200);
    },
  );
}
