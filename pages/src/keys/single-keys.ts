// Whether single letters work as keys; kept in the browser, since they can collide with speech input (WCAG 2.1.4).
import { useSyncExternalStore } from 'react';

const storageKey = 'throughline.single-keys';
const listeners = new Set<() => void>();
let on = true;
try {
  on = localStorage.getItem(storageKey) !== 'off';
} catch {
  // Storage is blocked: they are on.
}

export function useSingleKeys(): { on: boolean; toggle: () => void } {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => on,
  );
  return {
    on: current,
    toggle: () => {
      on = !on;
      try {
        localStorage.setItem(storageKey, on ? 'on' : 'off');
      } catch {
        // Storage is blocked: the choice lasts as long as this page.
      }
      for (const listener of listeners) listener();
    },
  };
}
