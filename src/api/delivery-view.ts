// A delivery with its attempts as the API shows it.
import type { LeanDelivery } from '../columns/lean-trace.ts';
import { durationMs, latest } from '../columns/spans.ts';
import { timeOf } from '../correlation/trace-uuid.ts';
import type { StoredAttempt, StoredDelivery } from '../store/read-rows.ts';
import { deliveryState } from './delivery-state.ts';
import type { AttemptView, DeliveryView } from './views.ts';

export function deliveryView(delivery: StoredDelivery): DeliveryView {
  const attempts = delivery.attempts.map(attemptView);
  const state = stateOf(delivery);
  const startedAt = beganAt(delivery);
  const endedAt = state === 'running' ? null : latest(attempts.map((attempt) => attempt.endedAt));
  return {
    id: delivery.id,
    source: delivery.source,
    eventId: delivery.eventId,
    traceId: delivery.traceId,
    job: delivery.job,
    target: delivery.target,
    algorithm: delivery.algorithm,
    correlationId: delivery.correlationId,
    state,
    startedAt,
    endedAt,
    durationMs: durationMs(startedAt, endedAt),
    isRollout: delivery.isRollout,
    rerunOf: delivery.rerunOf,
    reruns: delivery.reruns,
    attempts,
  };
}

/** The same without what its reader works out. */
export function leanDeliveryView(delivery: StoredDelivery): LeanDelivery {
  return {
    id: delivery.id,
    source: delivery.source,
    eventId: delivery.eventId,
    traceId: delivery.traceId,
    job: delivery.job,
    target: delivery.target,
    algorithm: delivery.algorithm,
    correlationId: delivery.correlationId,
    state: stateOf(delivery),
    isRollout: delivery.isRollout,
    rerunOf: delivery.rerunOf,
    reruns: delivery.reruns,
    ...(delivery.attempts.length === 0 && { startedAt: beganAt(delivery) }),
    attempts: delivery.attempts.map(leanAttemptView),
  };
}

function stateOf({ attempts, hasRetriesLeft, isDead }: StoredDelivery): DeliveryView['state'] {
  return deliveryState({
    // One that never ended and has been followed by another was cut off with the Worker that made it.
    isRunning: attempts.at(-1)?.endedAt === null,
    isDelivered: attempts.some((attempt) => attempt.outcome === 'delivered'),
    hasRetriesLeft,
    isDead,
  });
}

/** A delivery is stored together with an attempt; should one lack it, its trace's time is the nearest. */
function beganAt({ attempts, traceId }: StoredDelivery): string {
  return attempts[0]?.startedAt ?? new Date(timeOf(traceId) ?? 0).toISOString();
}

function attemptView(attempt: StoredAttempt): AttemptView {
  return { ...attempt, durationMs: durationMs(attempt.startedAt, attempt.endedAt) };
}

function leanAttemptView(attempt: StoredAttempt): LeanDelivery['attempts'][number] {
  return {
    destination: attempt.destination,
    startedAt: attempt.startedAt,
    endedAt: attempt.endedAt,
    status: attempt.status,
    outcome: attempt.outcome,
    error: attempt.error,
    answer: attempt.answer,
    degraded: attempt.degraded,
    worksInBackground: attempt.worksInBackground,
    skipped: attempt.skipped,
  };
}
