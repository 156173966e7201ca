// A generic webhook: any request that is not a Hasura event. Its own id is used where it carries one.

export type WebhookEvent = {
  /** Taken from the sender where it has one, so that a redelivery is the same event. */
  id: string | null;
  /** An inbound correlation ID is the event's cause. */
  correlationId: string | null;
};

const longestIdLength = 200;

/**
 * Reads what a webhook says of itself in its headers: `webhook-id` (Standard Webhooks,
 * https://www.standardwebhooks.com), GitHub's `x-github-delivery`, or an `idempotency-key`.
 */
export function readWebhook(headers: Pick<Headers, 'get'>): WebhookEvent {
  const id =
    headers.get('webhook-id') ?? headers.get('x-github-delivery') ?? headers.get('idempotency-key');
  return {
    id: id ? id.slice(0, longestIdLength) : null,
    correlationId: headers.get('x-correlation-id')?.slice(0, longestIdLength) || null,
  };
}
