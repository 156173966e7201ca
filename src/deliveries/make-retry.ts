// Makes the next attempt of a pending delivery, if there is to be one, and says what comes after it. It knows no
// queue: whoever holds the message does what the verdict says.
import type { RetryPolicy } from '../config/retry-policy.ts';
import { messageOf } from '../error-message.ts';
import type { DeliveryFacts, EventFacts } from '../store/record.ts';
import type { AttemptEnd } from './attempt-end.ts';
import { attemptPending, type AttemptPendingDeps } from './attempt-pending.ts';
import type { Cancellations } from './cancellations.ts';
import { holdBackMs } from './hold-back.ts';
import type { PendingDelivery } from './pending-delivery.ts';
import { type Death, diedDisabled, diedStopped } from './retry-queue.ts';
import { mostAttempts, nextDelayMs } from './retry-schedule.ts';

/** The pause after a failure that is not the destination's. */
export const ownFailurePauseMs = 60_000;

export type MakeRetryDeps = AttemptPendingDeps & {
  /** Whether the allowlist still has a place for it. @throws when nobody can say */
  isAllowed(destination: URL): boolean;
  /** Its schedule as it is configured now, which can be another than at its last attempt. */
  policyOf(delivery: DeliveryFacts): RetryPolicy;
  cancellations: Pick<Cancellations, 'isCancelled'>;
  report(message: string, facts: Record<string, unknown>): void;
  /** Whether its event's trigger is stopped in its trace. */
  isStopped(event: EventFacts): Promise<boolean>;
  /** From 0 up to, but not including, 1. */
  random(): number;
};

export type RetryVerdict =
  | { next: 'nothing' }
  | { next: 'attempt'; delayMs: number }
  /** No attempt was made: the destination's circuit is open, or nobody can say whether it is allowed. */
  | { next: 'wait'; delayMs: number }
  | { next: 'dead_letter'; death: Death };

/** Never throws for what a destination does. `pending.attempts` are those made so far. */
export async function makeRetry(
  pending: PendingDelivery,
  deps: MakeRetryDeps,
): Promise<RetryVerdict> {
  const isAllowed = allowedOrUnknown(pending, deps);
  if (isAllowed === null) return { next: 'wait', delayMs: ownFailurePauseMs };
  if (!isAllowed) {
    return dead('not_allowed', null, 'The destination is not on the allowlist any more.');
  }
  if (await isCancelled(pending.delivery.id, deps)) {
    return dead('cancelled', null, 'Its further attempts were cancelled.');
  }
  if (await deps.isStopped(pending.event)) return { next: 'dead_letter', death: diedStopped };
  const policy = deps.policyOf(pending.delivery);
  if (pending.attempts > 0 && pending.attempts >= mostAttempts(policy)) {
    // Crashes brought the message here, each of which may have followed an attempt; or the schedule is shorter now.
    return dead(
      'attempts_used_up',
      null,
      `It has had ${pending.attempts} attempts, and its schedule has no more: the Worker ended during the last, or the schedule was made shorter meanwhile.`,
    );
  }
  const destination = await deps.circuits.ask(new URL(pending.destination));
  if (!destination.admitted) {
    return destination.why === 'disabled'
      ? { next: 'dead_letter', death: diedDisabled }
      : { next: 'wait', delayMs: holdBackMs({ ...destination, random: deps.random() }) };
  }
  const { end, retryAfterMs } = await attemptPending(pending, deps);
  if (end.outcome === 'delivered') return { next: 'nothing' };
  const delayMs = nextDelayMs(policy, {
    attempt: pending.attempts + 1,
    status: end.status,
    retryAfterMs,
    random: deps.random(),
  });
  return delayMs === null ? deadAfter(end) : { next: 'attempt', delayMs };
}

/** A delivery is not given up because nobody can say: null then. */
function allowedOrUnknown(pending: PendingDelivery, deps: MakeRetryDeps): boolean | null {
  try {
    return deps.isAllowed(new URL(pending.destination));
  } catch (error) {
    deps.report('Whether a destination is allowed could not be learnt; its retry waits.', {
      deliveryId: pending.delivery.id,
      error: messageOf(error),
    });
    return null;
  }
}

/** Out of doubt it is attempted: a delivery that nobody cancelled must not wait for what says so. */
async function isCancelled(deliveryId: string, deps: MakeRetryDeps): Promise<boolean> {
  try {
    return await deps.cancellations.isCancelled(deliveryId);
  } catch (error) {
    deps.report('Whether a delivery is cancelled could not be learnt; it is attempted.', {
      deliveryId,
      error: messageOf(error),
    });
    return false;
  }
}

function deadAfter(end: AttemptEnd): RetryVerdict {
  return dead(end.status === 410 ? 'gone' : 'attempts_used_up', end.status, end.error);
}

function dead(reason: Death['reason'], status: number | null, error: string | null): RetryVerdict {
  return { next: 'dead_letter', death: { reason, status, error } };
}
