// Takes deliveries over from the rest of Throughline so that they survive: the queue, else the outbox; dead
// letters through the records. It decides nothing about when, and calls no destination.
import { messageOf } from '../error-message.ts';
import { fitsMessage, type Recorder } from '../recorder/recorder.ts';
import type { DeadLetterRecord } from '../store/record.ts';
import type { PendingDelivery } from './pending-delivery.ts';
import type { Death, RetryQueue } from './retry-queue.ts';
import { keepPending, sendParcel, type SendParcelDeps } from './send-parcel.ts';
import { withinLimit } from './within-limit.ts';

export type DurableRetryQueueDeps = SendParcelDeps & {
  recorder: Pick<Recorder, 'deadLetter'>;
  outbox: {
    /** Keeps a delivery as JSON until the queue takes it. */
    hold(deliveryId: string, pending: string, dueAtMs: number): Promise<void>;
  };
  wait(ms: number): Promise<void>;
  report(message: string, facts: Record<string, unknown>): void;
};

/** What has not settled by then counts as refused. It may have arrived: attempts share an idempotency key. */
const handOverLimitMs = 5_000;

export function createRetryQueue(deps: DurableRetryQueueDeps): RetryQueue {
  return {
    async enqueue(pending, delayMs) {
      const dueAtMs = Math.round(deps.now() + Math.max(0, delayMs));
      const deliveryId = pending.delivery.id;
      try {
        await withinLimit(sendParcel(pending, dueAtMs, deps), handOverLimitMs, (ms) =>
          deps.wait(ms),
        );
        return true;
      } catch (error) {
        deps.report('The retries queue refused a delivery; the outbox is asked.', {
          deliveryId,
          error: messageOf(error),
        });
      }
      try {
        const text = JSON.stringify(pending);
        await withinLimit(deps.outbox.hold(deliveryId, text, dueAtMs), handOverLimitMs, (ms) =>
          deps.wait(ms),
        );
        return true;
      } catch (error) {
        deps.report('Neither the retries queue nor the outbox took a delivery.', {
          deliveryId,
          error: messageOf(error),
        });
        return false;
      }
    },

    async bury(pending, death) {
      try {
        const record = await deadLetterRecord(pending, death, deps);
        if (await deps.recorder.deadLetter(record)) return true;
      } catch (error) {
        deps.report('The body of a dead letter could not be kept.', {
          deliveryId: pending.delivery.id,
          error: messageOf(error),
        });
        return false;
      }
      deps.report('A dead letter could not be kept.', { deliveryId: pending.delivery.id });
      return false;
    },
  };
}

/** @throws when a large request cannot be kept in the bucket */
async function deadLetterRecord(
  pending: PendingDelivery,
  death: Death,
  deps: DurableRetryQueueDeps,
): Promise<DeadLetterRecord> {
  const { event, arrival, delivery, destination, method, headers, body } = pending;
  const { reason, status, error, dueInMs = 0 } = death;
  const nowMs = deps.now();
  const record: DeadLetterRecord = {
    v: 1,
    type: 'dead_letter',
    event,
    arrival,
    delivery,
    death: {
      at: new Date(nowMs + dueInMs).toISOString(),
      ...(dueInMs > 0 ? { toldAt: new Date(nowMs).toISOString() } : {}),
      firstAttemptAt: pending.firstAttemptAt,
      reason,
      status,
      error,
    },
    destination,
    request: { kept: 'here', method, headers, body },
  };
  if (fitsMessage(JSON.stringify(record))) return record;
  const key = await withinLimit(keepPending(pending, deps.bodies), handOverLimitMs, (ms) =>
    deps.wait(ms),
  );
  return {
    ...record,
    // All of it is in the object; what an attempt's record could keep of the rows is stored already.
    event: { ...event, old: null, new: null, sessionVariables: null, payloadKept: false },
    request: { kept: 'bodies', key },
  };
}
