// GET /api/traces/{id}/logs: what a whole cascade logged, its hops' lines in one order of time.
import { Hono } from 'hono';
import { findRoot, readCascades } from '../store/cascades.ts';
import type { StoreClient } from '../store/client.ts';
import { readTraceNodes } from '../store/read-nodes.ts';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { logsOf, logsQuery } from './log-answers.ts';
import { notFound } from './problem.ts';
import { logsViewSchema } from './log-views.ts';
import { reading } from './reading.ts';
import { traceParam } from './trace-id.ts';

export function traceLogRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/:id/logs',
    endpoint({
      summary: 'Read what a whole cascade logged, in one order of time',
      description: 'A log source out of reach is a normal answer (`state: offline`), and says why.',
      tag: 'Traces',
      param: traceParam,
      query: logsQuery,
      answers: { 200: { description: 'A page of lines, oldest first.', schema: logsViewSchema } },
      problems: ['not_found', 'database_unreachable'],
    }),
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
