// A cascade without what can be worked out from the rest of it, and the other way round. An attempt gets an id that is its
// own, and a change one that only tells it from others of the cascade: that is all that anybody does with them here. Pure;
// runs in the Worker and in the browser.
import type { AttemptView, DeliveryView, EventView, TraceDetail } from '../api/views.ts';
import { durationMs, latest } from './spans.ts';

type LeanAttempt = Omit<AttemptView, 'id' | 'durationMs'>;
export type LeanDelivery = Omit<
  DeliveryView,
  'attempts' | 'startedAt' | 'endedAt' | 'durationMs'
> & {
  attempts: LeanAttempt[];
  /** What was never attempted began at a time of its own. */
  startedAt?: string;
};
export type LeanEvent = Omit<EventView, 'changeId'> & { changeId: number };

export type LeanTrace = Omit<TraceDetail, 'events' | 'deliveries'> & {
  events: LeanEvent[];
  deliveries: LeanDelivery[];
};

/** By its outer form: the API's own answers are believed in the rest. */
export function isLeanTrace(value: unknown): value is LeanTrace {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray(Reflect.get(value, 'events')) &&
    Array.isArray(Reflect.get(value, 'deliveries'))
  );
}

export function wholeTrace(lean: LeanTrace): TraceDetail {
  return {
    ...lean,
    events: lean.events.map((event) => ({ ...event, changeId: String(event.changeId) })),
    deliveries: lean.deliveries.map(wholeDelivery),
  };
}

/** Member by member: taking the rest of an object and putting it into another takes several times as long. */
function wholeDelivery(lean: LeanDelivery): DeliveryView {
  const { id, state } = lean;
  const attempts = lean.attempts.map((attempt, index) =>
    wholeAttempt(`${id}-${index + 1}`, attempt),
  );
  const startedAt = lean.startedAt ?? attempts[0]?.startedAt ?? '';
  const endedAt = state === 'running' ? null : latest(attempts.map((each) => each.endedAt));
  return {
    id,
    source: lean.source,
    eventId: lean.eventId,
    traceId: lean.traceId,
    job: lean.job,
    target: lean.target,
    algorithm: lean.algorithm,
    isRollout: lean.isRollout,
    correlationId: lean.correlationId,
    state,
    startedAt,
    endedAt,
    durationMs: durationMs(startedAt, endedAt),
    rerunOf: lean.rerunOf,
    reruns: lean.reruns,
    attempts,
  };
}

function wholeAttempt(id: string, lean: LeanAttempt): AttemptView {
  return {
    id,
    destination: lean.destination,
    startedAt: lean.startedAt,
    endedAt: lean.endedAt,
    durationMs: durationMs(lean.startedAt, lean.endedAt),
    status: lean.status,
    outcome: lean.outcome,
    error: lean.error,
    answer: lean.answer,
    degraded: lean.degraded,
    worksInBackground: lean.worksInBackground,
    skipped: lean.skipped,
  };
}
