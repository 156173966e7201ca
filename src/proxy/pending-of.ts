// A delivery of this request as something that can be attempted again later, and whether its sender will do that.
import { bodyText } from '../deliveries/body-text.ts';
import type { PendingDelivery } from '../deliveries/pending-delivery.ts';
import { readWebhook } from '../events/webhook.ts';
import type { ArrivalFacts, DeliveryFacts } from '../store/record.ts';
import type { Inbound } from './inbound.ts';
import { keptHeaders } from './redact.ts';

/**
 * @param made.headers as the destination got them
 * @param made.attempts so far
 * @param leftOut names of header fields that may not be kept
 * @returns null where the body was streamed: it is gone
 */
export function pendingOf(
  inbound: Inbound,
  made: {
    delivery: DeliveryFacts;
    destination: URL;
    headers: Record<string, string>;
    attempts: number;
  },
  leftOut: ReadonlySet<string>,
): PendingDelivery | null {
  const { described, method, body } = inbound;
  if (body.kind === 'stream') return null;
  return {
    ...described,
    delivery: made.delivery,
    destination: made.destination.href,
    method,
    headers: keptHeaders(Object.entries(made.headers), leftOut),
    body: body.kind === 'whole' ? bodyText(body.bytes) : null,
    attempts: made.attempts,
    firstAttemptAt: described.arrival.at,
  };
}

/** Whether Hasura has said that this was its last try. Of other senders nobody knows. */
export function isLastTry({ currentRetry, maxRetries }: ArrivalFacts): boolean {
  return currentRetry !== null && maxRetries !== null && currentRetry >= maxRetries;
}

/**
 * Whether another try of this sender's would be known as the same event. A webhook without an id of its own is a new
 * event each time: nobody could say that it has not come again.
 */
export function canComeAgain({ described, headers }: Inbound): boolean {
  return described.event.kind === 'hasura' || readWebhook(headers).id !== null;
}
