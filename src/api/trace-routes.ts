// GET /api/traces and /api/traces/{id}.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { findTrace, listTraces, readOutlines, readTraceNodes } from '../store/traces.ts';
import { writeCursor } from './cursor.ts';
import { deliveryView } from './delivery-view.ts';
import type { ApiDeps } from './deps.ts';
import { eventView } from './event-view.ts';
import { pageQuery } from './page-query.ts';
import { notFound, refuseInvalid } from './problem.ts';
import { reading } from './reading.ts';
import { summariseTraces } from './trace-summary.ts';
import type { TraceDetail, TracePage } from './views.ts';

const traceParam = z.object({ id: z.uuid('must be a trace id, which is a uuid').toLowerCase() });

export function traceRoutes(deps: ApiDeps) {
  return new Hono()
    .get('/', zValidator('query', pageQuery(z.uuid()), refuseInvalid), async (context) => {
      const { limit, cursor } = context.req.valid('query');
      const page = await reading(deps, async (client) => {
        // One more than asked for tells whether there is a next page.
        const after = cursor ? { startedAt: cursor.at, id: cursor.id } : null;
        const found = await listTraces(client, { limit: limit + 1, after });
        const traces = found.slice(0, limit);
        const outlines = await readOutlines(
          client,
          traces.map((trace) => trace.id),
        );
        const last = found.length > limit ? traces.at(-1) : undefined;
        return {
          traces: summariseTraces(traces, outlines),
          nextCursor: last ? writeCursor({ at: last.startedAt, id: last.id }) : null,
        } satisfies TracePage;
      });
      return context.json(page, 200);
    })
    .get('/:id', zValidator('param', traceParam, refuseInvalid), async (context) => {
      const { id } = context.req.valid('param');
      const detail = await reading(deps, async (client) => {
        const trace = await findTrace(client, id);
        if (!trace) throw notFound(`Trace ${id}`);
        const [summary] = summariseTraces([trace], await readOutlines(client, [id]));
        if (!summary) throw notFound(`Trace ${id}`);
        const nodes = await readTraceNodes(client, id);
        return {
          trace: summary,
          events: nodes.events.map(eventView),
          deliveries: nodes.deliveries.map(deliveryView),
        } satisfies TraceDetail;
      });
      return context.json(detail, 200);
    });
}
