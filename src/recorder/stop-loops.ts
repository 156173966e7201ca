// Puts loops on the stop list. It never fails a batch: a loop that goes on is found again by its next event.
import { stopFor, type Stops, type StopStore } from '../config/stops.ts';
import { messageOf } from '../error-message.ts';
import type { FoundLoop } from '../store/loops.ts';

/** Who stops a loop when nobody does. */
const throughline = { name: 'throughline', onBehalfOf: null };

export type StopLoopsDeps = {
  /** What is published: what is stopped there needs no second word. */
  stops: Stops;
  store: Pick<StopStore, 'stop'>;
  stopAfter: number;
  report(message: string, facts: Record<string, unknown>): void;
};

/** Never rejects. */
export async function stopLoops(loops: readonly FoundLoop[], deps: StopLoopsDeps): Promise<void> {
  for (const loop of deepest(loops)) {
    const { source, trigger, traceId, times } = loop;
    if (stopFor(deps.stops, loop) !== null) continue;
    const facts = { source, trigger, traceId, times };
    try {
      const rounds = { times, stopAfter: deps.stopAfter };
      const outcome = await deps.store.stop({ source, trigger, traceId }, throughline, rounds);
      if (outcome.stopped && outcome.isNew) {
        deps.report('A trigger that fires itself was stopped: its events are kept.', {
          ...facts,
          stopId: outcome.stop.id,
        });
      } else if (!outcome.stopped && outcome.why === 'full') {
        deps.report('A loop could not be stopped: too many stops hold already.', facts);
      }
    } catch (error) {
      deps.report('A loop could not be stopped: the keeper of stops is out of reach.', {
        ...facts,
        error: messageOf(error),
      });
    }
  }
}

/** One for each trigger and trace: the one that has fired most often. */
function deepest(loops: readonly FoundLoop[]): FoundLoop[] {
  const found = new Map<string, FoundLoop>();
  for (const loop of loops) {
    const key = `${loop.traceId} ${loop.source} ${loop.trigger}`;
    const before = found.get(key);
    if (!before || before.times < loop.times) found.set(key, loop);
  }
  return [...found.values()];
}
