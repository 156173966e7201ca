// The reader's latest change of the configuration, kept so that it can be undone. Never decides whether it may be.
import { useSyncExternalStore } from 'react';
import type { Changed } from '../../../src/api/admin/views.ts';

export interface LastChange {
  /** "orders was saved". */
  what: string;
  version: number;
  /** False where everything was so already, and for what has been undone. */
  canUndo: boolean;
  /** The edge reads an older version still. */
  isBehind: boolean;
}

let last: LastChange | null = null;
const listeners = new Set<() => void>();

export function setLastChange(next: LastChange | null): void {
  last = next;
  for (const listener of listeners) listener();
}

export function noteChange(what: string, changed: Changed, canUndo = true): void {
  setLastChange({
    what: changed.changed ? what : 'Nothing differs from what is stored',
    version: changed.version,
    canUndo: canUndo && changed.changed,
    isBehind: changed.published.version < changed.version,
  });
}

export function useLastChange(): LastChange | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => last,
  );
}
