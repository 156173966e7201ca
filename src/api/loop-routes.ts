// GET /api/loops: triggers that fire themselves, latest first.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { findRoots } from '../store/cascades.ts';
import { listLoops } from '../store/loops.ts';
import type { ApiDeps } from './deps.ts';
import { loopView } from './loop-view.ts';
import { refuseInvalid } from './problem.ts';
import { reading } from './reading.ts';

const loopQuery = z.object({ limit: z.coerce.number().int().min(1).max(100).default(50) });

export function loopRoutes(deps: ApiDeps) {
  return new Hono().get('/', zValidator('query', loopQuery, refuseInvalid), async (context) => {
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
  });
}
