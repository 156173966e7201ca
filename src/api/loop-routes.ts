// GET /api/loops: triggers that fire themselves, latest first.
import { Hono } from 'hono';
import { z } from 'zod';
import { findRoots } from '../store/cascades.ts';
import { listLoops } from '../store/loops.ts';
import { writeCursor } from './cursor.ts';
import type { ApiDeps } from './deps.ts';
import { loopView } from './loop-view.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { pageQuery } from './page-query.ts';
import { reading } from './reading.ts';
import { type LoopList, loopListSchema } from './views.ts';

export function loopRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'List triggers that fire themselves, latest first',
      tag: 'Loops',
      query: pageQuery(z.guid()),
      answers: { 200: { description: 'A page of them.', schema: loopListSchema } },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const { limit, cursor } = context.req.valid('query');
      const after = cursor ? { latestAt: cursor.at, loopId: cursor.id } : null;
      const page: LoopList = await reading(deps, async (client) => {
        // One more than asked for tells whether there is a next page.
        const more = await listLoops(client, { limit: limit + 1, after });
        const found = more.slice(0, limit);
        const last = more.length > limit ? found.at(-1) : undefined;
        const roots = await findRoots(
          client,
          found.map(({ rootTraceId }) => rootTraceId),
        );
        return {
          loops: found.map((loop) =>
            loopView(loop, roots.get(loop.rootTraceId) ?? loop.rootTraceId),
          ),
          nextCursor: last ? writeCursor({ at: last.latestAt, id: last.loopId }) : null,
        };
      });
      return context.json(page, 200);
    },
  );
}
