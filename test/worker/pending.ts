// A delivery that has failed once, and the queue's side of a retry: what became of each message.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { inject } from 'vitest';
import { bodyText } from '../../src/deliveries/body-text.ts';
import type { PendingDelivery } from '../../src/deliveries/pending-delivery.ts';
import worker from '../../src/index.ts';
import { type RecordMessage, recordSchema } from '../../src/store/record.ts';
import { limitedQueue, type SentMessage } from './cloudflare-limits.ts';

/** An event of its own for each call, to a path of the test's destination server. */
export function pendingTo(path: string, given: Partial<PendingDelivery> = {}): PendingDelivery {
  const destination = inject('destinationUrl') + path;
  const id = [...crypto.getRandomValues(new Uint8Array(32))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const traceId = '019abcde-1234-8567-89ab-cdef00000000';
  const hopId = '019abcde-1234-8567-89ab-cdef12345678';
  const correlationId = `order_paid.job.${hopId}`;
  return {
    event: {
      id: crypto.randomUUID(),
      source: 'shop',
      kind: 'webhook',
      trigger: null,
      table: null,
      op: null,
      rowKey: null,
      createdAt: '2026-11-24T10:00:00.000Z',
      writtenAt: null,
      actor: null,
      previousActor: null,
      sessionCorrelationId: null,
      sessionUser: null,
      sessionVariables: null,
      contextTraceId: null,
      traceId,
      startsTrace: true,
      old: null,
      new: null,
      payloadKept: false,
    },
    arrival: {
      id: crypto.randomUUID(),
      at: '2026-11-24T10:00:00.000Z',
      currentRetry: null,
      maxRetries: null,
    },
    delivery: { id, target: destination, algorithm: 'broadcast', job: 'job', correlationId, hopId },
    destination,
    method: 'POST',
    headers: [
      ['content-type', 'application/json'],
      ['idempotency-key', id],
      ['x-correlation-id', correlationId],
    ],
    body: bodyText(new TextEncoder().encode('{"spaced":  "as it came"}')),
    attempts: 1,
    firstAttemptAt: '2026-11-24T10:00:00.000Z',
    ...given,
  };
}

export type Consumed = {
  fate: 'acknowledged' | { retriedAfterSeconds: number } | 'nothing';
  records: RecordMessage[];
  /** What was put on the retries queue instead of the message. */
  sent: SentMessage[];
};

/** Hands one message to the Worker, as the queue would for the `attempts`-th time. */
export async function consume(
  body: unknown,
  attempts = 1,
  variables: Record<string, unknown> = {},
  given: { sentAt?: Date } = {},
): Promise<Consumed> {
  const fates: Consumed['fate'][] = [];
  const records: SentMessage[] = [];
  const sent: SentMessage[] = [];
  const message = {
    id: crypto.randomUUID(),
    timestamp: given.sentAt ?? new Date(),
    body,
    attempts,
    ack: () => fates.push('acknowledged'),
    retry: (options?: QueueRetryOptions) =>
      fates.push({ retriedAfterSeconds: options?.delaySeconds ?? 0 }),
  };
  const batch = { queue: 'throughline-retries', messages: [message] };
  const context = createExecutionContext();
  const environment = {
    ...env,
    ALLOWED_DESTINATIONS: 'http://127.0.0.1:*',
    ALLOW_PRIVATE_DESTINATIONS: 'true',
    RECORDS: limitedQueue(env.RECORDS, records),
    RETRIES: limitedQueue(env.RETRIES, sent),
    ...variables,
  };
  await worker.queue(batch as unknown as MessageBatch, environment, context);
  await waitOnExecutionContext(context);
  return {
    // The first verdict on a message is the one that counts.
    fate: fates[0] ?? 'nothing',
    records: records.flatMap(({ body: text }) =>
      recordSchema.array().parse(JSON.parse(String(text))),
    ),
    sent,
  };
}

export type Received = { headers: Record<string, string>; body: string };

/** What the destination server got at a path. */
export async function receivedAt(path: string): Promise<Received[]> {
  const url = `${inject('destinationUrl')}/received?path=${encodeURIComponent(path)}`;
  return (await fetch(url)).json();
}
