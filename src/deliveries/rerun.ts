// Makes another delivery of one that arrived: new ids and a key of its own, linked to the old. It sends nothing.
import { formatHopId } from '../correlation/correlation-id.ts';
import { deriveDelivery } from '../correlation/derive.ts';
import { traceparentFor } from '../correlation/trace-context.ts';
import { hopUuid } from '../correlation/trace-uuid.ts';
import type { StoredForRerun } from '../store/reruns.ts';
import { bodyText } from './body-text.ts';
import type { PendingDelivery } from './pending-delivery.ts';

/** What is sent again: as it was kept, or made of what is stored of the event. */
export type RerunRequest = {
  method: string;
  headers: readonly (readonly [string, string])[];
  /** Base64; null where there is none. */
  body: string | null;
};

/** A Hasura event's request, rebuilt: the sender's own headers are not kept. @param text JSON */
export function rebuiltRequest(
  text: string,
  headers: Readonly<Record<string, string>>,
): RerunRequest {
  return {
    method: 'POST',
    headers: Object.entries({ 'content-type': 'application/json', ...headers }),
    body: bodyText(new TextEncoder().encode(text)),
  };
}

/** Headers that name a delivery: a rerun has its own. */
const ownHeaders = new Set(['x-correlation-id', 'idempotency-key', 'traceparent']);

/**
 * @param rerun.of the delivery that arrived, 64 hex digits
 * @param rerun.id drawn for this rerun; hashed into its ids
 * @param rerun.at RFC 3339
 */
export async function rerunOf(
  stored: StoredForRerun & { destination: string },
  rerun: { of: string; id: string; at: string; request: RerunRequest; route: string | null },
): Promise<PendingDelivery> {
  const { source, eventId, traceId, target, algorithm, job, event } = stored;
  const { deliveryId, hop } = await deriveDelivery({ source, eventId, target, rerun: rerun.id });
  const hopId = hopUuid(traceId, hop);
  const correlationId = formatHopId(event.trigger ?? 'webhook', job, hopId);
  const inbound = rerun.request.headers.find(([name]) => name === 'traceparent')?.[1] ?? null;
  return {
    event: { ...event, traceId, old: null, new: null, payloadKept: false },
    arrival: stored.arrival ?? {
      id: crypto.randomUUID(),
      at: rerun.at,
      currentRetry: null,
      maxRetries: null,
    },
    delivery: {
      id: deliveryId,
      target,
      route: rerun.route,
      algorithm,
      job,
      correlationId,
      hopId,
      rerunOf: rerun.of,
    },
    destination: stored.destination,
    method: rerun.request.method,
    headers: [
      ...rerun.request.headers
        .filter(([name]) => !ownHeaders.has(name.toLowerCase()))
        .map(([name, value]): [string, string] => [name, value]),
      ['x-correlation-id', correlationId],
      ['idempotency-key', deliveryId],
      ['traceparent', traceparentFor({ traceId, hopId, inbound })],
    ],
    body: rerun.request.body,
    attempts: 0,
    firstAttemptAt: rerun.at,
  };
}
