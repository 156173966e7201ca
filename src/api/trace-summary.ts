// What the list says of a trace, from the outlines of its events and deliveries.
import { durationMs, latest } from '../columns/spans.ts';
import type { StoredDelivery, StoredEvent } from '../store/read-rows.ts';
import type { DeliveryOutline, EventOutline, StoredLine, StoredTrace } from '../store/traces.ts';
import { deliveryState, hasFailed, traceState } from './delivery-state.ts';
import { rootView } from './event-view.ts';
import { traceShape } from './trace-shape.ts';
import type { TraceSummary } from './views.ts';

export type Outlines = {
  events: readonly EventOutline[];
  deliveries: readonly DeliveryOutline[];
};

/** A cascade of more deliveries is told by what is kept of it: reading all of them takes longer than a page may. */
export const largeFrom = 200;

/** Whether a cascade is told by its {@link StoredLine}. */
export function isLarge({ line }: Pick<StoredTrace, 'line'>): boolean {
  return line !== null && line.deliveries >= largeFrom;
}

/** Of a large cascade: its state is that of the last batch that touched it, its shape is left out. */
export function summariseLine(trace: StoredTrace, line: StoredLine): TraceSummary {
  const { running, unarrived, failed, lastAt } = line;
  const endedAt = running > 0 ? null : lastAt;
  return {
    id: trace.id,
    source: trace.source,
    startedAt: trace.startedAt,
    endedAt,
    durationMs: durationMs(trace.startedAt, endedAt),
    state:
      running > 0
        ? 'running'
        : unarrived > failed
          ? 'waiting'
          : failed > 0
            ? 'failed'
            : 'delivered',
    root: trace.root && rootView(trace.root),
    events: line.events,
    deliveries: line.deliveries,
    attempts: line.attempts,
    failed,
    dead: line.dead,
    weakLinks: line.weakLinks,
    shape: [],
  };
}

/**
 * @param outlines of everything that is shown under these traces
 * @param shownUnder trace id → the id of the trace whose line it is counted in: a cascade's root
 */
export function summariseTraces(
  traces: readonly StoredTrace[],
  outlines: Outlines,
  shownUnder: ReadonlyMap<string, string>,
): TraceSummary[] {
  const lineOf = ({ traceId }: { traceId: string }): string => shownUnder.get(traceId) ?? traceId;
  const events = Map.groupBy(outlines.events, lineOf);
  const deliveries = Map.groupBy(outlines.deliveries, lineOf);
  return traces.map((trace) =>
    summarise(trace, events.get(trace.id) ?? [], deliveries.get(trace.id) ?? []),
  );
}

/** An event's id is its own within its source. Most cascades have one: their ids are keys as they stand. */
function keysIn(events: readonly StoredEvent[]): (source: string, id: string) => string {
  const isOfOneSource = new Set(events.map(({ source }) => source)).size <= 1;
  return (source, id) => (isOfOneSource ? id : `${source} ${id}`);
}

/** The same of what has been read whole. */
export function summariseNodes(
  trace: StoredTrace,
  nodes: { events: readonly StoredEvent[]; deliveries: readonly StoredDelivery[] },
): TraceSummary {
  const keyOf = keysIn(nodes.events);
  return summarise(
    trace,
    nodes.events.map(({ traceId, source, id, createdAt, link }) => ({
      traceId,
      key: keyOf(source, id),
      createdAt,
      evidence: link?.evidence ?? null,
      causeKey: link?.deliveryId ?? null,
    })),
    nodes.deliveries.map(({ traceId, id, source, eventId, attempts, hasRetriesLeft, isDead }) => ({
      traceId,
      key: id,
      eventKey: keyOf(source, eventId),
      hasRetriesLeft,
      isDead,
      attempts: attempts.length,
      isRunning: attempts.at(-1)?.endedAt === null,
      isDelivered: attempts.some(({ outcome }) => outcome === 'delivered'),
      endedAt: latest(attempts.map(({ endedAt }) => endedAt)),
    })),
  );
}

function summarise(
  trace: StoredTrace,
  events: readonly EventOutline[],
  deliveries: readonly DeliveryOutline[],
): TraceSummary {
  const states = deliveries.map(deliveryState);
  const isRunning = states.includes('running');
  const lastEnd =
    latest(deliveries.map((delivery) => delivery.endedAt)) ??
    latest(events.map((event) => event.createdAt));
  const endedAt = isRunning ? null : lastEnd;
  const here = new Set(deliveries.map((delivery) => delivery.key));
  return {
    id: trace.id,
    source: trace.source,
    startedAt: trace.startedAt,
    endedAt,
    durationMs: durationMs(trace.startedAt, endedAt),
    state: traceState(states),
    root: trace.root && rootView(trace.root),
    events: events.length,
    deliveries: deliveries.length,
    attempts: deliveries.reduce((sum, delivery) => sum + delivery.attempts, 0),
    failed: states.filter(hasFailed).length,
    dead: states.filter((state) => state === 'dead').length,
    weakLinks: events.filter(
      ({ evidence, causeKey }) => evidence === 'weak' && here.has(causeKey ?? ''),
    ).length,
    shape: traceShape(events, deliveries),
  };
}
