// A delivery with its attempts as the API shows it.
import { durationMs, latest } from '../columns/spans.ts';
import { timeOf } from '../correlation/trace-uuid.ts';
import type { StoredAttempt, StoredDelivery } from '../store/read-rows.ts';
import { deliveryState } from './delivery-state.ts';
import type { AttemptView, DeliveryView } from './views.ts';

export function deliveryView(delivery: StoredDelivery): DeliveryView {
  const attempts = delivery.attempts.map(attemptView);
  const state = deliveryState({
    // One that never ended and has been followed by another was cut off with the Worker that made it.
    isRunning: attempts.at(-1)?.endedAt === null,
    isDelivered: attempts.some((attempt) => attempt.outcome === 'delivered'),
    hasRetriesLeft: delivery.hasRetriesLeft,
    isDead: delivery.isDead,
  });
  // A delivery is stored together with an attempt; should one lack it, its trace's time is the nearest.
  const startedAt = attempts[0]?.startedAt ?? new Date(timeOf(delivery.traceId) ?? 0).toISOString();
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

function attemptView(attempt: StoredAttempt): AttemptView {
  return { ...attempt, durationMs: durationMs(attempt.startedAt, attempt.endedAt) };
}
