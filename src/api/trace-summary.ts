// What the list says of a trace, from the outlines of its events and deliveries.
import type { DeliveryOutline, EventOutline, StoredTrace } from '../store/traces.ts';
import { deliveryState, hasFailed, traceState } from './delivery-state.ts';
import { durationMs, latest } from './delivery-view.ts';
import { rootView } from './event-view.ts';
import { traceShape } from './trace-shape.ts';
import type { TraceSummary } from './views.ts';

export type Outlines = {
  events: readonly EventOutline[];
  deliveries: readonly DeliveryOutline[];
};

/** @param outlines of this trace and, it may be, of others */
export function summariseTraces(
  traces: readonly StoredTrace[],
  outlines: Outlines,
): TraceSummary[] {
  const events = Map.groupBy(outlines.events, (event) => event.traceId);
  const deliveries = Map.groupBy(outlines.deliveries, (delivery) => delivery.traceId);
  return traces.map((trace) =>
    summarise(trace, events.get(trace.id) ?? [], deliveries.get(trace.id) ?? []),
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
    weakLinks: events.filter((event) => !event.startsTrace && event.evidence === 'weak').length,
    shape: traceShape(
      events.map((event) => ({
        key: `${event.source}\0${event.id}`,
        causeDeliveryId: event.startsTrace ? null : event.causeDeliveryId,
      })),
      deliveries.map((delivery) => ({
        id: delivery.id,
        eventKey: `${delivery.source}\0${delivery.eventId}`,
      })),
    ),
  };
}
