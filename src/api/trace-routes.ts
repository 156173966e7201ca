// GET /api/traces and /api/traces/{id}: cascades, each a root trace with the traces that weak links join to it.
import { Hono } from 'hono';
import { z } from 'zod';
import type { LeanTrace } from '../columns/lean-trace.ts';
import { PackedMembers } from '../columns/pack.ts';
import { findRoot, readCascades } from '../store/cascades.ts';
import type { StoreClient } from '../store/client.ts';
import type { StoredDelivery, StoredEvent } from '../store/read-rows.ts';
import { loopsOf } from '../store/loops.ts';
import { readTraceNodes } from '../store/read-nodes.ts';
import { findTrace, readOutlines, type StoredTrace } from '../store/traces.ts';
import { readyFilter } from './cascade-filter.ts';
import { listAll, listFitting, searchMs } from './cascade-list.ts';
import { cascadeQuery, isFiltered, type linksQuery, wholeQuery } from './cascade-query.ts';
import { deliveryView, leanDeliveryView } from './delivery-view.ts';
import type { ApiDeps } from './deps.ts';
import { eventView, leanEventViews } from './event-view.ts';
import { loopView } from './loop-view.ts';
import { endpoint } from './endpoint.ts';
import { etagWhereKept, mayBeKept } from './etag-where-kept.ts';
import type { ApiEnv } from './env.ts';
import { emailsAreMasked, maySearchEmails } from './masked-search.ts';
import { notFound } from './problem.ts';
import { reading } from './reading.ts';
import { traceParam } from './trace-id.ts';
import { isLarge, summariseLine, summariseNodes, summariseTraces } from './trace-summary.ts';
import { triggerDefinitions } from './trigger-definitions.ts';
import {
  columnsSchema,
  type TraceDetail,
  traceDetailSchema,
  type TracePage,
  tracePageSchema,
  type TraceSummary,
  type TriggerView,
} from './views.ts';

/** Records are an outage of the database late at most; most are there within seconds. */
const lateMs = 60_000;

const nothing: TracePage = {
  traces: [],
  nextCursor: null,
  searchedUntil: null,
  count: { value: 0, isEstimate: false },
};

export function traceRoutes(deps: ApiDeps) {
  return (
    new Hono<ApiEnv>()
      .get(
        '/',
        endpoint({
          summary: 'List cascades, newest first, or those that fit',
          description:
            'Filters are joined by *and*. A search that takes too long stops, says how far it has looked (`searchedUntil`), and goes on with `nextCursor`.',
          tag: 'Traces',
          query: cascadeQuery,
          answers: { 200: { description: 'A page of them.', schema: tracePageSchema } },
          problems: ['database_unreachable'],
        }),
        async (context) => {
          const query = context.req.valid('query');
          const { limit, cursor, links } = query;
          const withEmails = await maySearchEmails(context, deps);
          if (!withEmails && query.actor?.includes('@')) throw emailsAreMasked();
          const asked = { limit, after: cursor ? { startedAt: cursor.at, id: cursor.id } : null };
          const beganMs = deps.now();
          const page = await reading(deps, async (client) => {
            const summarise = (traces: readonly StoredTrace[]): Promise<TraceSummary[]> =>
              summaries(client, traces, links);
            if (!isFiltered(query)) {
              return listAll(client, asked, links === 'all' ? 'roots' : 'all', summarise);
            }
            const ready = await readyFilter(client, query, withEmails);
            if (!ready) return nothing;
            return listFitting(client, asked, ready, {
              nowMs: beganMs,
              mayGoOn: () => deps.now() - beganMs < searchMs,
              summarise,
            });
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
            'Of a joined trace the answer is its whole cascade: `trace.id` is its root’s then. One that has been over for a minute may be kept and asked for again with `If-None-Match`.',
          tag: 'Traces',
          param: traceParam,
          query: wholeQuery,
          answers: {
            200: {
              description: 'The whole cascade.',
              schema: z.union([traceDetailSchema, columnsSchema]),
              headers: { etag: 'For If-None-Match.' },
            },
            304: { description: 'It is as it was.', schema: null },
          },
          problems: ['not_found', 'database_unreachable'],
        }),
        etagWhereKept,
        async (context) => {
          const { id } = context.req.valid('param');
          const { links, form } = context.req.valid('query');
          const mask = context.get('mask');
          // What is masked goes by names and places that columns do not have, and what is left out of a cascade is none of it.
          const packed = new PackedMembers();
          const add = <Name extends keyof LeanTrace>(name: Name, value: LeanTrace[Name]): void =>
            packed.add(name, mask ? mask(value) : value);
          const isPacked = form === 'columns';
          const { trace, events, deliveries, loops, triggers } = await reading(deps, (client) =>
            readCascade(client, id, links, (read) => {
              if (isPacked) add('deliveries', read.map(leanDeliveryView));
            }),
          );
          // Who may see more gets other bytes under the same address.
          if (!mask && isOver(trace, deps.now())) context.header('cache-control', mayBeKept);
          if (!isPacked) {
            const detail = {
              trace,
              events: events.map(eventView),
              deliveries: deliveries.map(deliveryView),
              loops,
              triggers,
            } satisfies TraceDetail;
            return context.json(detail, 200);
          }
          if (mask) context.set('isMasked', true);
          add('events', leanEventViews(events));
          add('trace', trace);
          add('loops', loops);
          add('triggers', triggers);
          return context.json(packed.all(), 200);
        },
      )
  );
}

/**
 * Everything of the cascade that a trace belongs to.
 * @param withDeliveries is called while its events are read
 * @throws ApiProblem 404
 */
async function readCascade(
  client: StoreClient,
  id: string,
  links: Links,
  withDeliveries: (deliveries: readonly StoredDelivery[]) => void,
) {
  const rootId = links === 'all' ? await findRoot(client, id) : id;
  const root = rootId === null ? null : await findTrace(client, rootId);
  if (!root) throw notFound(`Trace ${id}`);
  const members = await tracesOf(client, [root.id], links);
  const { events: read, deliveries } = await readTraceNodes(
    client,
    [...members.keys()],
    withDeliveries,
  );
  const triggers = await triggersOf(client, read);
  const loops = await loopsOf(client, [...members.keys()]);
  const here = new Set(deliveries.map((delivery) => delivery.id));
  const events = read.map((event) => withShownLink(event, here, links));
  return {
    trace: summariseNodes(root, { events, deliveries }),
    events,
    deliveries,
    loops: loops
      .filter(({ isCertain }) => isCertain || links === 'all')
      .map((loop) => loopView(loop, root.id)),
    triggers,
  };
}

/** Nothing of it runs or waits, and records that are late are there. */
function isOver({ state, endedAt }: TraceSummary, nowMs: number): boolean {
  const isAtRest = state === 'delivered' || state === 'failed';
  return isAtRest && endedAt !== null && nowMs - Date.parse(endedAt) > lateMs;
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

/** For lists. */
async function summaries(
  client: StoreClient,
  traces: readonly StoredTrace[],
  links: Links,
): Promise<TraceSummary[]> {
  const byLine = (trace: StoredTrace): boolean => links === 'all' && isLarge(trace);
  const live = await liveSummaries(
    client,
    traces.filter((trace) => !byLine(trace)),
    links,
  );
  const read = new Map(live.map((summary) => [summary.id, summary]));
  return traces.flatMap((trace) => {
    if (trace.line && byLine(trace)) return summariseLine(trace, trace.line);
    return read.get(trace.id) ?? [];
  });
}

async function liveSummaries(
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
