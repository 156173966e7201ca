// The two clocks of the interface: which zone times are shown in, and a "now" that ticks while watched.
import { useCallback, useSyncExternalStore } from 'react';
import type { Zone } from './format.ts';

const storageKey = 'throughline.zone';
let zone: Zone = 'local';
try {
  if (localStorage.getItem(storageKey) === 'UTC') zone = 'UTC';
} catch {
  // Storage is blocked: local time is used.
}
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The zone that the reader chose, and a way to switch between local time and UTC. */
export function useZone(): { zone: Zone; toggle: () => void } {
  const current = useSyncExternalStore(subscribe, () => zone);
  const toggle = useCallback(() => {
    zone = zone === 'UTC' ? 'local' : 'UTC';
    try {
      localStorage.setItem(storageKey, zone);
    } catch {
      // Storage is blocked: the choice lasts as long as this page.
    }
    for (const listener of listeners) listener();
  }, []);
  return { zone: current, toggle };
}

/** The present in ms, rounded down to `stepMs`, so that a component draws again once a step. */
export function useNow(stepMs: number): number {
  const watch = useCallback(
    (listener: () => void) => {
      const timer = setInterval(listener, stepMs);
      return () => clearInterval(timer);
    },
    [stepMs],
  );
  return useSyncExternalStore(watch, () => Math.floor(Date.now() / stepMs) * stepMs);
}
