// What the toolbar and the keys can ask of whichever view is shown. A view registers itself; decides nothing.
import { useEffectEvent, useLayoutEffect, useSyncExternalStore } from 'react';

export interface ViewControls {
  /** "100 %" beside the buttons; empty where there is nothing to zoom. */
  zoomText: string;
  zoomBy: (direction: 1 | -1) => void;
  fit: () => void;
  fitName: string;
  /** Brings all of them into sight, as far as that goes. */
  show: (ids: string[]) => void;
}

export class ControlsStore {
  #current: ViewControls | null = null;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = (): ViewControls | null => this.#current;

  set(controls: ViewControls | null): void {
    this.#current = controls;
    for (const listener of this.#listeners) listener();
  }
}

export function useControls(store: ControlsStore): ViewControls | null {
  return useSyncExternalStore(store.subscribe, store.current);
}

/** For views. What a view can do is asked when it is wanted, so that only a new `zoomText` draws the toolbar again. */
export function useOfferControls(store: ControlsStore, controls: ViewControls): void {
  const zoomBy = useEffectEvent((direction: 1 | -1) => controls.zoomBy(direction));
  const fit = useEffectEvent(() => controls.fit());
  const show = useEffectEvent((ids: string[]) => controls.show(ids));
  const { zoomText, fitName } = controls;
  useLayoutEffect(() => {
    store.set({
      zoomText,
      fitName,
      zoomBy: (direction) => zoomBy(direction),
      fit: () => fit(),
      show: (ids) => show(ids),
    });
    return () => store.set(null);
  }, [store, zoomText, fitName]);
}
