// A generic webhook: any request that is not a Hasura event. Its own id is used where it carries one.

export type WebhookEvent = {
  /** Taken from the sender where it has one, so that a redelivery is the same event. */
  id: string | null;
  /** `ce-time` of a CloudEvent: when it was made, the same in every try. */
  time: string | null;
  /** An inbound correlation ID is the event's cause. */
  correlationId: string | null;
};

const longestIdLength = 200;

/**
 * Reads what a webhook says of itself in its headers: `webhook-id` (Standard Webhooks,
 * https://www.standardwebhooks.com), GitHub's `x-github-delivery`, an `idempotency-key`, or `ce-source` and `ce-id` of
 * CloudEvents, which name an event together (https://github.com/cloudevents/spec, HTTP binding, binary mode).
 */
export function readWebhook(headers: Pick<Headers, 'get'>): WebhookEvent {
  const id =
    headers.get('webhook-id') ??
    headers.get('x-github-delivery') ??
    headers.get('idempotency-key') ??
    cloudEventId(headers);
  return {
    id: id ? id.slice(0, longestIdLength) : null,
    time: headers.get('ce-id') ? headers.get('ce-time') : null,
    correlationId: headers.get('x-correlation-id')?.slice(0, longestIdLength) || null,
  };
}

function cloudEventId(headers: Pick<Headers, 'get'>): string | null {
  const id = headers.get('ce-id');
  const source = headers.get('ce-source');
  return id && source ? `${id} ${source}` : null;
}
