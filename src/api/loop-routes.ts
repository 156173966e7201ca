// GET /api/loops: triggers that fire themselves, latest first.
import { Hono } from 'hono';
import { findRoots } from '../store/cascades.ts';
import { listLoops } from '../store/loops.ts';
import type { ApiDeps } from './deps.ts';
import { loopView } from './loop-view.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { limitQuery } from './page-query.ts';
import { reading } from './reading.ts';
import { loopListSchema } from './views.ts';

export function loopRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'List triggers that fire themselves, latest first',
      tag: 'Loops',
      query: limitQuery,
      answers: { 200: { description: 'The latest of them.', schema: loopListSchema } },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const { limit } = context.req.valid('query');
      const loops = await reading(deps, async (client) => {
        const found = await listLoops(client, limit);
        const roots = await findRoots(
          client,
          found.map(({ rootTraceId }) => rootTraceId),
        );
        return found.map((loop) => loopView(loop, roots.get(loop.rootTraceId) ?? loop.rootTraceId));
      });
      return context.json({ loops }, 200);
    },
  );
}
