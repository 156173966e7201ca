// GET /api/traces and /api/traces/{id}: cascades, each a root trace with the traces that weak links join to it.
import { Hono } from 'hono';
import { z } from 'zod';
import { findRoot, readCascades } from '../store/cascades.ts';
import type { StoreClient } from '../store/client.ts';
import type { StoredEvent } from '../store/read-rows.ts';
import { loopsOf } from '../store/loops.ts';
import {
  findTrace,
  listTraces,
  readOutlines,
  readTraceNodes,
  type StoredTrace,
} from '../store/traces.ts';
import { writeCursor } from './cursor.ts';
import { deliveryView } from './delivery-view.ts';
import type { ApiDeps } from './deps.ts';
import { eventView } from './event-view.ts';
import { loopView } from './loop-view.ts';
import { pageQuery } from './page-query.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { notFound } from './problem.ts';
import { reading } from './reading.ts';
import { traceParam } from './trace-id.ts';
import { summariseTraces } from './trace-summary.ts';
import { triggerDefinitions } from './trigger-definitions.ts';
import {
  type TraceDetail,
  traceDetailSchema,
  type TracePage,
  tracePageSchema,
  type TraceSummary,
  type TriggerView,
} from './views.ts';

const linksQuery = z.object({
  links: z.enum(['certain', 'all']).default('all').meta({
    description:
      '`certain` leaves weak links out: every trace stands alone then, also one that a weak link joins.',
  }),
});
const listQuery = pageQuery(z.uuid()).extend(linksQuery.shape);

export function traceRoutes(deps: ApiDeps) {
  return (
    new Hono<ApiEnv>()
      .get(
        '/',
        endpoint({
          summary: 'List cascades, newest first',
          tag: 'Traces',
          query: listQuery,
          answers: { 200: { description: 'A page of them.', schema: tracePageSchema } },
          problems: ['database_unreachable'],
        }),
        async (context) => {
          const { limit, cursor, links } = context.req.valid('query');
          const page = await reading(deps, async (client) => {
            // One more than asked for tells whether there is a next page.
            const after = cursor ? { startedAt: cursor.at, id: cursor.id } : null;
            const which = links === 'all' ? 'roots' : 'all';
            const found = await listTraces(client, { limit: limit + 1, after, which });
            const traces = found.slice(0, limit);
            const last = found.length > limit ? traces.at(-1) : undefined;
            return {
              traces: await summaries(client, traces, links),
              nextCursor: last ? writeCursor({ at: last.startedAt, id: last.id }) : null,
            } satisfies TracePage;
          });
          return context.json(page, 200);
        },
      )
      // Of a joined trace the answer is its whole cascade, and `trace.id` is the root's.
      .get(
        '/:id',
        endpoint({
          summary: 'Read a cascade',
          description:
            'Of a joined trace the answer is its whole cascade: `trace.id` is its root’s then.',
          tag: 'Traces',
          param: traceParam,
          query: linksQuery,
          answers: { 200: { description: 'The whole cascade.', schema: traceDetailSchema } },
          problems: ['not_found', 'database_unreachable'],
        }),
        async (context) => {
          const { id } = context.req.valid('param');
          const { links } = context.req.valid('query');
          const detail = await reading(deps, async (client) => {
            const rootId = links === 'all' ? await findRoot(client, id) : id;
            const trace = rootId === null ? null : await findTrace(client, rootId);
            if (!trace) throw notFound(`Trace ${id}`);
            const [summary] = await summaries(client, [trace], links);
            if (!summary) throw notFound(`Trace ${id}`);
            const members = await tracesOf(client, [trace.id], links);
            const nodes = await readTraceNodes(client, [...members.keys()]);
            const triggers = await triggersOf(client, nodes.events);
            const loops = await loopsOf(client, [...members.keys()]);
            const here = new Set(nodes.deliveries.map((delivery) => delivery.id));
            return {
              trace: summary,
              events: nodes.events.map((event) => eventView(withShownLink(event, here, links))),
              deliveries: nodes.deliveries.map(deliveryView),
              loops: loops
                .filter(({ isCertain }) => isCertain || links === 'all')
                .map((loop) => loopView(loop, trace.id)),
              triggers,
            } satisfies TraceDetail;
          });
          return context.json(detail, 200);
        },
      )
  );
}

async function triggersOf(
  client: StoreClient,
  events: readonly StoredEvent[],
): Promise<TriggerView[]> {
  const named = new Set(events.map(({ source, trigger }) => JSON.stringify([source, trigger])));
  const definitions = await triggerDefinitions(client, null);
  return definitions
    .filter(({ source, name }) => named.has(JSON.stringify([source, name])))
    .map(({ source, name, updateColumns }) => ({ source, name, updateColumns }));
}

type Links = z.infer<typeof linksQuery>['links'];

/** The traces that each of these stands for: trace id → the id it is shown under. */
async function tracesOf(
  client: StoreClient,
  ids: readonly string[],
  links: Links,
): Promise<Map<string, string>> {
  return links === 'all' ? readCascades(client, ids) : new Map(ids.map((id) => [id, id]));
}

async function summaries(
  client: StoreClient,
  traces: readonly StoredTrace[],
  links: Links,
): Promise<TraceSummary[]> {
  const members = await tracesOf(
    client,
    traces.map((trace) => trace.id),
    links,
  );
  const outlines = await readOutlines(client, [...members.keys()]);
  const events = outlines.events.map((event) =>
    links === 'certain' && event.evidence === 'weak'
      ? { ...event, evidence: null, causeDeliveryId: null }
      : event,
  );
  return summariseTraces(traces, { ...outlines, events }, members);
}

/** A weak link is shown where the delivery is that it leads to. */
function withShownLink(event: StoredEvent, here: ReadonlySet<string>, links: Links): StoredEvent {
  const { link } = event;
  if (link?.evidence !== 'weak') return event;
  const isShown = links === 'all' && link.deliveryId !== null && here.has(link.deliveryId);
  return isShown ? event : { ...event, link: null };
}
