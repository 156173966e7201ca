// Which of the two that lie over every page is open: the palette or the sheet of keys. Anything may open them.
import { useSyncExternalStore } from 'react';

type Shown = 'palette' | 'keys' | null;

let shown: Shown = null;
const listeners = new Set<() => void>();

export function showAbove(next: Shown): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** A dialog says that it was closed when another may be open already. */
export function closeAbove(which: Exclude<Shown, null>): void {
  if (shown === which) showAbove(null);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useShown(): Shown {
  return useSyncExternalStore(subscribe, () => shown);
}
