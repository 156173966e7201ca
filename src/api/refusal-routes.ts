// GET /api/refusals: what the edge has turned away.
import { Hono } from 'hono';
import { z } from 'zod';
import { listRefusals } from '../store/nodes.ts';
import { writeCursor } from './cursor.ts';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { pageQuery } from './page-query.ts';
import { reading } from './reading.ts';
import { type RefusalList, refusalListSchema } from './views.ts';

export function refusalRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'List what the edge has turned away, latest first',
      tag: 'Refusals',
      query: pageQuery(z.guid()),
      answers: { 200: { description: 'A page of them.', schema: refusalListSchema } },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const { limit, cursor } = context.req.valid('query');
      // One more than asked for tells whether there is a next page.
      const found = await reading(deps, (client) =>
        listRefusals(client, { limit: limit + 1, after: cursor ?? null }),
      );
      const refusals = found.slice(0, limit);
      const last = found.length > limit ? refusals.at(-1) : undefined;
      const page: RefusalList = { refusals, nextCursor: last ? writeCursor(last) : null };
      return context.json(page, 200);
    },
  );
}
