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

/** What is kept of a request beside its body; null: a value that can be a secret. */
export interface KeptRequest {
  method: string | null;
  headers: readonly { name: string; value: string | null }[];
}

/** curl would print what is compressed as it comes. */
const notRepeated = new Set(['accept-encoding']);

/** Such as AUTHORIZATION: whoever runs the command puts it in. */
function variableOf(header: string): CurlText {
  return { variable: header.toUpperCase().replace(/[^A-Z0-9]/g, '_') };
}

/**
 * Calls the job itself, as the edge did: with the same correlation ID and idempotency key.
 * @param kept of a dead letter: all that a replay sends; null: only our own headers are known
 */
export function requestOfJob(
  delivery: DeliveryView,
  payload: object | null,
  kept: KeptRequest | null = null,
): CurlRequest {
  return {
    method: kept?.method ?? 'POST',
    url: [destinationOf(delivery)],
    headers: kept
      ? kept.headers
          .filter(({ name }) => !notRepeated.has(name.toLowerCase()))
          .map(({ name, value }) => [name, value ?? variableOf(name)])
      : [json, ...throughlineHeaders(delivery)],
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
