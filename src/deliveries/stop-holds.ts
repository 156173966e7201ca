// Whether a stop that is published still holds: what is published can be two minutes late, and a release must not be
// answered by keeping the very events that it let go.
import type { Stop, StopStore } from '../config/stops.ts';
import { messageOf } from '../error-message.ts';
import { withinLimit } from './within-limit.ts';

export type StopHoldsDeps = {
  store: Pick<StopStore, 'holds'>;
  wait(ms: number): Promise<void>;
  report(message: string, facts: Record<string, unknown>): void;
};

/** An event that is stopped waits for this; no other event does. */
const limitMs = 2_000;

/** Asks the keeper. In doubt it holds: what is kept can be released, what was delivered is done. Never rejects. */
export async function stopHolds({ id }: Stop, deps: StopHoldsDeps): Promise<boolean> {
  try {
    return await withinLimit(deps.store.holds(id), limitMs, (ms) => deps.wait(ms));
  } catch (error) {
    deps.report('Whether a stop still holds could not be learnt; its event is kept.', {
      stopId: id,
      error: messageOf(error),
    });
    return true;
  }
}
