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

function wholeDelivery({ attempts, ...rest }: LeanDelivery): DeliveryView {
  const startedAt = rest.startedAt ?? attempts[0]?.startedAt ?? '';
  const endedAt = rest.state === 'running' ? null : latest(attempts.map((each) => each.endedAt));
  return {
    ...rest,
    startedAt,
    endedAt,
    durationMs: durationMs(startedAt, endedAt),
    attempts: attempts.map((attempt, index) => ({
      ...attempt,
      id: `${rest.id}-${index + 1}`,
      durationMs: durationMs(attempt.startedAt, attempt.endedAt),
    })),
  };
}
