// How the rest of Throughline hands over a delivery that is to be tried again, or that nobody will try
// again. Only the contract: durable-retry-queue.ts keeps it.
import type { DeathReason } from '../store/record.ts';
import type { PendingDelivery } from './pending-delivery.ts';

export type RetryQueue = {
  /**
   * Queues the next attempt durably. `pending.attempts` counts those already made.
   * @param delayMs until the next attempt, of any length
   * @returns false when neither the queue nor the outbox took it: do not acknowledge the event
   */
  enqueue(pending: PendingDelivery, delayMs: number): Promise<boolean>;
  /**
   * Keeps a delivery as a dead letter, from where it can be replayed.
   * @returns false when it could not be kept; it has been reported then
   */
  bury(pending: PendingDelivery, death: Death): Promise<boolean>;
};

/** How a delivery ends whose destination is disabled. */
export const diedDisabled: Death = {
  reason: 'disabled',
  status: null,
  error: 'The destination is disabled: nothing was delivered to it for days.',
};

/** How a delivery ends whose event's trigger is stopped in its trace. */
export const diedStopped: Death = {
  reason: 'stopped',
  status: null,
  error: 'Its trigger is stopped in this trace: it is kept until somebody releases or discards it.',
};

/** How a delivery ended for good. */
export type Death = {
  reason: DeathReason;
  /** The last attempt's status and error, as far as there are any. */
  status: number | null;
  error: string | null;
  /** ms from now until it counts, unless its sender comes again; 0 where left out. */
  dueInMs?: number;
};
