// A cascade of objects as columns hold it: without what can be worked out from the rest.
import type { DeliveryView, TraceDetail } from '../../src/api/views.ts';
import type { LeanDelivery, LeanTrace } from '../../src/columns/lean-trace.ts';

export function leanTrace(detail: TraceDetail): LeanTrace {
  const changes = new Map<string, number>();
  for (const { changeId } of detail.events) {
    if (!changes.has(changeId)) changes.set(changeId, changes.size);
  }
  return {
    ...detail,
    events: detail.events.map((event) => ({
      ...event,
      changeId: changes.get(event.changeId) ?? -1,
    })),
    deliveries: detail.deliveries.map(leanDelivery),
  };
}

function leanDelivery(delivery: DeliveryView): LeanDelivery {
  const { startedAt, endedAt: _end, durationMs: _took, attempts, ...rest } = delivery;
  return {
    ...rest,
    ...(attempts.length === 0 && { startedAt }),
    attempts: attempts.map(({ id: _id, durationMs: _ms, ...attempt }) => attempt),
  };
}
