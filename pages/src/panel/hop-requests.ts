// What a delivery's destination was asked, put together from what is stored, and the same through the edge. Decides what
// is in a request, never how it is written. Pure.
import type { DeliveryView } from '../../../src/api/views.ts';
import type { CurlRequest, CurlText } from './curl.ts';

/** The headers that Throughline sets; the sender's own are handed on and not kept. */
export function throughlineHeaders(
  delivery: Pick<DeliveryView, 'correlationId' | 'id'>,
): [string, string][] {
  return [
    ['x-correlation-id', delivery.correlationId],
    ['idempotency-key', delivery.id],
  ];
}

const json = ['content-type', 'application/json'] as const;

/** Where the last attempt went; the target where there was none. */
export function destinationOf({
  attempts,
  target,
}: Pick<DeliveryView, 'attempts' | 'target'>): string {
  return attempts.at(-1)?.destination ?? target;
}

function bodyOf(payload: object | null): string | null {
  return payload === null ? null : JSON.stringify(payload);
}

/** Calls the job itself, as the edge did: with the same correlation ID and idempotency key. */
export function requestOfJob(delivery: DeliveryView, payload: object | null): CurlRequest {
  return {
    method: 'POST',
    url: [destinationOf(delivery)],
    headers: [json, ...throughlineHeaders(delivery)],
    body: bodyOf(payload),
  };
}

/**
 * Sends the event to the edge again, as its sender would. One that goes to a destination by its URL is the same delivery.
 * @param edge the edge's address; null: it stands as a variable
 */
export function requestThroughEdge(
  delivery: DeliveryView,
  payload: object | null,
  edge: string | null,
): CurlRequest {
  const query = `/?destinations=${encodeURIComponent(destinationOf(delivery))}`;
  const base: CurlText[] =
    edge === null
      ? [{ variable: 'THROUGHLINE_URL' }, query]
      : [`${edge.replace(/\/+$/, '')}${query}`];
  return {
    method: 'POST',
    url: base,
    headers: [json, ['x-throughline-key', { variable: 'THROUGHLINE_KEY' }]],
    body: bodyOf(payload),
  };
}
