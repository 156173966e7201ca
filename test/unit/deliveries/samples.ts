// A pending delivery written by hand, and circuits that are all closed.
import type { Circuits } from '../../../src/circuits/circuits.ts';
import type { PendingDelivery } from '../../../src/deliveries/pending-delivery.ts';

export const allClosed: Circuits = {
  admit: () => ({ admitted: true }),
  ask: () => Promise.resolve({ admitted: true }),
  begin: () => () => undefined,
};

export function samplePending(given: Partial<PendingDelivery> = {}): PendingDelivery {
  const hopId = '019abcde-1234-8567-89ab-cdef12345678';
  const at = '2026-11-24T12:00:00.000Z';
  return {
    event: {
      id: 'e1',
      source: 'shop',
      kind: 'webhook',
      trigger: null,
      table: null,
      op: null,
      rowKey: null,
      createdAt: at,
      writtenAt: null,
      actor: null,
      previousActor: null,
      sessionCorrelationId: null,
      sessionUser: null,
      sessionVariables: null,
      contextTraceId: null,
      traceId: '019abcde-1234-8567-89ab-cdef00000000',
      startsTrace: true,
      old: null,
      new: null,
      payloadKept: false,
    },
    arrival: {
      id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      at,
      currentRetry: null,
      maxRetries: null,
    },
    delivery: {
      id: 'a'.repeat(64),
      target: 'https://jobs.example.com/job',
      algorithm: 'broadcast',
      job: 'job',
      correlationId: `webhook.job.${hopId}`,
      hopId,
    },
    destination: 'https://jobs.example.com/job',
    method: 'POST',
    headers: [['idempotency-key', 'a'.repeat(64)]],
    body: null,
    attempts: 1,
    firstAttemptAt: at,
    ...given,
  };
}
