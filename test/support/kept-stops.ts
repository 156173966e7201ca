// Stops kept in memory, for tests of what is around the object that keeps them: it answers as that one does, whose own
// rules are tested with it in workerd.
import type { KeptStop, StopStore } from '../../src/config/stops.ts';

/** The id of the first stop; those that follow count on. */
export const firstStopId = '019abcde-1234-8567-89ab-cdef00000001';

/** @param kept what is kept, to be looked at and emptied by the test */
export function keptStops(kept: KeptStop[], atMs: number): StopStore {
  return {
    async stop({ source, trigger, traceId }, who) {
      const before = kept.find((one) => one.trigger === trigger && one.traceId === traceId);
      if (before) return { stopped: true, isNew: false, stop: before };
      const id = firstStopId.slice(0, -8) + String(kept.length + 1).padStart(8, '0');
      const stop = { id, source, trigger, traceId, since: new Date(atMs).toISOString() };
      kept.push({ ...stop, by: who.name, state: 'holding', endedAt: null });
      return { stopped: true, isNew: true, stop };
    },
    list: () => Promise.resolve(kept),
    async end(id, how) {
      const stop = kept.find((one) => one.id === id);
      if (!stop) return null;
      Object.assign(stop, { state: how, endedAt: stop.since });
      return stop;
    },
    holds: () => Promise.resolve(true),
  };
}
