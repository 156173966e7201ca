// A text that this browser keeps for the reader, under one name. Where storage is blocked it lasts as long as the page.
import { useSyncExternalStore } from 'react';

export interface Kept {
  read: () => string;
  write: (text: string) => void;
  use: () => string;
}

export function keepInBrowser(name: string): Kept {
  const storageKey = `throughline.${name}`;
  const listeners = new Set<() => void>();
  let text = '';
  try {
    text = localStorage.getItem(storageKey) ?? '';
  } catch {
    // Storage is blocked.
  }
  const read = (): string => text;
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    read,
    write(next) {
      text = next;
      try {
        localStorage.setItem(storageKey, next);
      } catch {
        // Storage is blocked.
      }
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, read),
  };
}
