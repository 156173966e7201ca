// GET /api/refusals: what the edge has turned away lately.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { listRefusals } from '../store/nodes.ts';
import type { ApiDeps } from './deps.ts';
import { refuseInvalid } from './problem.ts';
import { reading } from './reading.ts';
import type { RefusalView } from './views.ts';

const refusalQuery = z.object({ limit: z.coerce.number().int().min(1).max(100).default(50) });

export function refusalRoutes(deps: ApiDeps) {
  return new Hono().get('/', zValidator('query', refusalQuery, refuseInvalid), async (context) => {
    const { limit } = context.req.valid('query');
    const refusals: RefusalView[] = await reading(deps, (client) => listRefusals(client, limit));
    return context.json({ refusals }, 200);
  });
}
