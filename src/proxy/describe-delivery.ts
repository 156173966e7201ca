// Names a delivery: its id, its job, its correlation ID, and the headers that tell its destination so.
import { formatHopId } from '../correlation/correlation-id.ts';
import { deriveDelivery } from '../correlation/derive.ts';
import { traceparentFor } from '../correlation/trace-context.ts';
import { hopUuid } from '../correlation/trace-uuid.ts';
import { inboundTraceparent } from '../events/inbound-trace.ts';
import type { DeliveryFacts, EventFacts } from '../store/record.ts';
import { headersForDestination } from './forwarded-headers.ts';
import type { HeaderFields } from './header-fields.ts';
import { testHeader } from './test-event.ts';

/**
 * Describes one event's delivery to one target.
 * @param purpose the target, whose job it is, what chose it and, where it is stored, the route
 */
export async function describeDelivery(
  event: EventFacts,
  purpose: Pick<DeliveryFacts, 'target' | 'job' | 'algorithm' | 'route' | 'isRollout'>,
): Promise<DeliveryFacts> {
  const derived = await deriveDelivery({
    source: event.source,
    eventId: event.id,
    target: purpose.target,
  });
  const hopId = hopUuid(event.traceId, derived.hop);
  return {
    id: derived.deliveryId,
    ...purpose,
    correlationId: formatHopId(event.trigger ?? 'webhook', purpose.job, hopId),
    hopId,
  };
}

/** What the destination of a delivery gets of the sender's headers, and who it is. */
export function deliveryHeaders(
  inbound: HeaderFields,
  event: EventFacts,
  delivery: DeliveryFacts,
): Record<string, string> {
  return headersForDestination(inbound, {
    'x-correlation-id': delivery.correlationId,
    'idempotency-key': delivery.id,
    ...(event.isTest ? { [testHeader]: 'true' } : {}),
    traceparent: traceparentFor({
      traceId: event.traceId,
      hopId: delivery.hopId,
      inbound: inboundTraceparent(inbound),
    }),
  });
}
