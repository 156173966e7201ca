// GET /api/refusals: what the edge has turned away lately.
import { Hono } from 'hono';
import { listRefusals } from '../store/nodes.ts';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { limitQuery } from './page-query.ts';
import { reading } from './reading.ts';
import { refusalListSchema, type RefusalView } from './views.ts';

export function refusalRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'List what the edge has turned away lately',
      tag: 'Refusals',
      query: limitQuery,
      answers: { 200: { description: 'The latest of them.', schema: refusalListSchema } },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const { limit } = context.req.valid('query');
      const refusals: RefusalView[] = await reading(deps, (client) => listRefusals(client, limit));
      return context.json({ refusals }, 200);
    },
  );
}
