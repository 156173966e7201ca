// Writes an attempt down when it ends, and before that where it takes its time. It decides nothing.
import type { AttemptEnd } from '../deliveries/attempt-end.ts';
import type { AttemptRecord, DeliveryFacts, SkippedFacts } from '../store/record.ts';
import type { DescribedEvent } from './describe-event.ts';
import type { EdgeDeps } from './inbound.ts';

export type AttemptLog = {
  /** As the recorder's: null where nothing is left to do. */
  end(end: AttemptEnd): Promise<void> | null;
};

/** A job that runs longer than this is shown as running while it does. */
const shownAsRunningAfterMs = 1_000;

/**
 * Begins the record of one attempt that starts now.
 * @param choice how its destination was chosen, and what is known of it: see attempt facts
 */
export function startAttemptLog(
  described: DescribedEvent,
  delivery: DeliveryFacts,
  destination: URL,
  deps: Pick<EdgeDeps, 'recorder' | 'alarms' | 'now' | 'waitUntil'>,
  {
    degraded = false,
    skipped = [],
    worksInBackground = false,
  }: { degraded?: boolean; skipped?: readonly SkippedFacts[]; worksInBackground?: boolean } = {},
): AttemptLog {
  const running: AttemptRecord = {
    v: 1,
    type: 'attempt',
    ...described,
    delivery,
    attempt: {
      id: crypto.randomUUID(),
      destination: destination.href,
      startedAt: new Date(deps.now()).toISOString(),
      endedAt: null,
      status: null,
      outcome: 'running',
      error: null,
      answer: null,
      ...(degraded ? { degraded } : {}),
      ...(worksInBackground ? { worksInBackground } : {}),
      ...(skipped.length > 0 ? { skipped: [...skipped] } : {}),
    },
  };
  const alarm = deps.alarms.set(shownAsRunningAfterMs, () =>
    deps.waitUntil(deps.recorder.attempt(running)),
  );
  return {
    end(end) {
      alarm.clear();
      const endedAt = new Date(deps.now()).toISOString();
      return deps.recorder.attempt({
        ...running,
        attempt: { ...running.attempt, ...end, endedAt },
      });
    },
  };
}
