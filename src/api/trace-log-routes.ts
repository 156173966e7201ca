// GET /api/traces/{id}/logs: what a whole cascade logged, its hops' lines in one order of time.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { findRoot, readCascades } from '../store/cascades.ts';
import type { StoreClient } from '../store/client.ts';
import { readTraceNodes } from '../store/traces.ts';
import type { ApiDeps } from './deps.ts';
import { logsOf, logsQuery } from './log-answers.ts';
import { notFound, refuseInvalid } from './problem.ts';
import { reading } from './reading.ts';

const traceParam = z.object({ id: z.uuid('must be a trace id, which is a uuid').toLowerCase() });

export function traceLogRoutes(deps: ApiDeps) {
  return new Hono().get(
    '/:id/logs',
    zValidator('param', traceParam, refuseInvalid),
    zValidator('query', logsQuery, refuseInvalid),
    async (context) => {
      const { id } = context.req.valid('param');
      const cascade = await reading(deps, (client) => readCascadeNodes(client, id));
      if (!cascade) throw notFound(`Trace ${id}`);
      // The connection is given back by now: a slow source of logs holds none.
      return context.json(
        await logsOf(
          deps,
          `trace ${cascade.rootId}`,
          cascade.deliveries,
          context.req.valid('query'),
        ),
        200,
      );
    },
  );
}

/** All events and deliveries of the cascade that a trace belongs to; null for an unknown trace. */
export async function readCascadeNodes(client: StoreClient, traceId: string) {
  const rootId = await findRoot(client, traceId);
  if (rootId === null) return null;
  const members = await readCascades(client, [rootId]);
  return { rootId, ...(await readTraceNodes(client, [...members.keys()])) };
}
