// The selection and its path of causes, readable node by node, so that selecting draws only what changes.
import { createContext, useContext, useSyncExternalStore } from 'react';

export class ViewStore {
  #selectedId: string | null = null;
  #path: ReadonlySet<string> = new Set();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** `path` holds the selection and everything that caused it. */
  set(selectedId: string | null, path: ReadonlySet<string>): void {
    this.#selectedId = selectedId;
    this.#path = path;
    for (const listener of this.#listeners) listener();
  }

  selectedId(): string | null {
    return this.#selectedId;
  }

  isSelected(id: string): boolean {
    return this.#selectedId === id;
  }

  isOnPath(id: string): boolean {
    return this.#path.has(id);
  }
}

export const ViewContext = createContext(new ViewStore());
export const SelectContext = createContext<(id: string) => void>(() => undefined);
/** Folds or opens a row of the outline. */
export const TurnContext = createContext<(row: number) => void>(() => undefined);

export function useIsSelected(id: string): boolean {
  const store = useContext(ViewContext);
  return useSyncExternalStore(store.subscribe, () => store.isSelected(id));
}

export function useIsOnPath(id: string): boolean {
  const store = useContext(ViewContext);
  return useSyncExternalStore(store.subscribe, () => store.isOnPath(id));
}
